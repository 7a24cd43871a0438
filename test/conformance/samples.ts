/**
 * Seeded random values of every wire type: input of the golden hashes and of the property tests.
 *
 * The generator is a counter under SHA-256, so that the golden hashes depend on nothing but the
 * seed and this file.
 */
import type {
  BatchId,
  BlobId,
  ClaimId,
  Digest,
  Measurement,
  NodeId,
  Stake,
} from '../../src/base/index.ts';
import {
  ABSTENTION_REASONS,
  digest,
  nodeId,
  round,
  sha256,
  stake,
  TENSOR_TYPES,
  toHex,
  utf8,
  VERDICTS,
} from '../../src/base/index.ts';
import type {
  BundleEntry,
  CertificateMessage,
  Claim,
  EvidenceMessage,
  HeaderMessage,
  Message,
  Opening,
  Seal,
  SetChange,
  SignedEntry,
  StepBody,
} from '../../src/wire/index.ts';
import { batchId, blobId, claimId, encodeEntry } from '../../src/wire/index.ts';

/** Largest sizes in the samples; not the limits themselves, so that golden hashes outlive those. */
const SIZES = {
  nonceBytes: 32,
  assuranceClassChars: 32,
  executionClassChars: 96,
  bitmapBytes: 512,
  batchLeaves: 1_048_576,
  batchPathDigests: 20,
  bundleEntries: 256,
  bundlePathDigests: 8,
  levels: 8,
  voteGroups: 2,
  certificateBeacons: 3,
  tensorDimensions: 8,
  dimensionLength: 2 ** 32,
};

/** A source of random values, the same for the same seed. */
export class Samples {
  readonly #seed: string;
  #counter = 0;
  #pool: Uint8Array = new Uint8Array(0);
  #at = 0;

  constructor(seed: string) {
    this.#seed = seed;
  }

