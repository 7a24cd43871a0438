/**
 * What a provider knows of the claims that it answered: where they are, how they stand, and their
 * receipts, made of verified messages like everybody's.
 *
 * Limits: the last `CLAIMS_MAX` answers; the receipt of a claim that was not drawn needs the leaf
 * with its path, which the core keeps until the batch closes. Receipts that were asked for before
 * are kept longer, `RECEIPT_BYTES_MAX` of them.
 */
import {
  type BatchId,
  type ClaimId,
  type Digest,
  type NodeId,
  type Round,
  round,
  type Subject,
} from '../base/index.ts';
import {
  type GuardRecord,
  levelRounds,
  type Network,
  type SetChain,
  type Slot,
  type SubjectSnapshot,
  samplingRound,
  slotKey,
} from '../core/index.ts';
import type { Crypto } from '../crypto/index.ts';
import { buildReceipt, encodeReceiptJson } from '../receipt/index.ts';
import {
  batchId,
  type Claim,
  claimId,
  decodeMessage,
  type HeaderMessage,
  headerSigningBytes,
  type Message,
  type OpeningsMessage,
} from '../wire/index.ts';
import type { Archive } from './archive.ts';
import { BoundedCache } from './execution/index.ts';
import { roundsOfReceipt } from './requester.ts';

/** Answers remembered, about 0.5 KiB each. */
const CLAIMS_MAX = 131_072;
/** Bytes of receipts kept, as JSON. */
const RECEIPT_BYTES_MAX = 16 * 1024 ** 2;
/** [TIME-3] Rounds after which a batch without a seal is void. */
const VOID_ROUNDS = 5;

/** An answer that was given. */
export type AnsweredClaim = {
  readonly claim: ClaimId;
  readonly requester: NodeId;
  readonly slot: Slot;
  readonly index: number;
  readonly salt: Digest;
  readonly outputDigest: Digest;
};

/** How a claim stands, as its provider knows it. Words are stable. */
export const CLAIM_STATES = [
  'promised',
  'batched',
  'sealed',
  'undrawn',
  'drawn',
  'decided',
  'unresolved',
  'void',
  'closed',
] as const;

export type ClaimStanding = AnsweredClaim & {
  readonly state: (typeof CLAIM_STATES)[number];
  readonly batch?: BatchId;
  /** Of a claim that is `decided`. */
  readonly decision?: { readonly verdict: string; readonly level: number };
};

/** Bytes of a receipt as JSON, or why there is none yet. */
export type ReceiptAnswer =
  | { readonly kind: 'receipt'; readonly json: Uint8Array }
  | { readonly kind: 'none'; readonly code: string; readonly detail: string };

export type AnsweredClaimsOptions = {
  readonly provider: NodeId;
  readonly network: Network;
  /** [SET-2] The validator sets that the core knows. */
  readonly chain: () => SetChain;
  readonly crypto: Crypto;
  readonly archive: Archive;
  /** Records of earlier lives. */
  readonly guard: readonly GuardRecord[];
  readonly headers: (isOfSlot: (header: HeaderMessage) => boolean) => readonly HeaderMessage[];
  readonly opening: (subject: Subject) => OpeningsMessage | undefined;
  readonly subjects: () => readonly SubjectSnapshot[];
  readonly messagesAbout: (subject: Subject) => Promise<readonly Uint8Array[]>;
  readonly latest: () => Round | undefined;
};

export class AnsweredClaims {
  readonly #options: AnsweredClaimsOptions;
  readonly #claims = new BoundedCache<AnsweredClaim>(CLAIMS_MAX);
  readonly #batches = new BoundedCache<BatchId>(CLAIMS_MAX);
  readonly #receipts = new BoundedCache<Uint8Array>(RECEIPT_BYTES_MAX);

  constructor(options: AnsweredClaimsOptions) {
    this.#options = options;
    for (const record of options.guard) {
      if (record.kind === 'header') this.#batches.set(slotKey(record.slot), record.batch, 1);
      if (record.kind === 'promise') this.note(record.slot, record.index, record.leaf);
    }
  }

  /** Remembers an answer. */
  note(
    slot: Slot,
    index: number,
    leaf: { readonly claim: Claim; readonly salt: Digest; readonly outputDigest: Digest },
  ): void {
    const claim = claimId(leaf.claim);
    const { salt, outputDigest } = leaf;
    const { requester } = leaf.claim;
    this.#claims.set(claim, { claim, requester, slot, index, salt, outputDigest }, 1);
  }

