/**
 * A second connection of one peer: a process that came back, or another one with the same key. Two
 * nodes with one key would take each other's place in turn, and neither would hear the other. So
 * the one that was here first stays as long as it answers, and the other is told.
 */
import type { NodeId } from '../../base/index.ts';
import type { Connection } from './admission.ts';
import { HOST_LIMITS } from './limits.ts';
import type { Acquaintance } from './peer-book.ts';
import type { Router } from './router.ts';
import type { Hello, HostReport } from './types.ts';

/**
 * `surplus`: one of two that were dialled at once; `elsewhere`: another process has the first one;
 * `replaces`: the first one is dead; `joins`: both stay.
 */
export type Second = 'surplus' | 'elsewhere' | 'replaces' | 'joins';

/** Nobody serves it: that a peer does not know it is the answer. */
const ANYBODY_PROTOCOL = '/assay/anybody/1';
/** Somebody answered, or nobody could be asked: the first one keeps its place. */
const ANSWERS: readonly string[] = [
  'UnsupportedProtocolError',
  'StreamResetError',
  'TooManyOutboundProtocolStreamsError',
];

/** Tells of a process whose key another one uses, which is connected here. */
export function elsewhereReport(peer: NodeId): HostReport {
  const message = 'another process with the key of a connected peer wants to connect';
  return { code: 'peer-elsewhere', peer, message };
}

/**
 * Decides what a new connection is to those that the peer has.
 * @param hello what was said on the new one
 * @param isOurs whether this side of the pair decides which of two connections stays
 */
export async function judgeSecond(
  { hello: before, earlier }: Pick<Acquaintance, 'hello'> & { earlier: readonly Connection[] },
  hello: Hello,
  isOurs: boolean,
): Promise<Second> {
  if (isOtherProcess(before, hello)) {
    // several programs may ask in one name; only one may take part
    if (before.role === 'requester' && hello.role === 'requester') return 'joins';
    return (await isAnswered(earlier)) ? 'elsewhere' : 'replaces';
  }
  if (!isOurs) return 'joins';
  const openedMs = Math.max(...earlier.map(({ timeline }) => timeline.open));
  // if it is old, the peer has lost it and we have not noticed: it came back
  return Date.now() - openedMs < HOST_LIMITS.duplicateMs ? 'surplus' : 'replaces';
}

/** Ends connections in favour of a newer one. */
export function abortAll(older: readonly Connection[], router: Pick<Router, 'removePeer'>): void {
  for (const connection of older) {
    router.removePeer(connection.remotePeer);
    connection.abort(new Error('replaced by a newer connection'));
  }
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
    return error instanceof Error && ANSWERS.includes(error.name);
  }
}
