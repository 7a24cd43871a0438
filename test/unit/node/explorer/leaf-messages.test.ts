/** What is known about a leaf: nothing that a neighbour makes up gets through, of any kind. */
import assert from 'node:assert/strict';
import { defined, digest, type NodeId, round, sha256, utf8 } from '../../../../src/base/index.ts';
import { Archive } from '../../../../src/node/archive.ts';
import {
  aboutLeaf,
  type CheckedLeaf,
  checkedLeaf,
} from '../../../../src/node/explorer/leaf-messages.ts';
import { leafReceipt } from '../../../../src/node/explorer/leaf-receipt.ts';
import type { FrameStream, Host, PeerInfo } from '../../../../src/node/libp2p/index.ts';
import { requestFormat } from '../../../../src/node/rpc/index.ts';
import { verifyReceipt } from '../../../../src/receipt/index.ts';
import { createMemoryStore } from '../../../../src/store/index.ts';
import {
  type BundleMessage,
  batchId,
  encodeMessage,
  type HeaderMessage,
  type Message,
} from '../../../../src/wire/index.ts';
import { Cluster } from '../../../support/cluster.ts';
import { bundleOf, headerOf } from '../../../support/forgery.ts';
import { nodeOf } from '../protocol-messages.ts';

/** What a peer says, given what is true. */
type Peer = (truth: readonly Message[]) => readonly Message[];

const cluster = new Cluster({ stakes: [10, 10, 10, 10] });
cluster.runUntil(1500);
cluster.answer('p1');
cluster.runUntil(12_000);

const { network, keys } = cluster;
const { chain } = cluster.node('v1').validator;
const { crypto } = keys;
const subject = { batch: batchId(headerOf(cluster)), index: 0 };
const TRUTH = cluster.published
  .map(({ message }) => message)
  .filter(({ type }) => type !== 'beacon' && type !== 'query');

const honest: Peer = (truth) => truth;
const flipped = (bytes: Uint8Array): Uint8Array => {
  const copy = Uint8Array.from(bytes);
  copy[0] = (copy[0] ?? 0) ^ 1;
  return copy;
};
const withHeader = (change: (header: HeaderMessage) => HeaderMessage): Peer => {
  return each((message) => {
    if (message.type === 'header') return change(message);
    return 'header' in message ? { ...message, header: change(message.header) } : message;
  });
};
const badSeal: Peer = each((message) =>
  'seal' in message
    ? { ...message, seal: { ...message.seal, signature: flipped(message.seal.signature) } }
    : message,
);
const noAcks: Peer = (truth) =>
  truth.filter(
    (message) =>
      message.type !== 'bundle' || message.entries.every(({ entry }) => entry.kind !== 'ack'),
  );
const badBeacons: Peer = (truth) =>
  truth.flatMap((message): readonly Message[] => {
    if (message.type === 'beacon') return [{ ...message, signature: flipped(message.signature) }];
    if (message.type !== 'certificate') return [message];
    const beacons = message.beacons.map((b) => ({ ...b, signature: flipped(b.signature) }));
    return [{ ...message, beacons }];
  });