  /** How a claim stands; `undefined` if it was not answered here, or is forgotten. */
  async standing(claim: ClaimId): Promise<ClaimStanding | undefined> {
    const known = this.#claims.get(claim);
    if (known === undefined) return undefined;
    const latest = this.#options.latest() ?? 0;
    const isVoid = latest >= known.slot.round + VOID_ROUNDS;
    const batch = this.#batchOf(known.slot);
    if (batch === undefined) return { ...known, state: isVoid ? 'void' : 'promised' };
    const subject = { batch, index: known.index };
    const live = this.#options
      .subjects()
      .find(({ subject: s }) => s.batch === batch && s.index === known.index);
    if (live !== undefined) {
      const { decision, isUnresolved } = live;
      if (decision !== undefined) return { ...known, batch, state: 'decided', decision };
      return { ...known, batch, state: isUnresolved ? 'unresolved' : 'drawn' };
    }
    if (this.#options.opening(subject) !== undefined) {
      const isDrawable = latest >= samplingRound(known.slot);
      return { ...known, batch, state: isDrawable ? 'undrawn' : 'sealed' };
    }
    const isArchived = (await this.#options.archive.lookup(batch, undefined)).length > 0;
    if (isArchived) return { ...known, batch, state: 'closed' };
    return { ...known, batch, state: isVoid ? 'void' : 'batched' };
  }

  /** The receipt of a claim, final as soon as it can be. */
  async receipt(claim: ClaimId): Promise<ReceiptAnswer> {
    const known = this.#claims.get(claim);
    if (known === undefined) return none('claim-unknown', 'this provider did not answer it');
    const kept = this.#receipts.get(claim);
    if (kept !== undefined) return { kind: 'receipt', json: kept };
    const batch = this.#batchOf(known.slot);
    if (batch === undefined) return none('not-yet', 'the batch of its round is not closed yet');
    const result = await this.#build(known, { batch, index: known.index });
    if (result.kind === 'not-yet') return none('not-yet', result.detail);
    if (result.kind === 'refused') return none('no-receipt', result.detail);
    const json = encodeReceiptJson(result.receipt);
    const { judgement } = result.summary;
    const isBest = judgement === undefined || judgement.finality === 'final';
    // a provisional one may get better until its windows are over
    if (isBest || this.#isOver(known.slot.round)) this.#receipts.set(claim, json, json.length);
    return { kind: 'receipt', json };
  }

  async #build({ slot, salt, outputDigest }: AnsweredClaim, subject: Subject) {
    const { chain, crypto, opening } = this.#options;
    const own = opening(subject);
    const reveal = { type: 'output', ...subject, digest: outputDigest, salt } as const;
    const frames = await this.#options.messagesAbout(subject);
    const said = frames.flatMap(messageOf);
    const messages = [...said, reveal, ...(own === undefined ? [] : [own.header, own])];
    const beacons = await this.#beacons(roundsOfReceipt(messages, slot.round));
    const beacon = (r: Round): Uint8Array | undefined => beacons.get(r);
    return buildReceipt(chain(), crypto, { subject, messages, beacon });
  }

  async #beacons(rounds: readonly Round[]): Promise<ReadonlyMap<Round, Uint8Array>> {
    const found = new Map<Round, Uint8Array>();
    for (const r of rounds) {
      const [message] = (await this.#options.archive.beacons(r, 1)).flatMap(messageOf);
      if (message?.type === 'beacon') found.set(r, message.signature);
    }
    return found;
  }

  #batchOf(slot: Slot): BatchId | undefined {
    const key = slotKey(slot);
    const known = this.#batches.get(key);
    if (known !== undefined) return known;
    const { provider, network, crypto } = this.#options;
    // among the headers heard of are forgeries that the core has not judged yet
    const [header] = this.#options.headers(
      (each) =>
        each.provider === provider &&
        slotKey(each) === key &&
        crypto.verify(provider, headerSigningBytes(network.id, each), each.signature),
    );
    if (header === undefined) return undefined;
    const batch = batchId(header);
    this.#batches.set(key, batch, 1);
    return batch;
  }

  /** Whether every window of a claim of round `r` is over. */
  #isOver(r: Round): boolean {
    const { network, latest } = this.#options;
    const levels = network.parameters.levels.length + 1;
    return (latest() ?? 0) > round(r + 2 + levelRounds(network) * levels);
  }
}

function none(code: string, detail: string): ReceiptAnswer {
  return { kind: 'none', code, detail };
}

function messageOf(bytes: Uint8Array): readonly Message[] {
  const result = decodeMessage(bytes);
  return result.kind === 'ok' ? [result.decoded.message] : [];
}
