/**
 * Carries a guard from one machine to another as JSON, as EIP-3076 does for Ethereum validators.
 * The format stands in README.md. Both functions need the lock of the node's folder.
 *
 * @see https://eips.ethereum.org/EIPS/eip-3076
 */
import { type NodeId, type Round, round, toHex } from '../../base/index.ts';
import { GuardError } from './error.ts';
import { type GuardOptions, openGuardLog } from './open.ts';
import { type LoggedRecord, laterRound } from './reconcile.ts';
import { decodeRecord, isKeptForever, recordKey, roundNamedBy } from './record-codec.ts';

const FORMAT = 'assay-guard-interchange';
const VERSION = '1';

/** What became of a record of an import. */
export type ImportedRecord = {
  /** What may be signed once: kind, place and level. */
  readonly about: string;
  readonly round: Round;
  /**
   * `pruned`: its round was forgotten here and is never signed again. `conflict`: ours, which
   * differs, stays; nothing of its round is signed any more.
   */
  readonly result: 'added' | 'known' | 'pruned' | 'conflict';
};

export type ImportReport = {
  /** Nothing new of a round below is signed from now on. */
  readonly watermark: Round;
  readonly records: readonly ImportedRecord[];
};

/** Returns the guard in `directory` as interchange text. @throws GuardError as `openGuard` */
export async function exportGuard(directory: string, options: GuardOptions): Promise<string> {
  const guard = await openGuardLog(directory, options);
  await guard.close();
  const content = {
    format: FORMAT,
    version: VERSION,
    network: toHex(options.networkId),
    owner: options.owner,
    watermark: String(guard.watermark),
    records: guard.logged.map(({ record, round: recordRound, bytes }) => ({
      about: recordKey(record),
      round: String(recordRound),
      bytes: Buffer.from(bytes).toString('base64'),
    })),
  };
  return `${JSON.stringify(content, undefined, 2)}\n`;
}

/**
 * Adds what an export says to the guard in `directory`, and raises the watermark above every round
 * that either names: whatever the other machine signed after its export lies in rounds that this
 * one does not sign.
 * @param text what `exportGuard` returned
 * @throws GuardError `interchange-malformed`, `interchange-wrong-network`,
 *   `interchange-wrong-owner` before anything is changed; as `openGuard`
 */
export async function importGuard(
  directory: string,
  options: GuardOptions,
  text: string,
): Promise<ImportReport> {
  const { watermark: theirs, records } = parseInterchange(text, options);
  const guard = await openGuardLog(directory, options);
  try {
    let watermark = laterRound(guard.watermark, theirs);
    for (const each of [...guard.logged, ...records]) {
      // [SET-2] confirmations are of epochs to come, which others of that round are not
      if (isKeptForever(each.record)) continue;
      watermark = laterRound(watermark, round(each.round + 1));
    }
    const results = await guard.adopt(records, watermark);
    return {
      watermark,
      records: results.map((result, index) => {
        const each = records[index] as LoggedRecord;
        return { about: recordKey(each.record), round: each.round, result };
      }),
    };
  } finally {
    await guard.close();
  }
}

type Interchange = { readonly watermark: Round; readonly records: readonly LoggedRecord[] };

function parseInterchange(
  text: string,
  { networkId, owner }: { readonly networkId: Uint8Array; readonly owner: NodeId },
): Interchange {
  const parsed = parseJson(text);
  if (isKeystore(parsed)) throw keystoreGiven();
  const content = fieldsOf(parsed, CONTENT_FIELDS, 'the file');
  if (content['format'] !== FORMAT || content['version'] !== VERSION) {
    throw malformed('the file', `expected format ${FORMAT}, version ${VERSION}`);
  }
  const { network, owner: key, watermark, records } = content;
  if (network !== toHex(networkId)) {
    throw wrong({
      code: 'interchange-wrong-network',
      theirs: `network ${String(network)}`,
      ours: toHex(networkId),
      remedy: 'Give --net with the network file of the machine that it comes from.',
    });
  }
  if (key !== owner) {
    throw wrong({
      code: 'interchange-wrong-owner',
      theirs: `key ${String(key)}`,
      ours: owner,
      remedy: 'Name the folder of that key with --dir, or export the guard of this one.',
    });
  }
  if (!Array.isArray(records)) throw malformed('records', 'expected a list');
  return {
    watermark: roundOfText(watermark, 'watermark'),
    records: records.map((each: unknown, index) => parseRecord(each, `records[${index}]`)),
  };
}

function parseRecord(value: unknown, where: string): LoggedRecord {
  const { about, round: roundText, bytes: base64 } = fieldsOf(value, RECORD_FIELDS, where);
  if (typeof base64 !== 'string') throw malformed(`${where}.bytes`, 'expected base64 text');
  const bytes = new Uint8Array(Buffer.from(base64, 'base64'));
  const record = decodeRecord(bytes);
  if (record === undefined || Buffer.from(bytes).toString('base64') !== base64) {
    throw malformed(`${where}.bytes`, 'expected the canonical bytes of a record');
  }
  const recordRound = roundOfText(roundText, `${where}.round`);
  const named = roundNamedBy(record);
  if (named !== undefined && named !== recordRound) {
    throw malformed(`${where}.round`, `the record is of round ${named}`);
  }
  if (about !== recordKey(record)) {
    throw malformed(`${where}.about`, `the record is about: ${recordKey(record)}`);
  }
  return { record, round: recordRound, bytes };
}

const CONTENT_FIELDS = ['format', 'version', 'network', 'owner', 'watermark', 'records'];
const RECORD_FIELDS = ['about', 'round', 'bytes'];

function fieldsOf(
  value: unknown,
  fields: readonly string[],
  where: string,
): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw malformed(where, 'expected an object');
  }
  const unknown = Object.keys(value).filter((field) => !fields.includes(field));
  const missing = fields.filter((field) => !Object.hasOwn(value, field));
  for (const field of unknown) throw malformed(where, `unknown field ${JSON.stringify(field)}`);
  for (const field of missing) throw malformed(where, `missing field ${field}`);
  return { ...value };
}

function roundOfText(value: unknown, where: string): Round {
  const isText = typeof value === 'string' && /^(0|[1-9][0-9]{0,15})$/.test(value);
  // Below 2^53 − 1, so that the round after it exists.
  if (!isText || Number(value) >= Number.MAX_SAFE_INTEGER) {
    throw malformed(where, 'expected a round as decimal text');
  }
  return round(Number(value));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw malformed('the file', `it is cut off or damaged, no JSON: ${String(cause)}`);
  }
}

function isKeystore(value: unknown): boolean {
  const isObject = typeof value === 'object' && value !== null;
  return isObject && 'format' in value && value.format === 'assay-keystore';
}

function keystoreGiven(): GuardError {
  return new GuardError({
    code: 'interchange-malformed',
    message: 'this is a key, not what the key signed',
    where: 'the file',
    remedy: 'Nothing was imported. Keys: assay keys import. Guards: what guard export wrote.',
  });
}

function malformed(where: string, message: string): GuardError {
  return new GuardError({
    code: 'interchange-malformed',
    message,
    where,
    remedy: 'Nothing was imported. Export the guard again.',
  });
}

function wrong(of: { code: string; theirs: string; ours: string; remedy: string }): GuardError {
  return new GuardError({
    code: of.code,
    message: `the export is of ${of.theirs}, this guard of ${of.ours}`,
    remedy: `Nothing was imported. ${of.remedy}`,
  });
}
