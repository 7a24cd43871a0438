/**
 * A second connection of one peer: a process that came back, or another one with the same key. Two
 * nodes with one key would take each other's place in turn, and neither would hear the other. So
 * the one that was here first stays as long as it answers, and the other is told.
 */
import type { Connection } from './admission.ts';
import { HOST_LIMITS } from './limits.ts';
import type { Acquaintance } from './peer-book.ts';
import type { Hello } from './types.ts';

/**
 * `surplus`: one of two that were dialled at once; `elsewhere`: another process has the first one;
 * `replaces`: the first one is dead; `joins`: both stay.
 */
export type Second = 'surplus' | 'elsewhere' | 'replaces' | 'joins';

/** Nobody serves it: that a peer does not know it is the answer. */
const ANYBODY_PROTOCOL = '/assay/anybody/1';

/**
 * Decides what a second connection is to the first one.
 * @param hello what was said on it
 * @param isOurs whether this side of the pair decides which of two connections stays
 */
export async function judgeSecond(
  { hello: earlier, connections }: Acquaintance,
  hello: Hello,
  isOurs: boolean,
): Promise<Second> {
  if (isOtherProcess(earlier, hello)) {
    // several programs may ask in one name; only one may take part
    if (earlier.role === 'requester' && hello.role === 'requester') return 'joins';
    return (await isAnswered(connections)) ? 'elsewhere' : 'replaces';
  }
  if (!isOurs) return 'joins';
  const openedMs = Math.max(...connections.map(({ timeline }) => timeline.open));
  // if it is old, the peer has lost it and we have not noticed: it came back
  return Date.now() - openedMs < HOST_LIMITS.duplicateMs ? 'surplus' : 'replaces';
}

/** Whether two hellos of one key come from two processes; releases that name none do not tell. */
function isOtherProcess(one: Hello, other: Hello): boolean {
  const areNamed = one.instance !== undefined && other.instance !== undefined;
  return areNamed && one.instance !== other.instance;
}

/** Whether a process answers at the other end of one of `connections`, within a few seconds. */
async function isAnswered(connections: readonly Connection[]): Promise<boolean> {
  const answers = await Promise.all(connections.map(doesAnswer));
  return answers.includes(true);
}

async function doesAnswer(connection: Connection): Promise<boolean> {
  const signal = AbortSignal.timeout(HOST_LIMITS.anybodyTimeoutMs);
  try {
    const stream = await connection.newStream(ANYBODY_PROTOCOL, { signal });
    stream.abort(new Error('the question was whether anybody answers'));
    return true;
  } catch (error) {
    return error instanceof Error && error.name === 'UnsupportedProtocolError';
  }
}
