/**
 * Reads a whole database: is every value what was written, does every key say what its value is,
 * and is what an index points to there?
 */
import { isNodeId } from '../../base/index.ts';
import { billFormat } from '../../core/index.ts';
import type { ScannedEntry, Space, Store } from '../../store/index.ts';
import { batchId, decodeMessage, isRecordId, type Message } from '../../wire/index.ts';
import {
  agedEntry,
  ageEntry,
  certificateKey,
  ROUND_DIGITS,
  roundKey,
  roundOf,
  unpackMessages,
} from './archive-keys.ts';

const BEACON_BYTES = 48;
/** Problems that are listed, and mended, at a time. */
const LISTED_MAX = 10_000;
const REPORTED_EVERY = 1_000;

/** Something in a database that is not as it should be. */
export type DatabaseProblem = {
  /** Absent for a key in no space. */
  readonly space: Space | undefined;
  readonly key: string;
  readonly code: 'damaged' | 'stray' | 'key-malformed' | 'mismatch' | 'dangling' | 'ageless';
  /** A sentence. */
  readonly message: string;
};

export type DatabaseReport = {
  /** Entries by space. */
  readonly entries: Readonly<Record<string, number>>;
  readonly bytes: number;
  /** All problems. */
  readonly problemCount: number;
  /** The first of them, up to 10,000. */
  readonly problems: readonly DatabaseProblem[];
};

export type CheckOptions = {
  readonly onProgress?: (entries: number) => void;
  readonly signal?: AbortSignal;
};

/** Checks everything in a store; changes nothing. @throws StoreError if it cannot be read on */
export async function checkStore(store: Store, options: CheckOptions): Promise<DatabaseReport> {
  const entries: Record<string, number> = {};
  const problems: DatabaseProblem[] = [];
  let [count, bytes, problemCount] = [0, 0, 0];
  for await (const entry of store.scan()) {
    options.signal?.throwIfAborted();
    const space = entry.kind === 'stray' ? 'stray' : entry.space;
    entries[space] = (entries[space] ?? 0) + 1;
    bytes += entry.kind === 'value' ? entry.value.length : 0;
    count += 1;
    if (count % REPORTED_EVERY === 0) options.onProgress?.(count);
    const problem = await problemOf(store, entry);
    if (problem === undefined) continue;
    problemCount += 1;
    if (problems.length < LISTED_MAX) problems.push(problem);
  }
  return { entries, bytes, problemCount, problems };
}

/**
 * Deletes what problems are about: peers give it again, or nobody misses it.
 * @returns how many were deleted; a key in no space is left alone
 */
export async function mendStore(
  store: Store,
  problems: readonly DatabaseProblem[],
): Promise<number> {
  const deletions = problems.flatMap(({ space, key }) =>
    space === undefined ? [] : [{ space, key, value: undefined }],
  );
  await store.put(deletions);
  return deletions.length;
}

type Value = Extract<ScannedEntry, { kind: 'value' }>;
type Fault = Pick<DatabaseProblem, 'code' | 'message'>;

async function problemOf(store: Store, entry: ScannedEntry): Promise<DatabaseProblem | undefined> {
  if (entry.kind === 'stray') {
    const message = 'no space of this release has such a key: another program wrote it';
    return { space: undefined, key: entry.name, code: 'stray', message };
  }
  const { space, key } = entry;
  if (entry.kind === 'damaged') {
    return { space, key, code: 'damaged', message: 'the value is not what was written' };
  }
  const fault = await faultOf(store, entry);
  return fault === undefined ? undefined : { space, key, ...fault };
}

async function faultOf(store: Store, entry: Value): Promise<Fault | undefined> {
  if (!isKeyOf(entry.space, entry.key)) {
    return { code: 'key-malformed', message: `it is no key of the space ${entry.space}` };
  }
  if (!isOwnValue(entry)) {
    return { code: 'mismatch', message: 'the value is not what its key says' };
  }
  return (await danglingOf(store, entry)) ?? (await agelessOf(store, entry));
}

