/** Receipts made by hand from the keys of a cluster: any number of seats, any class, no waiting. */
import {
  type Digest,
  defined,
  digest,
  type ProtocolParameters,
  type Round,
  round,
  sha256,
  uint64Bytes,
  utf8,
  type Verdict,
} from '../../../src/base/index.ts';
import {
  type Committee,
  certificateRounds,
  Draws,
  isLeafDrawn,
  type SetChain,
} from '../../../src/core/index.ts';
import { type MerkleTree, merkleTree, pathOf, type Signer } from '../../../src/crypto/index.ts';
import { type Receipt, stepsFor } from '../../../src/receipt/index.ts';
import {
  ackSigningBytes,
  batchId,
  bitmapOf,
  type CertificateMessage,
  type Claim,
  encodeClaim,
  type HeaderMessage,
  headerSigningBytes,
  outputCommitment,
  type Seal,
  voteSigningBytes,
} from '../../../src/wire/index.ts';
import {
  type ClusterKeys,
  createClusterKeys,
  digestOf,
  EXECUTION_CLASS,
  INPUT,
  MODEL,
} from '../../support/cluster-network.ts';
import { chainOfTwo } from '../../support/set-steps.ts';

export type FixtureOptions = {
  readonly crypto?: 'stand-in' | 'real';
  readonly validators?: number;
  readonly leaves?: number;
  readonly assuranceClass?: string;
  readonly executionClass?: string;
  readonly verdict?: Verdict;
  readonly level?: number;
  /** Who of the committee votes; all, if absent. */
  readonly signers?: (all: readonly Signer[]) => readonly Signer[];
  readonly parameters?: Partial<ProtocolParameters>;
  readonly isShown?: boolean;
  /** Of the batch; 5 if absent. */
  readonly round?: Round;
};

export type Fixture = { readonly keys: ClusterKeys; readonly receipt: Receipt };

const ROUND = round(5);
const SALT: Digest = digest(sha256(utf8('salt')));

/** Returns a receipt of leaf 0 of a batch: drawn, or not, as its class has it. */
export function fixtureOf(kind: Receipt['kind'], options: FixtureOptions = {}): Fixture {
  const keys = createClusterKeys({
    stakes: Array.from({ length: options.validators ?? 4 }, () => 10),
    crypto: options.crypto ?? 'stand-in',
    parameters: options.parameters ?? {},
  });
  return { keys, receipt: receiptOf(kind, keys, options) };
}

export type ChangedFixture = Fixture & {
  readonly chain: SetChain;
  /** With the set that judged. */
  readonly serving: ClusterKeys;
};

/** Keys of a network whose set can change, with epochs of eight rounds. */
export function changingKeys(crypto: 'stand-in' | 'real'): ClusterKeys {
  return createClusterKeys({
    ...{ stakes: [10, 10, 10, 10], standby: 1, hasOperator: true, crypto },
    parameters: { epochRounds: 8, partitionRounds: 1 },
  });
}

/** A round of epoch 2. */
export const CHANGED_ROUND = round(17);

/** Returns a receipt that set 2 judged; it carries the steps that lead there. */
export function changedFixtureOf(
  kind: Receipt['kind'],
  keys: ClusterKeys = changingKeys('stand-in'),
): ChangedFixture {
  const chain = chainOfTwo(keys);
  const { network } = chain.at(CHANGED_ROUND).state;
  const serving = { ...keys, network, validators: [...keys.validators, ...keys.standby] };
  const made = receiptOf(kind, serving, { round: CHANGED_ROUND });
  return { keys, chain, serving, receipt: { ...made, ...stepsFor(chain, CHANGED_ROUND) } };
}

/** Returns a receipt of the network of `keys`. */
export function receiptOf(
  kind: Receipt['kind'],
  keys: ClusterKeys,
  options: FixtureOptions = {},
): Receipt {
  for (let attempt = 0; attempt < 64; attempt++) {
    const claims = Array.from({ length: options.leaves ?? 3 }, (_, index) =>
      claimOf(keys, { nonce: uint64Bytes(BigInt(64 * attempt + index)), options }),
    );
    const tree = merkleTree(claims.map(encodeClaim));
    const header = headerOf(keys, tree, options);
    if (isFirstDrawn(keys, header) !== (kind === 'drawn')) continue;
    const output = { digest: digestOf('right'), salt: SALT };
    const answer = {
      claim: defined(claims[0], 'there is a claim'),
      path: pathOf(tree, 0),
      ...(options.isShown === false ? {} : { output }),
    };
    const network = digest(keys.network.id);
    const base = { type: 'receipt', format: 1, network, answer } as const;
    if (kind === 'drawn')
      return { ...base, kind, certificate: certificateOf(keys, header, options) };
    const beacons = beaconsOf(keys, [header.round, header.round + 2]);
    return { ...base, kind, header, seal: sealOf(keys, header), index: 0, beacons };
  }
  throw new RangeError('leaf 0 is drawn, or not, within 64 attempts');
}