/** A lie, and the kinds of messages that must not come of it. */
const LIES: readonly (readonly [what: string, lie: Peer, without: readonly string[]])[] = [
  [
    'a header that its provider did not sign',
    withHeader((header) => ({ ...header, signature: flipped(header.signature) })),
    ['header', 'openings', 'bundle', 'output', 'certificate'],
  ],
  [
    'a header of another batch',
    withHeader((header) => ({ ...header, count: header.count + 1 })),
    ['header', 'openings', 'bundle', 'output', 'certificate'],
  ],
  ['a seal that nobody signed', (truth) => badSeal(noAcks(truth)), ['openings', 'certificate']],
  [
    'an opening of a claim that is not in the batch',
    each((message) =>
      message.type === 'openings'
        ? { ...message, openings: message.openings.map(otherClaim) }
        : message,
    ),
    ['openings', 'output'],
  ],
  [
    'an output that is not the one committed to',
    each((message) =>
      message.type === 'output'
        ? { ...message, digest: digest(sha256(utf8('another output'))) }
        : message,
    ),
    ['output'],
  ],
  [
    'a certificate of another verdict',
    each((message) =>
      message.type === 'certificate' ? { ...message, verdict: 'invalid' } : message,
    ),
    ['certificate'],
  ],
  [
    'a certificate that nobody signed',
    each((message) =>
      message.type === 'certificate'
        ? {
            ...message,
            votes: message.votes.map((v) => ({ ...v, signature: flipped(v.signature) })),
          }
        : message,
    ),
    ['certificate'],
  ],
  [
    'bundles that their validators did not sign',
    each((message) =>
      message.type === 'bundle' ? { ...message, signature: flipped(message.signature) } : message,
    ),
    ['bundle'],
  ],
  [
    'bundles that a stranger signed',
    each((message) => (message.type === 'bundle' ? strange(message) : message)),
    ['bundle'],
  ],
  ['beacons that the chain did not sign', badBeacons, ['openings', 'certificate']],
];

describe('what is known about a leaf', () => {
  it('comes from neighbours if the node knows nothing, whole and in order', async () => {
    const leaf = defined(await told([honest]), 'it is known');
    assert.deepEqual(
      [...new Set(leaf.messages.map(({ message }) => message.type))],
      ['header', 'openings', 'bundle', 'output', 'certificate'],
    );
    assert.equal(leaf.messages.filter(({ message }) => message.type === 'bundle').length, 12);
  });

  for (const [what, lie, without] of LIES) {
    it(`leaves out ${what}`, async () => {
      const alone = await told([lie]);
      const types = new Set(alone?.messages.map(({ message }) => message.type));
      for (const type of without) assert.ok(!types.has(type as Message['type']), type);
      assert.deepEqual(texts(await told([lie, honest])), texts(await told([honest])), 'the truth');
    });
  }

  it('takes of a message what checks out, and leaves the rest of it behind', async () => {
    const more: Peer = (truth) =>
      badSeal(truth).map((message) =>
        message.type === 'openings'
          ? { ...message, openings: [...message.openings, { ...message.openings[0], index: 1 }] }
          : message,
      ) as readonly Message[];
    assert.deepEqual(texts(await told([more])), texts(await told([honest])));
  });

  it('leaves out what a validator says of levels that there are not', async () => {
    const signer = defined(keys.validators[0], 'there is a validator');
    const commitment = digest(sha256(utf8('x')));
    const entry = { kind: 'commit', ...subject, level: 3, commitment } as const;
    const wild: Peer = (truth) => [...truth, bundleOf(cluster, signer, [entry])];
    assert.deepEqual(texts(await told([wild])), texts(await told([honest])));
  });

  it('is nothing for a leaf that its batch does not have, or a header of no time', async () => {
    assert.equal(await told([honest], { ...subject, index: 9 }), undefined);
    const far: HeaderMessage = { ...headerOf(cluster), round: round(Number.MAX_SAFE_INTEGER) };
    assert.equal(await told([() => [far]], { batch: batchId(far), index: 0 }), undefined);
  });

  it('is not looked for elsewhere if the node knows enough', async () => {
    const own = TRUTH.map(encodeMessage);
    const node = { ...nodeWith([]), messagesAbout: async () => own };
    for (const r of [1, 2, 3, 4, 5]) {
      await node.archive.addBeacon(round(r), keys.beacon.sign(round(r)));
    }
    const asked: string[] = [];
    const host = hostOf([honest], (method) => asked.push(method));
    const built = await leafReceipt(chain, { ...node, host }, subject);
    assert.deepEqual([built.kind, asked], ['receipt', []]);
  });

  it('asks no more neighbours than it takes, and no strangers', async () => {
    const asked: string[] = [];
    const node = { ...nodeWith([]), host: hostOf([honest], (m) => asked.push(m), true) };
    assert.equal((await leafReceipt(chain, node, subject)).kind, 'not-yet');
    assert.deepEqual(asked, [], 'who is not of the network is not asked');
  });
});

