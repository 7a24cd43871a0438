/**
 * What several nodes know about one claim. They are asked, and not believed: what comes of it must
 * be checked by who uses it.
 */
import { AssayError, type BatchId, type Round, round, type Subject } from '../../../base/index.ts';
import {
  certificateRounds,
  type Network,
  nominalTime,
  type SetChain,
} from '../../../core/index.ts';
import { readNetworkFile } from '../../../network-file/index.ts';
import { LightClient } from '../../../node/index.ts';
import { callForMessages } from '../../../node/rpc/index.ts';
import type { SubjectMessages } from '../../../receipt/index.ts';
import { batchId, type HeaderMessage, isRecordId, type Message } from '../../../wire/index.ts';
import { readVersion } from '../../version.ts';
import { connected } from '../status/members.ts';

/** How long nodes are asked, all in all. */
const ASK_MS = 20_000;
/** How long one of them may take. */
const CALL_MS = 3_000;
/** A node may have missed something: more are asked than a requester would. */
const ASKED_MAX = 16;
/** Levels are few; a stranger's message may name any. */
const LEVELS_MAX = 16;

/** Which claim, on which network. */
export type ClaimPlace = {
  /** Claim id, or batch id, slash, index from 0. */
  readonly claim: string;
  readonly net: string;
  readonly signal: AbortSignal;
};

/** What nodes said about it. */
export type Told = SubjectMessages & {
  /** The validator sets that nodes told. */
  readonly chain: SetChain;
  /** As the network file defines it. */
  readonly network: Network;
  /** Name of the network. */
  readonly name: string;
  /** The round that is due by the clock of this machine. */
  readonly due: Round;
};

/**
 * Asks validators about a claim; the beacons are verified.
 * @throws AssayError not-a-claim, claim-unknown; NodeError unreachable, sets-forked;
 *   NetworkFileError
 */
export async function askAbout({ claim, net, signal: stop }: ClaimPlace): Promise<Told> {
  assertNamed(claim);
  const file = readNetworkFile(net);
  const signal = AbortSignal.any([stop, AbortSignal.timeout(ASK_MS)]);
  const client = await LightClient.open({ file, softwareVersion: `assay/${readVersion()}` });
  try {
    const { network, chain } = client;
    const wanted = client.current.validators.slice(0, ASKED_MAX).map(({ id }) => id);
    await connected(client, { wanted, signal });
    const subject = await subjectOf(client, { claim, network: file.name, signal });
    const messages = await messagesAbout(client, subject, signal);
    await client.learnBeacons(roundsOf(network, subject, messages), signal);
    const beacon = (r: Round) => client.beacon(r);
    await client.followSets(roundOf(messages, subject), messages, signal);
    return { subject, messages, beacon, chain, network, name: file.name, due: dueRound(network) };
  } finally {
    await client.close();
  }
}

/** The round that is due by the clock of this machine. */
function dueRound(network: Network): Round {
  const { roundMs } = network.parameters;
  return round(
    Math.max(0, Math.floor((Date.now() - nominalTime(network, round(1))) / roundMs) + 1),
  );
}

const SUBJECT = /^([^/]+)\/(\d{1,7})$/;

/** What is misspelt is told without asking anybody. @throws AssayError not-a-claim */
function assertNamed(text: string): void {
  const id = SUBJECT.exec(text)?.[1] ?? text;
  if (isRecordId(id)) return;
  throw new AssayError({
    code: 'not-a-claim',
    message: `${JSON.stringify(text)} is neither a claim id nor BATCH/INDEX`,
    remedy:
      'A claim id has 59 letters and digits and begins with bafyrei: `assay infer` prints it. ' +
      'An index counts from 0.',
  });
}

async function subjectOf(
  client: LightClient,
  at: { readonly claim: string; readonly network: string; readonly signal: AbortSignal },
): Promise<Subject> {
  const { claim: text, signal } = at;
  const [, batch, digits] = SUBJECT.exec(text) ?? [];
  if (batch !== undefined && isRecordId(batch)) return { batch, index: Number(digits) };
  const subject = isRecordId(text) ? await client.find(text, signal) : undefined;
  if (subject !== undefined) return subject;
  throw new AssayError({
    code: 'claim-unknown',
    message: 'no node that was asked knows this claim',
    where: text,
    remedy:
      'It was not drawn (then nobody re-executes it, and its receipt says so); or its round of ' +
      'drawing is not there yet: try again; or it was closed long ago; or it is of another ' +
      `network than ${at.network}.`,
  });
}

/** What connected validators know of a leaf, each message once. */
async function messagesAbout(
  { host }: LightClient,
  subject: Subject,
  signal: AbortSignal,
): Promise<readonly Message[]> {
  const asked = host.peers().filter(({ role }) => role === 'validator');
  const answers = await Promise.all(
    asked.slice(0, ASKED_MAX).map(({ id }) => {
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(CALL_MS)]);
      return callForMessages(host, id, { method: 'lookup', ...subject }, deadline).catch(() => []);
    }),
  );
  const found = new Map<string, Message>();
  for (const { message, bytes } of answers.flat()) {
    found.set(Buffer.from(bytes).toString('base64'), message);
  }
  return [...found.values()];
}

function headerIn(messages: readonly Message[], batch: BatchId): HeaderMessage | undefined {
  return messages
    .flatMap((message) => ('header' in message ? message.header : message))
    .flatMap((message) => (message.type === 'header' ? message : []))
    .find((each) => batchId(each) === batch);
}

/** The round of a batch, as somebody says; 0 if nobody does. */
function roundOf(messages: readonly Message[], { batch }: Subject): number {
  return headerIn(messages, batch)?.round ?? 0;
}

/** Rounds whose beacons drew something that the messages are about. */
function roundsOf(
  network: Network,
  { batch, index }: Subject,
  messages: readonly Message[],
): readonly Round[] {
  const header = headerIn(messages, batch);
  if (header === undefined) return [];
  const levels = new Set([0]);
  for (const message of messages) {
    if (message.type === 'certificate' && message.index === index) levels.add(message.level);
    if (message.type !== 'bundle') continue;
    for (const { entry } of message.entries) {
      if (entry.kind !== 'ack' && entry.index === index) levels.add(entry.level);
    }
  }
  const due = dueRound(network);
  const rounds = [...levels]
    .slice(0, LEVELS_MAX)
    .flatMap((level) => certificateRounds(network, { header, level }));
  return [...new Set(rounds)].filter((r) => r <= due).sort((a, b) => a - b);
}
