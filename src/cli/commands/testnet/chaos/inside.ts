/**
 * What a node of a chaos run is started with: a clock that can be made wrong, and a look at its
 * heap. Loaded into the process from outside (`node --import`), so that no node on a real network
 * has any of it.
 *
 * The wall clock follows a file; the monotonic clock and timers stay right, as when somebody sets a
 * machine's clock. The heap is measured right after a full collection: what is left is in use.
 */

/** Period of looking at the offset. */
const CLOCK_MS = 250;
/** Period of looking at the heap. */
export const MEMORY_MS = 15_000;

/** Files through which a process is reached. */
export type InsideFiles = { readonly clock: string; readonly memory: string };

/** Returns the arguments of Node that load it. */
export function insideWords({ clock, memory }: InsideFiles): readonly string[] {
  const program = `
import { appendFileSync, readFileSync } from 'node:fs';
const wall = Date.now;
let offsetMs = 0;
const look = () => {
  try {
    offsetMs = Number(readFileSync(${JSON.stringify(clock)}, 'utf8')) || 0;
  } catch {
    offsetMs = 0;
  }
};
look();
setInterval(look, ${CLOCK_MS}).unref();
const now = () => wall() + offsetMs;
const RightDate = Date;
globalThis.Date = class Date extends RightDate {
  constructor(...given) { if (given.length === 0) super(now()); else super(...given); }
  static now() { return now(); }
};
const measure = () => {
  globalThis.gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  const line = [wall(), process.pid, heapUsed, rss].join(' ') + '\\n';
  try {
    appendFileSync(${JSON.stringify(memory)}, line);
  } catch {}
};
setInterval(measure, ${MEMORY_MS}).unref();
`;
  const url = `data:text/javascript;base64,${Buffer.from(program).toString('base64')}`;
  return ['--expose-gc', '--import', url];
}
