/** What nodes tell each other about epochs that are being settled, as canonical dag-cbor. */
import { defined, digest, fromHex, type Stake, toHex } from '../../base/index.ts';
import { type Bill, billFormat } from '../../core/index.ts';
import {
  asciiText,
  booleanCodec,
  bytesBetween,
  type Codec,
  digestCodec,
  formatOf,
  LIMITS,
  listOf,
  oneOf,
  recordOf,
  settlementResultCodec,
  stakeCodec,
  uintBetween,
} from '../../wire/index.ts';

/** Characters of the name of a bill. */
const NAME_MAX = 128;
/** Bills named in one frame: 110 bytes each. */
export const STATEMENT_ENTRIES = 512;

/** A digest as programs compare it: hexadecimal. */
const hexDigestCodec: Codec<string> = {
  write: (text) => digestCodec.write(digest(defined(fromHex(text), 'a digest is hexadecimal'))),
  read: (data) => toHex(digestCodec.read(data)),
};

/** Names and digests of some bills; digests in hexadecimal. */
export const statementFormat = formatOf(
  recordOf<{ bills: readonly { readonly name: string; readonly digest: string }[] }>({
    bills: listOf(recordOf({ name: asciiText(NAME_MAX), digest: hexDigestCodec }), {
      min: 0,
      max: STATEMENT_ENTRIES,
    }),
  }),
  LIMITS.messageBytes,
);

/** A bill under its name; its bytes are those that its digest names. */
export const namedBillFormat = formatOf(
  recordOf<{ name: string; bytes: Uint8Array }>({
    name: asciiText(NAME_MAX),
    bytes: bytesBetween(1, LIMITS.billBytes),
  }),
  LIMITS.messageBytes,
);

/** What a settlement root is the hash of. */
export const settlementResultFormat = formatOf(settlementResultCodec, LIMITS.messageBytes);

/** What an account got or lost in an epoch, for one reason. */
export type Earning = {
  readonly epoch: number;
  readonly reason: string;
  readonly kind: 'collect' | 'burn' | 'pay';
  /** In the smallest unit of stake. */
  readonly amount: Stake;
  /** Movements summed up. */
  readonly count: number;
  /** Whether a step of the chain settled the epoch. */
  readonly isSettled: boolean;
};

/** Earnings of one account. */
export const earningsFormat = formatOf(
  recordOf<{ earnings: readonly Earning[] }>({
    earnings: listOf(
      recordOf<Earning>({
        epoch: uintBetween(0, LIMITS.epochs),
        reason: asciiText(32),
        kind: oneOf(['collect', 'burn', 'pay']),
        amount: stakeCodec,
        count: uintBetween(0, Number.MAX_SAFE_INTEGER),
        isSettled: booleanCodec,
      }),
      { min: 0, max: 1_024 },
    ),
  }),
  LIMITS.messageBytes,
);

/** Reads a bill that came by its name. */
export function readBill(bytes: Uint8Array): Bill | undefined {
  const result = billFormat.decode(bytes);
  return result.kind === 'ok' ? result.value : undefined;
}
