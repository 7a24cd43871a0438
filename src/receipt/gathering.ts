/**
 * Sorts what anybody sent about a subject, and keeps only what checks out: each part by itself, so
 * that one bad message does not hide a good one. What is wrong is left out, not complained about.
 */
import { equalBytes, type Round, type Subject } from '../base/index.ts';
import {
  type CertificateCheck,
  type ChainLink,
  type Committee,
  certificateRounds,
  checkHeader,
  Draws,
  isLeafDrawn,
  isSealValid,
  type Network,
  type SetChain,
  verifyVotes,
} from '../core/index.ts';
import { type Crypto, findInvalidVotes, verifyMerkleProof } from '../crypto/index.ts';
import {
  ackSigningBytes,
  batchId,
  bitmapIndices,
  bitmapOf,
  type CertificateMessage,
  encodeClaim,
  type HeaderMessage,
  type Message,
  type Opening,
  type OutputReveal,
  outputCommitment,
  type Seal,
} from '../wire/index.ts';
import { drawnBatchOf, oneInOf } from './parts.ts';

/** The messages about one subject, from anybody, and the beacons that one knows. */
export type SubjectMessages = {
  readonly subject: Subject;
  /** What is about other subjects is ignored. The caller bounds their number. */
  readonly messages: readonly Message[];
  /** Returns the signature of a beacon round, or `undefined` if it is not known. */
  readonly beacon: (round: Round) => Uint8Array | undefined;
};

/** A certificate whose committee and votes are right; its header, seal and beacons are not used. */
export type GatheredCertificate = {
  readonly message: CertificateMessage;
  readonly votes: Extract<CertificateCheck, { kind: 'valid' }>;
};

/** What is known about a subject once its header is. */
export type Gathered = {
  readonly header: HeaderMessage;
  /** The set that served its round. */
  readonly set: ChainLink;
  /** With that set. */
  readonly network: Network;
  readonly draws: Draws;
  /** Sealing seats; absent without the beacon of the round. */
  readonly seats: Committee | undefined;
  /** Positions of the sealing seats that are known to have signed, ascending. */
  readonly acked: readonly number[];
  readonly seal: Seal | undefined;
  readonly opening: Opening | undefined;
  readonly output: OutputReveal | undefined;
  /** Absent without beacon r+2. */
  readonly isDrawn: boolean | undefined;
  readonly certificates: readonly GatheredCertificate[];
  /** The committee of a level; absent without its beacon, or if there is no such level. */
  readonly committee: (level: number) => Committee | undefined;
  /** Signature of a round whose beacon was checked. */
  readonly beacon: (round: Round) => Uint8Array | undefined;
};

/**
 * Returns what the messages show, or `undefined` if the header is not among them.
 * @param chain of the network, as far as it is known
 */
export function gather(
  chain: SetChain,
  crypto: Crypto,
  input: SubjectMessages,
): Gathered | undefined {
  const { subject, messages } = input;
  const header = headersIn(messages).find((each) => {
    if (batchId(each) !== subject.batch) return false;
    return checkHeader(chain.at(each.round).state.network, crypto, each) === undefined;
  });
  if (header === undefined) return undefined;
  // [SET-1] one set for a subject, at all its levels
  const set = chain.at(header.round);
  const { network } = set.state;
  const draws = new Draws(network);
  if (draws.pool(drawnBatchOf({ header })).stake === 0n) return undefined;
  const beacons = new CheckedBeacons(network, crypto, input);
  const sealing = beacons.randomness(header.round);
  const seats = sealing && draws.seal(header.provider, header.round, sealing);
  const at = { network, crypto, header, messages, subject };
  const { acked, seal } = seats === undefined ? NO_SEAL : sealIn({ ...at, seats });
  const opening = openingIn(at);
  const committee = (level: number) => committeeOf({ ...at, draws, beacons, level });
  return {
    header,
    set,
    network,
    draws,
    seats,
    acked,
    seal,
    opening,
    output: opening && outputIn(at, opening),
    isDrawn: isDrawn(at, beacons),
    certificates: certificatesIn({ ...at, draws, committee }),
    committee,
    beacon: (round) => beacons.signature(round),
  };
}

const NO_SEAL = { acked: [], seal: undefined } as const;

type Place = {
  readonly network: Network;
  readonly crypto: Crypto;
  readonly header: HeaderMessage;
  readonly messages: readonly Message[];
  readonly subject: Subject;
};

/** [TIME-1] Beacons, each checked once when it is asked for. */
class CheckedBeacons {
  readonly #network: Network;
  readonly #crypto: Crypto;
  readonly #given: SubjectMessages['beacon'];
  readonly #candidates = new Map<Round, Uint8Array[]>();
  readonly #known = new Map<Round, { signature: Uint8Array; value: Uint8Array } | undefined>();

  constructor(network: Network, crypto: Crypto, { messages, beacon }: SubjectMessages) {
    this.#network = network;
    this.#crypto = crypto;
    this.#given = beacon;
    for (const message of messages) {
      if (message.type === 'beacon') this.#add(message);
      if (message.type === 'certificate') for (const each of message.beacons) this.#add(each);
    }
  }

  signature(round: Round): Uint8Array | undefined {
    return this.#look(round)?.signature;
  }

  randomness(round: Round): Uint8Array | undefined {
    return this.#look(round)?.value;
  }