function claimOf(
  keys: ClusterKeys,
  { nonce, options }: { nonce: Uint8Array; options: FixtureOptions },
): Claim {
  return {
    requester: keys.requester.id,
    nonce,
    input: INPUT,
    model: MODEL,
    executionClass: options.executionClass ?? EXECUTION_CLASS,
    commitment: outputCommitment(SALT, digestOf('right')),
  };
}

function headerOf(
  keys: ClusterKeys,
  tree: MerkleTree,
  { assuranceClass = 'half', round: r = ROUND }: FixtureOptions,
): HeaderMessage {
  const provider = defined(keys.providers[0], 'there is a provider');
  const { root, count } = tree;
  const place = { provider: provider.id, round: r, assuranceClass, model: MODEL };
  const body = { ...place, root, count };
  const signature = provider.sign(headerSigningBytes(keys.network.id, body));
  return { type: 'header', ...body, signature };
}

function isFirstDrawn(keys: ClusterKeys, header: HeaderMessage): boolean {
  const oneIn = keys.network.parameters.classes.get(header.assuranceClass) ?? 1;
  const request = { batch: batchId(header), count: header.count, oneIn };
  return isLeafDrawn(randomness(keys, header.round + 2), request, 0);
}

function sealOf(keys: ClusterKeys, header: HeaderMessage): Seal {
  const { network, crypto } = keys;
  const draws = new Draws(network);
  const seats = draws.seal(header.provider, header.round, randomness(keys, header.round));
  const message = ackSigningBytes(network.id, batchId(header));
  const signatures = holdersOf(keys, seats).map((signer) => signer.signVote(message));
  const signature = defined(crypto.aggregate(signatures), 'there are sealing seats');
  return { holders: bitmapOf(seats.holders.keys(), seats.holders.length), signature };
}

function certificateOf(
  keys: ClusterKeys,
  header: HeaderMessage,
  { verdict = 'valid', level = 0, signers = (all) => all }: FixtureOptions,
): CertificateMessage {
  const { network, crypto } = keys;
  const rounds = certificateRounds(network, { header, level });
  const batch = { id: batchId(header), provider: header.provider, model: header.model };
  const drawing = randomness(keys, defined(rounds.at(-1), 'a level has a drawing beacon'));
  const committee = new Draws(network).level(batch, { index: 0, level, randomness: drawing });
  const message = voteSigningBytes(network.id, { batch: batch.id, index: 0 }, level, verdict);
  const chosen = signers(holdersOf(keys, committee));
  const indices = chosen.map(({ id }) => committee.indexOf.get(id) ?? 0);
  const signature = crypto.aggregate(chosen.map((signer) => signer.signVote(message)));
  return {
    type: 'certificate',
    header,
    seal: sealOf(keys, header),
    index: 0,
    level,
    verdict,
    votes: [
      {
        verdict,
        holders: bitmapOf(indices, committee.holders.length),
        signature: defined(signature, 'somebody votes'),
      },
    ],
    beacons: beaconsOf(keys, rounds),
    set: network.setHash,
    parameters: network.parametersHash,
  };
}

function beaconsOf({ beacon }: ClusterKeys, rounds: readonly number[]) {
  return rounds.map((r) => ({ round: round(r), signature: beacon.sign(r) }));
}

function holdersOf({ validators }: ClusterKeys, committee: Committee): readonly Signer[] {
  return committee.holders.flatMap((id) => validators.find((signer) => signer.id === id) ?? []);
}

function randomness({ network, crypto, beacon }: ClusterKeys, r: number): Uint8Array {
  const value = crypto.verifyBeacon(network.beacon.chainKey, r, beacon.sign(r));
  return defined(value, 'the chain signs its beacons');
}
