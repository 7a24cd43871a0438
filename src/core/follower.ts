/**
 * Follows the protocol's messages: what validators and providers do alike. It applies each message
 * to batches and subjects, keeps what is early, and says what gossip should do with it.
 */
import { assert, type NodeId, type Round, type TimeMs } from '../base/index.ts';
import { merkleRoot } from '../crypto/index.ts';
import {
  type BeaconMessage,
  type BundleMessage,
  batchId,
  bundleSigningBytes,
  type CertificateMessage,
  type Decoded,
  type EvidenceMessage,
  type HeaderMessage,
  type Message,
  type OpeningsMessage,
} from '../wire/index.ts';
import { checkHeader } from './certificate/certificate.ts';
import type { Context } from './context.ts';
import { type Early, EarlyBuffer } from './early.ts';
import type { CoreEvent } from './events.ts';
import { guiltyOf, isAboutMember } from './evidence/evidence.ts';
import { ACCEPTED, combined, ignored, type Judgement, rejected } from './judgement.ts';
import type { Assembly } from './membership/assembly.ts';
import { answerQuery } from './query.ts';
import { type Batch, samplingRound } from './sampling/batch.ts';
import type { BatchBook } from './sampling/batch-book.ts';
import type { Court } from './verification/court.ts';
import { isLeafOf } from './verification/opening.ts';

/** Early messages kept in all, and for one thing that must become known first. */
const EARLY_LIMITS = {
  totalMax: 16_384,
  perKeyMax: 2_048,
  perSenderMax: 1_024,
  bytesMax: 67_108_864,
  bytesPerSenderMax: 4_194_304,
};

/** [WIRE-4] ablated: whatever comes early is kept. */
const UNLIMITED = {
  totalMax: Number.POSITIVE_INFINITY,
  perKeyMax: Number.POSITIVE_INFINITY,
  perSenderMax: Number.POSITIVE_INFINITY,
  bytesMax: Number.POSITIVE_INFINITY,
  bytesPerSenderMax: Number.POSITIVE_INFINITY,
};

/** Signed bytes by the bundle itself: bundles are never changed, and simulated nodes share them. */
const signedBytes = new WeakMap<BundleMessage, { networkId: Uint8Array; bytes: Uint8Array }>();

/** [WIRE-5] What the signature of a bundle covers: the root over its entries. */
function signedBytesOf(bundle: BundleMessage, networkId: Uint8Array): Uint8Array {
  const known = signedBytes.get(bundle);
  if (known?.networkId === networkId) return known.bytes;
  const root = merkleRoot(bundle.entries.map((entry) => entry.bytes));
  const bytes = bundleSigningBytes(networkId, bundle.validator, root);
  signedBytes.set(bundle, { networkId, bytes });
  return bytes;
}

type EarlyContent =
  | { readonly kind: 'message'; readonly decoded: Decoded }
  | { readonly kind: 'entry'; readonly bundle: BundleMessage; readonly position: number };

type Outcome = Judgement | Early;

type Received = Omit<CoreEvent & { readonly kind: 'message-received' }, 'kind' | 'now'>;
type Arrival = { readonly from: string; readonly isCaughtUp: boolean };

export type FollowerParts = {
  readonly books: BatchBook;
  readonly court: Court;
  readonly assembly: Assembly;
  /** Whether a batch matters to this node. */
  readonly isOfInterest: (header: HeaderMessage) => boolean;
};

export class Follower {
  readonly #context: Context;
  readonly #books: BatchBook;
  readonly #court: Court;
  readonly #assembly: Assembly;
  readonly #isOfInterest: (header: HeaderMessage) => boolean;
  readonly #early: EarlyBuffer<EarlyContent>;

  constructor(context: Context, { books, court, assembly, isOfInterest }: FollowerParts) {
    this.#context = context;
    this.#books = books;
    this.#court = court;
    this.#assembly = assembly;
    this.#isOfInterest = isOfInterest;
    this.#early = new EarlyBuffer(context.isInForce('WIRE-4') ? EARLY_LIMITS : UNLIMITED);
  }

  /** Evidence seen, by whom it convicts. */
  get convicted(): ReadonlyMap<NodeId, EvidenceMessage> {
    return this.#context.convicted;
  }

  /** Number of early messages kept. */
  get earlyCount(): number {
    return this.#early.size;
  }

  /** Takes a message and tells gossip what to do with it. [WIRE-3] */
  receive({ decoded, from, isCaughtUp = false }: Received): void {
    const outcome = this.#apply(decoded.message, { from, isCaughtUp });
    const judgement = 'early' in outcome ? this.#keep(outcome, decoded, from) : outcome;
    this.#context.emit({ kind: 'judge', ...judgement });
    if (judgement.verdict !== 'reject') return;
    this.#context.report({ kind: 'fault', code: judgement.code, from });
  }