  #look(round: Round): { signature: Uint8Array; value: Uint8Array } | undefined {
    if (this.#known.has(round)) return this.#known.get(round);
    const given = this.#given(round);
    const candidates = [
      ...(given === undefined ? [] : [given]),
      ...(this.#candidates.get(round) ?? []),
    ];
    const { chainKey } = this.#network.beacon;
    for (const signature of candidates) {
      const value = this.#crypto.verifyBeacon(chainKey, round, signature);
      if (value === undefined) continue;
      this.#known.set(round, { signature, value });
      return { signature, value };
    }
    this.#known.set(round, undefined);
    return undefined;
  }

  #add({ round, signature }: { readonly round: Round; readonly signature: Uint8Array }): void {
    const known = this.#candidates.get(round) ?? [];
    if (!known.some((each) => equalBytes(each, signature))) {
      this.#candidates.set(round, [...known, signature]);
    }
  }
}

function headersIn(messages: readonly Message[]): readonly HeaderMessage[] {
  return messages.flatMap((message) => {
    if (message.type === 'header') return [message];
    return message.type === 'openings' || message.type === 'certificate' ? [message.header] : [];
  });
}

/** [TIME-3] A seal that somebody made, or one made here of the acknowledgements. */
function sealIn(at: Place & { readonly seats: Committee }): {
  readonly acked: readonly number[];
  readonly seal: Seal | undefined;
} {
  const { network, crypto, header, messages, subject, seats } = at;
  const made = messages
    .flatMap((message) => {
      const isSeal = message.type === 'openings' || message.type === 'certificate';
      return isSeal && batchId(message.header) === subject.batch ? [message.seal] : [];
    })
    .find((seal) => isSealValid(network, crypto, { header, seal, seats }));
  const acks = acksIn(at);
  const named = made === undefined ? [] : (bitmapIndices(made.holders, seats.holders.length) ?? []);
  const acked = [...new Set([...named, ...acks.keys()])].sort((a, b) => a - b);
  if (made !== undefined) return { acked, seal: made };
  const signature = crypto.aggregate([...acks.values()]);
  if (signature === undefined) return { acked, seal: undefined };
  const seal = { holders: bitmapOf(acks.keys(), seats.holders.length), signature };
  return { acked, seal: isSealValid(network, crypto, { header, seal, seats }) ? seal : undefined };
}

/** Good acknowledgements, by position of the seat's holder. */
function acksIn(at: Place & { readonly seats: Committee }): ReadonlyMap<number, Uint8Array> {
  const { network, crypto, messages, subject, seats } = at;
  const found: { position: number; voteKey: Uint8Array; signature: Uint8Array }[] = [];
  for (const message of messages) {
    if (message.type !== 'bundle') continue;
    const position = seats.indexOf.get(message.validator);
    const voteKey = position === undefined ? undefined : seats.voteKeys[position];
    if (position === undefined || voteKey === undefined) continue;
    for (const { entry } of message.entries) {
      if (entry.kind !== 'ack' || entry.batch !== subject.batch) continue;
      found.push({ position, voteKey, signature: entry.signature });
    }
  }
  const split = findInvalidVotes(crypto, ackSigningBytes(network.id, subject.batch), found);
  return new Map(
    split.valid.flatMap((i) => {
      const ack = found[i];
      return ack === undefined ? [] : [[ack.position, ack.signature] as const];
    }),
  );
}

/** [CLAIM-1] An opening of the leaf whose path ends in the root. */
function openingIn({ header, messages, subject }: Place): Opening | undefined {
  const { root, count } = header;
  return messages
    .flatMap((message) => {
      const isOurs = message.type === 'openings' && batchId(message.header) === subject.batch;
      return isOurs ? message.openings : [];
    })
    .find(({ index, claim, path }) => {
      if (index !== subject.index) return false;
      return verifyMerkleProof({ root, leaf: encodeClaim(claim), index, count, path });
    });
}

/** [CLAIM-3] */
function outputIn({ messages, subject }: Place, { claim }: Opening): OutputReveal | undefined {
  for (const message of messages) {
    if (message.type !== 'output') continue;
    if (message.batch !== subject.batch || message.index !== subject.index) continue;
    const { digest, salt } = message;
    if (equalBytes(outputCommitment(salt, digest), claim.commitment)) return { digest, salt };
  }
  return undefined;
}

/** [SAMPLE-1] */
function isDrawn(
  { network, header, subject }: Place,
  beacons: CheckedBeacons,
): boolean | undefined {
  const [, sampling] = certificateRounds(network, { header, level: 0 });
  const randomness = sampling === undefined ? undefined : beacons.randomness(sampling);
  if (randomness === undefined) return undefined;
  const request = {
    batch: subject.batch,
    count: header.count,
    oneIn: oneInOf(network, { header }),
  };
  return isLeafDrawn(randomness, request, subject.index);
}

/** [SEAT-1] */
function committeeOf(
  at: Place & {
    readonly draws: Draws;
    readonly beacons: CheckedBeacons;
    readonly level: number;
  },
): Committee | undefined {
  const { network, header, subject, draws, beacons, level } = at;
  const batch = drawnBatchOf({ header });
  if (level > draws.lastLevel(batch)) return undefined;
  const drawing = certificateRounds(network, { header, level }).at(-1);
  const randomness = drawing === undefined ? undefined : beacons.randomness(drawing);
  if (randomness === undefined) return undefined;
  return draws.level(batch, { index: subject.index, level, randomness });
}

function certificatesIn(
  at: Place & {
    readonly draws: Draws;
    readonly committee: (level: number) => Committee | undefined;
  },
): readonly GatheredCertificate[] {
  const { network, crypto, messages, subject, draws } = at;
  return messages.flatMap((message) => {
    if (message.type !== 'certificate' || message.index !== subject.index) return [];
    if (batchId(message.header) !== subject.batch) return [];
    const committee = at.committee(message.level);
    if (committee === undefined) return [];
    const votes = verifyVotes(network, crypto, { certificate: message, committee, draws });
    return votes.kind === 'valid' ? [{ message, votes }] : [];
  });
}
