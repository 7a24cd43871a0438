/**
 * A process of the pool: takes a unit, answers with its outcome, waits for the next.
 *
 * Ctrl-C reaches the whole group of processes; what happens to runs is for the parent to say, so it
 * is not heard here. When the parent is gone, so is this.
 */
import '../../src/polyfill.ts';
import { assert } from '../../src/base/index.ts';
import { runUnit } from './executor.ts';
import type { PoolRequest } from './pool.ts';

const never = new AbortController().signal;

process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit());
process.on('message', (message: unknown) => {
  assert(isRequest(message), 'the parent sends requests');
  const { id, unit } = message;
  void runUnit(unit, never).then((outcome) => process.send?.({ id, outcome }));
});

function isRequest(value: unknown): value is PoolRequest {
  return typeof value === 'object' && value !== null && 'id' in value && 'unit' in value;
}
