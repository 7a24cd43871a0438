/**
 * Messages that a node of a cluster could sign and an honest one would not: second commits, second
 * votes, second headers, votes that do not follow, certificates of whoever joins in.
 */
import {
  assert,
  defined,
  digest,
  type Measurement,
  round,
  type Subject,
  sha256,
  utf8,
  VERDICTS,
  type Verdict,
} from '../../src/base/index.ts';
import { measure } from '../../src/compare/index.ts';
import { type Committee, certificateRounds } from '../../src/core/index.ts';
import { merkleRoot, type Signer } from '../../src/crypto/index.ts';
import {
  ackSigningBytes,
  type BundleEntry,
  type BundleMessage,
  batchId,
  bitmapOf,
  bundleSigningBytes,
  type CertificateMessage,
  encodeCanonical,
  encodeEntry,
  type HeaderMessage,
  headerSigningBytes,
  type Message,
  type RevealEntry,
  type Seal,
  voteSigningBytes,
} from '../../src/wire/index.ts';
import type { Cluster, ClusterNode } from './cluster.ts';
import { EXECUTION_CLASS, isOutputName, MODEL, outputOf } from './cluster-network.ts';

type Values = ReadonlyMap<string, string>;
type Forge = (cluster: Cluster, node: ClusterNode, values: Values) => readonly Message[];

/** Forgeries by the name that scenarios call them. */
export const forgeries: Readonly<Record<string, Forge>> = {
  'second-commit': (cluster, { signer }, values) => {
    const commitment = digest(sha256(utf8('something else')));
    const entry = { kind: 'commit', ...placeOf(cluster, values), commitment } as const;
    return [bundleOf(cluster, signer, [entry])];
  },
  /** A header of its own making, of leaves that may not exist. */
  header: (cluster, { signer }, values) => [
    signedHeader(cluster, signer, {
      type: 'header',
      provider: signer.id,
      round: round(Number(values.get('round') ?? 1)),
      assuranceClass: values.get('class') ?? 'full',
      model: MODEL,
      root: digest(sha256(utf8('some leaves'))),
      count: Number(values.get('count') ?? 1),
    }),
  ],
  'second-header': (cluster, { signer }) => {
    const { signature: _, ...body } = headerOf(cluster);
    return [signedHeader(cluster, signer, { ...body, root: digest(sha256(utf8('other leaves'))) })];
  },
  /** A reveal of a measurement of one's choice, and a vote of one's choice. */
  reveal: (cluster, node, values) => {
    const { network } = cluster;
    const place = placeOf(cluster, values);
    const output = values.get('output') ?? 'right';
    assert(isOutputName(output), `${output} is an output`);
    const rounds = certificateRounds(network, { header: headerOf(cluster), level: place.level });
    const drawing = defined(rounds.at(-1), 'a level has a drawing beacon');
    const measurement = measure(outputOf(output), {
      beacon: randomness(cluster, drawing),
      sketchSize: network.parameters.sketchSize,
    });
    const verdict = verdictOf(values.get('verdict') ?? 'valid');
    const entry = revealOf(cluster, node.signer, { place, measurement, verdict });
    return [bundleOf(cluster, node.signer, [entry])];
  },
  /** Everything about batches that it ever published, once more. */
  replay: ({ published }, { name }) =>
    published.flatMap(({ node, message }) =>
      node === name && message.type === 'openings' ? [message] : [],
    ),
  certificate: (cluster, _, values) => {
    const by = (values.get('by') ?? '').split(',').map((name) => cluster.node(name).signer);
    const verdict = verdictOf(values.get('verdict') ?? 'valid');
    return [
      certificateOf(cluster, { verdict, signers: by, level: placeOf(cluster, values).level }),
    ];
  },
};

type Place = Subject & { readonly level: number };

function placeOf(cluster: Cluster, values: Values): Place {
  return {
    batch: batchId(headerOf(cluster)),
    index: Number(values.get('index') ?? 0),
    level: Number(values.get('level') ?? 0),
  };
}

/** Returns the first header that went around. */
export function headerOf({ published }: Cluster): HeaderMessage {
  for (const { message } of published) if (message.type === 'header') return message;
  throw new RangeError('no header was published');
}

/** Signs a header. */
export function signedHeader(
  { network }: Cluster,
  signer: Signer,
  body: Omit<HeaderMessage, 'signature'>,
): HeaderMessage {
  return { ...body, signature: signer.sign(headerSigningBytes(network.id, body)) };
}

/** Signs entries as a bundle. */
export function bundleOf(
  { network }: Cluster,
  signer: Signer,
  entries: readonly BundleEntry[],
): BundleMessage {
  const encoded = entries.map(encodeEntry);
  const root = merkleRoot(encoded.map(({ bytes }) => bytes));
  const signature = signer.sign(bundleSigningBytes(network.id, signer.id, root));
  return { type: 'bundle', validator: signer.id, entries: encoded, signature };
}