describe('the receipt of a leaf', () => {
  it('is made of what neighbours say, and verifies', async () => {
    for (const [what, lie] of LIES) {
      const built = await leafReceipt(chain, nodeWith([lie, honest]), subject);
      assert.ok(built.kind === 'receipt', what);
      assert.equal(verifyReceipt(network, crypto, built.receipt).kind, 'valid');
    }
  });

  it('says what is missing', async () => {
    const missing = async (...types: readonly Message['type'][]) => {
      const silent: Peer = (truth) => truth.filter(({ type }) => !types.includes(type));
      const built = await leafReceipt(chain, nodeWith([silent]), subject);
      return built.kind === 'not-yet' ? built.missing : built.kind;
    };
    assert.equal(await missing('certificate'), 'certificate');
    assert.equal(await missing('openings'), 'opening');
    assert.equal(await missing('header', 'openings', 'certificate'), 'header');
  });
});

function each(change: (message: Message) => Message): Peer {
  return (truth) => truth.map(change);
}

function otherClaim<T extends { readonly claim: { readonly nonce: Uint8Array } }>(opening: T): T {
  return { ...opening, claim: { ...opening.claim, nonce: flipped(opening.claim.nonce) } };
}

/** The same entries, signed by somebody who is no validator. */
function strange({ entries }: BundleMessage): BundleMessage {
  return bundleOf(
    cluster,
    keys.requester,
    entries.map(({ entry }) => entry),
  );
}

async function told(peers: readonly Peer[], of = subject): Promise<CheckedLeaf | undefined> {
  const place = { chain, node: nodeWith(peers), subject: of };
  return await aboutLeaf(
    place,
    (said) => checkedLeaf(chain, crypto, said),
    () => false,
  );
}

function texts(leaf: CheckedLeaf | undefined): readonly string[] {
  return (leaf?.messages ?? []).map(({ bytes }) => Buffer.from(bytes).toString('hex')).sort();
}

/** A node that knows nothing, with validators as neighbours. */
function nodeWith(peers: readonly Peer[]) {
  const archive = new Archive(createMemoryStore());
  return { host: hostOf(peers), archive, crypto, messagesAbout: async () => [] };
}

function hostOf(
  peers: readonly Peer[],
  onRequest: (method: string) => void = () => undefined,
  isStrange = false,
): Host {
  const idAt = (i: number): NodeId =>
    isStrange ? nodeOf(`stranger ${i}`) : defined(keys.validators[i]?.id, 'one per peer');
  const ids = peers.map((_, i) => idAt(i));
  const host: Pick<Host, 'peers' | 'open'> = {
    peers: () => ids.map((id) => ({ id, role: 'validator' }) as PeerInfo),
    open: (id: NodeId) => {
      return Promise.resolve(streamTo(defined(peers[ids.indexOf(id)], 'a peer'), onRequest));
    },
  };
  return host as Host;
}

function streamTo(peer: Peer, onRequest: (method: string) => void): FrameStream {
  let frames: Uint8Array[] = [];
  return {
    write: async (frame) => {
      const result = requestFormat.decode(frame);
      assert.equal(result.kind, 'ok');
      const request = result.value;
      onRequest(request.method);
      const truth: readonly Message[] =
        request.method === 'beacons'
          ? [{ type: 'beacon', round: request.from, signature: keys.beacon.sign(request.from) }]
          : TRUTH;
      frames = peer(truth).map(encodeMessage);
    },
    read: () => Promise.resolve(frames.shift()),
    closeWrite: () => Promise.resolve(),
    close: () => Promise.resolve(),
    abort: () => undefined,
  };
}
