/** Receipts made by hand from the keys of a cluster: any number of seats, any class, no waiting. */
import {
  type Digest,
  defined,
  digest,
  type ProtocolParameters,
  round,
  sha256,
  uint64Bytes,
  utf8,
  type Verdict,
} from '../../../src/base/index.ts';
import { isLeafDrawn } from '../../../src/core/index.ts';
import { merkleTree, pathOf, type Signer } from '../../../src/crypto/index.ts';
import type { Receipt } from '../../../src/receipt/index.ts';
import {
  batchId,
  type Claim,
  encodeClaim,
  type HeaderMessage,
  outputCommitment,
} from '../../../src/wire/index.ts';
import { Cluster } from '../../support/cluster.ts';
import { digestOf, EXECUTION_CLASS, INPUT, MODEL } from '../../support/cluster-network.ts';
import { certificateOf, sealOf, signedHeader } from '../../support/forgery.ts';

export type FixtureOptions = {
  readonly crypto?: 'stand-in' | 'real';
  readonly validators?: number;
  readonly leaves?: number;
  readonly assuranceClass?: string;
  readonly executionClass?: string;
  readonly verdict?: Verdict;
  readonly level?: number;
  /** Who votes; all, if absent. */
  readonly signers?: (all: readonly Signer[]) => readonly Signer[];
  readonly parameters?: Partial<ProtocolParameters>;
  readonly isShown?: boolean;
};

export type Fixture = { readonly cluster: Cluster; readonly receipt: Receipt };

const ROUND = round(5);

/** Returns a receipt of leaf 0 of a batch: drawn, or not, as its class has it. */
export function fixtureOf(kind: Receipt['kind'], options: FixtureOptions = {}): Fixture {
  const stakes = Array.from({ length: options.validators ?? 4 }, () => 10);
  const cluster = new Cluster({
    stakes,
    crypto: options.crypto ?? 'stand-in',
    parameters: options.parameters ?? {},
  });
  for (let attempt = 0; attempt < 64; attempt++) {
    const claims = Array.from({ length: options.leaves ?? 3 }, (_, index) =>
      claimOf(cluster, { nonce: uint64Bytes(BigInt(64 * attempt + index)), options }),
    );
    const header = headerOf(cluster, claims, options.assuranceClass ?? 'half');
    if (isFirstDrawn(cluster, header) === (kind === 'drawn')) {
      return { cluster, receipt: receiptOf(kind, { cluster, claims, header, options }) };
    }
  }
  throw new RangeError('leaf 0 is drawn, or not, within 64 attempts');
}

export const SALT: Digest = digest(sha256(utf8('salt')));

function claimOf(
  { keys }: Cluster,
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
  cluster: Cluster,
  claims: readonly Claim[],
  assuranceClass: string,
): HeaderMessage {
  const provider = defined(cluster.keys.providers[0], 'there is a provider');
  return signedHeader(cluster, provider, {
    type: 'header',
    provider: provider.id,
    round: ROUND,
    assuranceClass,
    model: MODEL,
    root: merkleTree(claims.map(encodeClaim)).root,
    count: claims.length,
  });
}

function isFirstDrawn({ keys, network }: Cluster, header: HeaderMessage): boolean {
  const signature = keys.beacon.sign(ROUND + 2);
  const beacon = keys.crypto.verifyBeacon(network.beacon.chainKey, ROUND + 2, signature);
  const oneIn = network.parameters.classes.get(header.assuranceClass) ?? 1;
  const request = { batch: batchId(header), count: header.count, oneIn };
  return isLeafDrawn(defined(beacon, 'the chain signs its beacons'), request, 0);
}

function receiptOf(
  kind: Receipt['kind'],
  at: {
    cluster: Cluster;
    claims: readonly Claim[];
    header: HeaderMessage;
    options: FixtureOptions;
  },
): Receipt {
  const { cluster, claims, header, options } = at;
  const { network, keys } = cluster;
  const answer = {
    claim: defined(claims[0], 'there is a claim'),
    path: pathOf(merkleTree(claims.map(encodeClaim)), 0),
    ...(options.isShown === false ? {} : { output: { digest: digestOf('right'), salt: SALT } }),
  };
  const base = { type: 'receipt', format: 1, network: digest(network.id), answer } as const;
  if (kind === 'undrawn') {
    const beacons = [ROUND, ROUND + 2].map((r) => {
      return { round: round(r), signature: keys.beacon.sign(r) };
    });
    return { ...base, kind, header, seal: sealOf(cluster, header), index: 0, beacons };
  }
  const certificate = certificateOf(cluster, {
    verdict: options.verdict ?? 'valid',
    signers: options.signers?.(keys.validators) ?? keys.validators,
    level: options.level ?? 0,
    header,
  });
  return { ...base, kind, certificate };
}