/** Makes a reveal with the salt that the core derives, so that it fits an honest commit. */
export function revealOf(
  { network }: Cluster,
  signer: Signer,
  at: { place: Place; measurement: Measurement; verdict: Verdict },
): RevealEntry {
  const { place, measurement, verdict } = at;
  const name = ['assay/salt', network.id, place.batch, place.index, place.level];
  return {
    kind: 'reveal',
    ...place,
    measurement,
    salt: digest(signer.deriveSecret(encodeCanonical(name))),
    verdict,
    executionClass: EXECUTION_CLASS,
    signature: signer.signVote(voteSigningBytes(network.id, place, place.level, verdict)),
    seen: new Uint8Array(1),
  };
}

/** Makes a seal of `header` by everybody who has a sealing seat. */
export function sealOf(cluster: Cluster, header: HeaderMessage): Seal {
  const seats = cluster.draws.seal(
    header.provider,
    header.round,
    randomness(cluster, header.round),
  );
  const message = ackSigningBytes(cluster.network.id, batchId(header));
  const signers = signersOf(cluster, seats).map((signer) => signer.signVote(message));
  return {
    holders: bitmapOf([...seats.holders.keys()], seats.holders.length),
    signature: defined(cluster.keys.crypto.aggregate(signers), 'there are sealing seats'),
  };
}

/** The committee of leaf 0 of `header`, or of another leaf, at a level. */
export function committeeOf(
  cluster: Cluster,
  { header, level, index = 0 }: { header: HeaderMessage; level: number; index?: number },
): Committee {
  const rounds = certificateRounds(cluster.network, { header, level });
  const drawing = defined(rounds.at(-1), 'a level has a drawing beacon');
  const batch = { id: batchId(header), provider: header.provider, model: header.model };
  return cluster.draws.level(batch, { index, level, randomness: randomness(cluster, drawing) });
}

/** Makes a certificate of one verdict, signed by those of `signers` who hold seats. */
export function certificateOf(
  cluster: Cluster,
  at: { verdict: Verdict; signers: readonly Signer[]; level: number; header?: HeaderMessage },
): CertificateMessage {
  const { verdict, level } = at;
  return certificateOfGroups(cluster, {
    verdict,
    level,
    groups: [{ verdict, signers: at.signers }],
    ...(at.header === undefined ? {} : { header: at.header }),
  });
}

/** Makes a certificate of several vote values. */
export function certificateOfGroups(
  cluster: Cluster,
  at: {
    verdict: Verdict;
    level: number;
    groups: readonly { verdict: Verdict; signers: readonly Signer[] }[];
    header?: HeaderMessage;
  },
): CertificateMessage {
  const { network, crypto, beacon } = cluster.keys;
  const header = at.header ?? headerOf(cluster);
  const committee = committeeOf(cluster, { header, level: at.level });
  const subject = { batch: batchId(header), index: 0 };
  const votes = at.groups.flatMap(({ verdict, signers }) => {
    const message = voteSigningBytes(network.id, subject, at.level, verdict);
    const holders = signers.filter(({ id }) => committee.indexOf.has(id));
    const indices = holders.map(({ id }) => committee.indexOf.get(id) ?? 0).sort((a, b) => a - b);
    const signature = crypto.aggregate(holders.map((signer) => signer.signVote(message)));
    if (signature === undefined) return [];
    return [{ verdict, holders: bitmapOf(indices, committee.holders.length), signature }];
  });
  return {
    type: 'certificate',
    header,
    seal: sealOf(cluster, header),
    index: 0,
    level: at.level,
    verdict: at.verdict,
    votes,
    beacons: certificateRounds(network, { header, level: at.level }).map((r) => ({
      round: round(r),
      signature: beacon.sign(r),
    })),
    set: network.setHash,
    parameters: network.parametersHash,
  };
}

/** Signers of the holders of a committee, in its order. */
export function signersOf({ keys }: Cluster, committee: Committee): readonly Signer[] {
  return committee.holders.map((id) =>
    defined(
      keys.validators.find((signer) => signer.id === id),
      'a holder is a validator',
    ),
  );
}

function randomness({ keys }: Cluster, r: number): Uint8Array {
  const { crypto, beacon, network } = keys;
  const value = crypto.verifyBeacon(network.beacon.chainKey, r, beacon.sign(r));
  return defined(value, 'the chain signs its beacons');
}

function verdictOf(text: string): Verdict {
  return defined(
    VERDICTS.find((verdict) => verdict === text),
    `${text} is a verdict`,
  );
}
