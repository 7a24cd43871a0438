/** Nodes whose connections come and go, whatever the model: up and down for exponential times. */
import type { Scenario } from '../../src/config/index.ts';
import { logarithm } from '../kernel/elementary.ts';
import type { EventLoop } from '../kernel/event-loop.ts';
import type { RandomStream } from '../kernel/random.ts';
import type { NetworkModel } from './model.ts';

export type ChurnOptions = {
  readonly churn: NonNullable<Scenario['network']['churn']>;
  readonly nodeCount: number;
  readonly loop: EventLoop;
  readonly random: RandomStream;
};

/**
 * Lets nodes come and go from now on. A node that something else took down comes back with the end
 * of its own absence: use either churn or crashes for one node.
 */
export function startChurn(
  model: Pick<NetworkModel<never>, 'setUp'>,
  { churn, nodeCount, loop, random }: ChurnOptions,
): void {
  const wait = (meanMs: number): number =>
    Math.ceil(-logarithm(1 - random.uniform()) * meanMs * 1000);
  const kind = loop.register((node, isUp) => {
    model.setUp(node, isUp === 1);
    const meanMs = isUp === 1 ? churn.meanUpMs : churn.meanDownMs;
    loop.push(loop.now + wait(meanMs), kind, node, 1 - isUp);
  });
  for (let node = 0; node < nodeCount; node++) {
    if (random.chance(churn.share)) loop.push(loop.now + wait(churn.meanUpMs), kind, node, 0);
  }
}