/** Digits of rounds, numbers and epochs. */
const DIGITS = `\\d{${ROUND_DIGITS}}`;
const RECORD = 'b[a-z2-7]{58}';
const KEYS: Readonly<Record<Space, RegExp>> = {
  beacon: new RegExp(`^${DIGITS}$`),
  batch: new RegExp(`^${RECORD}$`),
  subject: new RegExp(`^${RECORD}/\\d+$`),
  claim: new RegExp(`^${RECORD}$`),
  certificate: new RegExp(`^${DIGITS}/${RECORD}/\\d+/\\d+/[a-z]+$`),
  evidence: /^[0-9a-f]{64}$/,
  peer: /^[0-9a-f]{64}$/,
  step: new RegExp(`^${DIGITS}$`),
  bill: new RegExp(`^${DIGITS}/.+$`),
  join: /^[0-9a-f]{64}$/,
  age: new RegExp(`^${DIGITS}/(batch|subject|claim)/.+$`),
  meta: /./,
};

function isKeyOf(space: Space, key: string): boolean {
  if (!KEYS[space].test(key)) return false;
  if (space === 'evidence' || space === 'peer' || space === 'join') return isNodeId(key);
  return space !== 'batch' && space !== 'claim' ? true : isRecordId(key);
}

/** Whether a value decodes, and is what its key names. */
function isOwnValue({ space, key, value }: Value): boolean {
  switch (space) {
    case 'beacon':
      return value.length === BEACON_BYTES;
    case 'batch':
      return (unpackMessages(value) ?? []).some((each) => isHeaderOf(each, key));
    case 'subject':
      return roundOf(unpackMessages(value) ?? []) !== undefined;
    case 'certificate': {
      const message = messageOf(value);
      return message?.type === 'certificate' && certificateKey(message) === key;
    }
    case 'evidence':
      return messageOf(value)?.type === 'evidence';
    case 'step': {
      const message = messageOf(value);
      return message?.type === 'step' && roundKey(message.body.number) === key;
    }
    case 'bill':
      return billFormat.decode(value).kind === 'ok';
    default:
      return true;
  }
}

/** What points to something that is not there. */
async function danglingOf(store: Store, { space, key, value }: Value): Promise<Fault | undefined> {
  if (space === 'claim') {
    const subject = Buffer.from(value).toString('latin1');
    if (await isThere(store, { space: 'subject', key: subject })) return undefined;
    return { code: 'dangling', message: 'it points to a leaf that is not there' };
  }
  const aged = space === 'age' ? agedEntry(key) : undefined;
  if (aged === undefined || (await isThere(store, aged))) return undefined;
  return { code: 'dangling', message: `it lists a ${aged.space} that is not there` };
}

/** What would never be forgotten, because no round is noted for it. */
async function agelessOf(store: Store, { space, key, value }: Value): Promise<Fault | undefined> {
  if (space !== 'batch' && space !== 'subject') return undefined;
  const round = roundOf(unpackMessages(value) ?? []);
  if (round === undefined) return undefined;
  const age = ageEntry(round, { space, key });
  if (await isThere(store, age)) return undefined;
  return { code: 'ageless', message: 'it is not listed by round, and would never be forgotten' };
}

/** A damaged value is there: it is a problem of its own. */
async function isThere(
  store: Store,
  { space, key }: { readonly space: Space; readonly key: string },
): Promise<boolean> {
  const [found] = await store.keys(space, { from: key, limit: 1 });
  return found === key;
}

function isHeaderOf(message: Message, batch: string): boolean {
  return message.type === 'header' && batchId(message) === batch;
}

function messageOf(value: Uint8Array): Message | undefined {
  const result = decodeMessage(value);
  return result.kind === 'ok' ? result.decoded.message : undefined;
}