  /** Takes what this node said itself: gossip does not bring it back. */
  takeOwn(bundle: BundleMessage): void {
    for (const position of bundle.entries.keys()) this.#takeEntry(bundle, position);
  }

  #keep({ early, isUnchecked }: Early, decoded: Decoded, from: string): Judgement {
    const isKept = this.#early.keep(early, {
      content: { kind: 'message', decoded },
      sender: from,
      message: decoded,
      messageBytes: decoded.bytes.length,
    });
    if (!isKept) return ignored('too-many-early');
    // [WIRE-3] what nobody checked yet is not passed on: others would blame this node for it
    return isUnchecked ? ignored('early') : { verdict: 'accept', code: 'early' };
  }

  #apply(message: Message, { from, isCaughtUp }: Arrival): Outcome {
    switch (message.type) {
      case 'beacon':
        return this.#takeBeacon(message, isCaughtUp);
      case 'header':
        return this.#takeHeader(message);
      case 'bundle':
        return this.#takeBundle(message);
      case 'openings':
        return this.#takeOpenings(message);
      case 'output':
        return this.#takeOutput(message);
      case 'certificate':
        return this.#takeCertificate(message);
      case 'evidence':
        return this.#takeEvidence(message);
      case 'proposal':
        return this.#assembly.takeProposal(message);
      case 'confirmation':
        return this.#assembly.takeConfirmation(message);
      case 'step':
        return this.#assembly.takeStep(message);
      case 'settlement':
        return this.#assembly.takeSettlement(message);
      case 'query':
        return answerQuery(
          this.#context,
          { books: this.#books, court: this.#court },
          {
            query: message,
            from,
          },
        );
      default:
        return rejected('not-for-gossip');
    }
  }

  #takeBeacon({ round, signature }: BeaconMessage, isCaughtUp: boolean): Outcome {
    const { beacons, crypto, network, now } = this.#context;
    if (beacons.isStale(round)) return ignored('known-beacon');
    // [TIME-1] counts only if it verifies under the chain's key
    const randomness = crypto.verifyBeacon(network.beacon.chainKey, round, signature);
    if (randomness === undefined) return rejected('beacon-signature');
    beacons.add(round, { signature, randomness, knownAt: now });
    if (!isCaughtUp) this.#books.watchClock(round);
    this.#release(`round/${round}`);
    this.#drawSealed();
    this.#court.advance();
    this.#assembly.advance();
    this.#closeOld(beacons.latest ?? round);
    return ACCEPTED;
  }

  #takeHeader(header: HeaderMessage): Outcome {
    if (!this.#isOfInterest(header)) {
      const { chain, crypto } = this.#context;
      // [WIRE-3] to compute an old set again costs more than to send a header
      const set = chain.recentAt(header.round);
      if (set === undefined) return ignored('forgotten-round');
      const fault = checkHeader(set.state.network, crypto, header);
      if (fault === 'provider') return this.#context.stranger(fault);
      return fault === undefined ? ACCEPTED : rejected(fault);
    }
    const added = this.#books.addHeader(header);
    if (added === 'early') return { early: `round/${header.round}` };
    if (added.verdict === 'accept') this.#release(`batch/${batchId(header)}`);
    return added;
  }

  #takeBundle(bundle: BundleMessage): Outcome {
    const { network, chain, crypto } = this.#context;
    // [SEAT-3] only members of a set say anything; who passed it on may know a later one
    if (!chain.isValidator(bundle.validator)) return this.#context.stranger('unknown-validator');
    const isNew = bundle.entries.some(
      ({ entry }) => entry.kind === 'ack' || !this.#court.isKnown(bundle.validator, entry),
    );
    if (!isNew) return ignored('nothing-new');
    // [WIRE-3] at most one signature check per message; [WIRE-5] over the root of the entries
    const signed = signedBytesOf(bundle, network.id);
    if (!crypto.verify(bundle.validator, signed, bundle.signature)) {
      return rejected('bundle-signature');
    }
    const judgement = combined(bundle.entries.map((_, at) => this.#takeEntry(bundle, at)));
    if (judgement.verdict !== 'reject') return judgement;
    // [WIRE-3] whoever passed it on may know less: the fault is that of the signer
    this.#context.report({ kind: 'fault', code: judgement.code, from: bundle.validator });
    return ignored(judgement.code);
  }

  #takeEntry(bundle: BundleMessage, position: number): Judgement {
    const outcome = this.#applyEntry(bundle, position);
    if (!('early' in outcome)) return outcome;
    const isKept = this.#early.keep(outcome.early, {
      content: { kind: 'entry', bundle, position },
      sender: bundle.validator,
      message: bundle,
      messageBytes: bundle.entries.reduce((sum, { bytes }) => sum + bytes.length, 0),
    });
    return isKept ? { verdict: 'accept', code: 'early' } : ignored('too-many-early');
  }

  #applyEntry(bundle: BundleMessage, position: number): Outcome {
    const item = bundle.entries[position];
    assert(item !== undefined, 'a position names an entry of the bundle');
    const { entry } = item;
    const batch = this.#books.get(entry.batch);
    if (entry.kind === 'ack') {
      const added = this.#books.addAck(bundle, entry);
      if (added === 'early') return { early: `batch/${entry.batch}` };
      if (batch !== undefined && added.verdict === 'accept') this.#draw(batch);
      return added;
    }
    // [SAMPLE-1] nothing is judged that was not drawn
    if (batch?.sampled !== undefined && !batch.sampled.includes(entry.index)) {
      return rejected('not-drawn');
    }
    return this.#court.takeEntry(bundle.validator, entry, { bundle, position });
  }

  #takeOpenings(message: OpeningsMessage): Outcome {
    const { header, seal, openings } = message;
    // [WIRE-3] what this node cannot check it does not forward
    if (!this.#isOfInterest(header)) return ignored('not-followed');
    const sealed = this.#sealedBatch(header, seal);
    if (!('sampled' in sealed)) {
      // [WIRE-3] what waits is what the provider committed to, nothing else
      const isAuthentic = openings.every((opening) => isLeafOf(header, opening));
      return 'early' in sealed && !isAuthentic ? rejected('opening-path') : sealed;
    }
    const judgements = openings.map((opening) => {
      const judgement = this.#court.takeOpening(sealed, opening);
      if (judgement.verdict === 'accept') this.#release(`opening/${sealed.id}/${opening.index}`);
      return judgement;
    });
    return combined(judgements);
  }

  #takeOutput(message: Message & { type: 'output' }): Outcome {
    const batch = this.#books.get(message.batch);
    if (batch?.sampled !== undefined && !batch.sampled.includes(message.index)) {
      return ignored('not-drawn');
    }
    return this.#court.takeOutput(message);
  }

  #takeCertificate(message: CertificateMessage): Outcome {
    if (!this.#isOfInterest(message.header)) return ignored('not-followed');
    const sealed = this.#sealedBatch(message.header, message.seal);
    const taken = 'sampled' in sealed ? this.#court.takeCertificate(sealed, message) : sealed;
    return 'early' in taken ? { ...taken, isUnchecked: true } : taken;
  }

  /** The batch of a message that carries header and seal, drawn. */
  #sealedBatch(header: HeaderMessage, seal: OpeningsMessage['seal']): Batch | Outcome {
    const added = this.#books.addSealed(header, seal);
    if (added === 'early') return { early: `round/${header.round}`, isUnchecked: true };
    if (added.verdict === 'reject') return added;
    const batch = this.#books.get(batchId(header));
    if (batch === undefined) return added;
    if (added.verdict === 'accept') this.#release(`batch/${batch.id}`);
    this.#draw(batch);
    if (batch.sampled === undefined) return { early: `round/${samplingRound(header)}` };
    return batch;
  }

  #takeEvidence(message: EvidenceMessage): Outcome {
    const { chain, crypto } = this.#context;
    if (this.#isOldNews(message)) return ignored('known-evidence');
    const guilty = guiltyOf(chain, crypto, message);
    if (guilty.length === 0) {
      const code = 'evidence-proves-nothing';
      return isAboutMember(chain, message) ? rejected(code) : this.#context.stranger(code);
    }
    if (guilty.every((id) => this.convicted.has(id))) return ignored('known-evidence');
    if (this.#context.convict(message, guilty) === 0) return ignored('too-much-evidence');
    return ACCEPTED;
  }

  #isOldNews(message: EvidenceMessage): boolean {
    if (message.kind === 'certificates') return false;
    const id = message.kind === 'headers' ? message.first.provider : message.validator;
    return this.convicted.has(id);
  }

  #drawSealed(): void {
    for (const batch of this.#books.all()) this.#draw(batch);
  }

  #draw(batch: Batch): void {
    if (!this.#books.tryDraw(batch)) return;
    this.#court.open(batch);
    this.#release(`batch/${batch.id}`);
  }

  #closeOld(latest: Round): void {
    for (const batch of this.#books.dropClosed(latest, (batch) => this.#court.isUnderWay(batch))) {
      this.#court.close(batch);
      this.#early.release(`batch/${batch.id}`);
      for (const index of batch.sampled ?? []) this.#early.release(`opening/${batch.id}/${index}`);
    }
  }

  /** Applies what waited for `key`; what is still early waits again. */
  #release(key: string): void {
    for (const { content, sender } of this.#early.release(key)) {
      if (content.kind === 'entry') {
        this.#takeEntry(content.bundle, content.position);
        continue;
      }
      const outcome = this.#apply(content.decoded.message, { from: sender, isCaughtUp: false });
      if ('early' in outcome) this.#keep(outcome, content.decoded, sender);
    }
  }

  nextDeadline(): TimeMs | undefined {
    return this.#court.nextDeadline();
  }
}