  byte(): number {
    if (this.#at === this.#pool.length) {
      this.#pool = sha256(utf8(`${this.#seed}/${this.#counter++}`));
      this.#at = 0;
    }
    return this.#pool[this.#at++] ?? 0;
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.byte());
  }

  /** From `min` to `max`; small values and the bounds come more often. */
  integer(min: number, max: number): number {
    const kind = this.byte() % 8;
    if (kind === 0) return min;
    if (kind === 1) return max;
    const wide = this.bytes(6).reduce((sum, byte) => sum * 256 + byte, 0);
    const span = kind < 4 ? Math.min(max - min, 30) : max - min;
    return min + (wide % (span + 1));
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.byte() % items.length];
    if (item === undefined) throw new Error('there is something to pick');
    return item;
  }

  times<T>(min: number, max: number, make: () => T): T[] {
    return Array.from({ length: this.integer(min, max) }, make);
  }

  digest(): Digest {
    return digest(this.bytes(32));
  }

  node(): NodeId {
    return nodeId(toHex(this.bytes(32)));
  }

  blob(): BlobId {
    return blobId(this.bytes(8));
  }

  text(max: number): string {
    const codes = this.times(1, max, () => 0x20 + (this.byte() % 0x5f));
    return String.fromCharCode(...codes);
  }

  claim(): Claim {
    return {
      requester: this.node(),
      nonce: this.bytes(this.integer(1, SIZES.nonceBytes)),
      input: this.blob(),
      model: this.blob(),
      executionClass: this.text(SIZES.executionClassChars),
      commitment: this.digest(),
    };
  }

  claimId(): ClaimId {
    return claimId(this.claim());
  }

  header(): HeaderMessage {
    return {
      type: 'header',
      provider: this.node(),
      round: round(this.integer(0, Number.MAX_SAFE_INTEGER)),
      assuranceClass: this.text(SIZES.assuranceClassChars),
      model: this.blob(),
      root: this.digest(),
      count: this.integer(1, SIZES.batchLeaves),
      signature: this.bytes(64),
    };
  }

  batch(): BatchId {
    return batchId(this.header());
  }

  seal(): Seal {
    return { holders: this.bitmap(), signature: this.bytes(96) };
  }

  bitmap(): Uint8Array {
    return this.bytes(this.integer(0, SIZES.bitmapBytes));
  }

  opening(): Opening {
    const opening = {
      index: this.integer(0, SIZES.batchLeaves - 1),
      claim: this.claim(),
      path: this.times(0, SIZES.batchPathDigests, () => this.digest()),
    };
    return this.byte() % 2 === 0 ? opening : { ...opening, input: this.bytes(this.integer(0, 99)) };
  }

  measurement(): Measurement {
    if (this.byte() % 8 === 0) return { kind: 'empty' };
    return {
      kind: 'output',
      digest: this.digest(),
      levelDigest: this.digest(),
      tensors: this.times(0, 3, () => ({
        type: this.pick(TENSOR_TYPES),
        shape: this.times(0, SIZES.tensorDimensions, () => this.integer(0, SIZES.dimensionLength)),
        mask: this.bytes(this.pick([0, 32])),
        values: Float64Array.from(this.times(0, 40, () => this.float())),
        whole: this.byte() % 2 === 0,
      })),
    };
  }

  float(): number {
    const value = new Float64Array(this.bytes(8).buffer)[0] ?? 0;
    return Number.isFinite(value) ? value : -0;
  }

  entry(
    kind: BundleEntry['kind'] = this.pick(['ack', 'commit', 'abstain', 'reveal']),
  ): BundleEntry {
    const place = {
      batch: this.batch(),
      index: this.integer(0, SIZES.batchLeaves - 1),
      level: this.integer(0, SIZES.levels - 1),
    };
    switch (kind) {
      case 'ack':
        return { kind, batch: place.batch, signature: this.bytes(96) };
      case 'commit':
        return { kind, ...place, commitment: this.digest() };
      case 'abstain':
        return { kind, ...place, reason: this.pick(ABSTENTION_REASONS) };
      case 'reveal':
        return {
          kind,
          ...place,
          measurement: this.measurement(),
          salt: this.digest(),
          verdict: this.pick(VERDICTS),
          executionClass: this.text(SIZES.executionClassChars),
          signature: this.bytes(96),
          seen: this.bitmap(),
        };
    }
  }

  certificate(): CertificateMessage {
    return {
      type: 'certificate',
      header: this.header(),
      seal: this.seal(),
      index: this.integer(0, SIZES.batchLeaves - 1),
      level: this.integer(0, SIZES.levels - 1),
      verdict: this.pick(VERDICTS),
      votes: this.times(1, SIZES.voteGroups, () => ({
        verdict: this.pick(VERDICTS),
        ...this.seal(),
      })),
      beacons: this.times(1, SIZES.certificateBeacons, () => ({
        round: round(this.integer(0, 2 ** 32)),
        signature: this.bytes(48),
      })),
      set: this.digest(),
      parameters: this.digest(),
    };
  }

  signedEntry(): SignedEntry {
    return {
      entry: encodeEntry(this.entry()),
      index: this.integer(0, SIZES.bundleEntries - 1),
      count: this.integer(1, SIZES.bundleEntries),
      path: this.times(0, SIZES.bundlePathDigests, () => this.digest()),
      signature: this.bytes(64),
    };
  }

  evidence(kind: EvidenceMessage['kind']): EvidenceMessage {
    const type = 'evidence';
    switch (kind) {
      case 'headers':
        return { type, kind, first: this.header(), second: this.header() };
      case 'certificates':
        return { type, kind, first: this.certificate(), second: this.certificate() };
      case 'entries':
        return {
          type,
          kind,
          validator: this.node(),
          first: this.signedEntry(),
          second: this.signedEntry(),
        };
    }
  }

  message(type: Message['type']): Message {
    switch (type) {
      case 'header':
        return this.header();
      case 'openings':
        return {
          type,
          header: this.header(),
          seal: this.seal(),
          openings: this.times(1, 8, () => this.opening()),
        };
      case 'output':
        return {
          type,
          batch: this.batch(),
          index: this.integer(0, SIZES.batchLeaves - 1),
          digest: this.digest(),
          salt: this.digest(),
        };
      case 'bundle':
        return {
          type,
          validator: this.node(),
          entries: this.times(1, 6, () => encodeEntry(this.entry())),
          signature: this.bytes(64),
        };
      case 'beacon':
        return { type, round: round(this.integer(0, 2 ** 40)), signature: this.bytes(48) };
      case 'certificate':
        return this.certificate();
      case 'evidence':
        return this.evidence(this.pick(['headers', 'entries', 'certificates']));
      case 'proposal':
      case 'step':
      case 'confirmation':
      case 'settlement':
        return this.#ofChain(type);
      default:
        return this.#direct(type);
    }
  }

  #ofChain(type: 'proposal' | 'step' | 'confirmation' | 'settlement'): Message {
    switch (type) {
      case 'proposal':
        return { type, body: this.#stepBody(), signature: this.bytes(64) };
      case 'step':
        return {
          type,
          body: this.#stepBody(),
          signature: this.bytes(64),
          epoch: this.integer(1, 9999),
          holders: this.bytes(this.integer(0, 20)),
          confirmation: this.bytes(96),
        };
      case 'confirmation':
        return {
          type,
          validator: this.node(),
          number: this.integer(1, 9999),
          epoch: this.integer(1, 9999),
          step: this.digest(),
          signature: this.bytes(96),
        };
      default:
        return {
          type,
          validator: this.node(),
          epoch: this.integer(0, 9999),
          head: this.digest(),
          root: this.digest(),
          signature: this.bytes(96),
        };
    }
  }

  #stepBody(): StepBody {
    const body = {
      number: this.integer(1, 9999),
      predecessor: this.digest(),
      epoch: this.integer(1, 9999),
      changes: this.times(0, 4, () => this.#change()),
      state: this.digest(),
    };
    if (this.byte() % 2 === 0) return body;
    const settlement = {
      epoch: this.integer(0, 9999),
      balances: this.times(0, 4, () => ({ id: this.node(), stake: this.#stake() })),
      pool: this.#stake(),
      burned: this.#stake(),
      convicted: this.times(0, 2, () => this.node()),
      holders: this.bytes(this.integer(0, 20)),
      signature: this.bytes(96),
    };
    return { ...body, settlement };
  }

  #change(): SetChange {
    const id = this.node();
    switch (this.byte() % 3) {
      case 0:
        return { kind: 'provider', id, stake: this.#stake() };
      case 1:
        return { kind: 'stake', id, stake: this.#stake() };
      default:
        return {
          ...{ kind: 'validator', id, voteKey: this.bytes(48), stake: this.#stake() },
          models: this.times(0, 3, () => this.blob()),
          ...{ possession: this.bytes(96), ownership: this.bytes(64) },
        };
    }
  }

  #stake(): Stake {
    return stake(BigInt(this.integer(0, 2 ** 48)) * 1_000_000_007n);
  }

  #direct(type: 'query' | 'request' | 'promise'): Message {
    switch (type) {
      case 'query': {
        const query = { type, batch: this.batch() };
        return this.byte() % 2 === 0 ? query : { ...query, index: this.integer(0, 99) };
      }
      case 'request':
        return {
          type,
          requester: this.node(),
          nonce: this.bytes(this.integer(1, SIZES.nonceBytes)),
          model: this.blob(),
          input: this.blob(),
          assuranceClass: this.text(SIZES.assuranceClassChars),
          signature: this.bytes(64),
        };
      case 'promise':
        return {
          type,
          provider: this.node(),
          claim: this.claimId(),
          assuranceClass: this.text(SIZES.assuranceClassChars),
          round: round(this.integer(0, 2 ** 40)),
          index: this.integer(0, SIZES.batchLeaves - 1),
          signature: this.bytes(64),
        };
    }
  }
}

/** All message types, in the order of the golden file. */
export const MESSAGE_TYPES: readonly Message['type'][] = [
  'header',
  'openings',
  'output',
  'bundle',
  'beacon',
  'certificate',
  'evidence',
  'query',
  'request',
  'promise',
];
