/** [CERT-1] A certificate verifies from its own bytes and the network; one changed bit fails. */
import { deepStrictEqual, equal, ok } from 'node:assert/strict';
import { digest, round, sha256, utf8 } from '../../../../src/base/index.ts';
import { type CertificateCheck, verifyCertificate } from '../../../../src/core/index.ts';
import {
  type CertificateMessage,
  decodeMessage,
  encodeMessage,
  type HeaderMessage,
} from '../../../../src/wire/index.ts';
import { Cluster } from '../../../support/cluster.ts';
import { createClusterKeys, MODEL, OTHER_MODEL } from '../../../support/cluster-network.ts';
import {
  certificateOf,
  certificateOfGroups,
  headerOf,
  signedHeader,
} from '../../../support/forgery.ts';

/** Runs a cluster until something is certified. */
function certified(crypto: 'stand-in' | 'real'): { cluster: Cluster; found: CertificateMessage } {
  const cluster = new Cluster({ stakes: [10, 10, 10, 10], crypto });
  cluster.runUntil(1500);
  cluster.answer('p1');
  cluster.runUntil(5000);
  for (const { message } of cluster.published) {
    if (message.type === 'certificate') return { cluster, found: message };
  }
  throw new RangeError('nothing was certified');
}

const { cluster, found } = certified('stand-in');
const { network, crypto, validators } = cluster.keys;
const check = (certificate: CertificateMessage): CertificateCheck =>
  verifyCertificate(network, crypto, certificate);
const failure = (certificate: CertificateMessage): string => {
  const result = check(certificate);
  return result.kind === 'invalid' ? result.check : 'none';
};

describe('[CERT-1] a certificate', () => {
  it('verifies from its own bytes and the network alone', () => {
    const result = check(found);
    ok(result.kind === 'valid');
    deepStrictEqual([result.holders.size, result.weight, result.mayBeFinal], [4, 40n, true]);
    const other = createClusterKeys({ stakes: [10, 10, 10, 10] });
    equal(verifyCertificate(other.network, other.crypto, found).kind, 'valid');
  });

  it('fails with any one bit changed, and names the check or the fault of its form', () => {
    const bytes = encodeMessage(found);
    const names = new Map<string, number>();
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const changed = Uint8Array.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const name = nameOfFault(changed);
      ok(name !== 'none', `bit ${bit} of ${8 * bytes.length} may change`);
      names.set(name, (names.get(name) ?? 0) + 1);
    }
    for (const name of ['header-signature', 'beacon', 'seal', 'vote-signature', 'validator-set']) {
      ok(names.has(name), `${name} fails for some bit: ${[...names.keys()].join(' ')}`);
    }
  });

  it('fails with a bit changed under real cryptography too', function () {
    this.timeout(30_000);
    const real = certified('real');
    const bytes = encodeMessage(real.found);
    equal(
      verifyCertificate(real.cluster.network, real.cluster.keys.crypto, real.found).kind,
      'valid',
    );
    for (let bit = 3; bit < 8 * bytes.length; bit += 181) {
      const changed = Uint8Array.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const decoded = decodeMessage(changed);
      if (decoded.kind !== 'ok' || decoded.decoded.message.type !== 'certificate') continue;
      const result = verifyCertificate(
        real.cluster.network,
        real.cluster.keys.crypto,
        decoded.decoded.message,
      );
      equal(result.kind, 'invalid', `bit ${bit}`);
    }
  });

  it('names what is missing', () => {
    const zeros = digest(new Uint8Array(32));
    const first = found.beacons.slice(0, 1);
    const { votes } = certificateOf(cluster, {
      verdict: 'valid',
      level: 0,
      signers: validators.slice(0, 2),
    });
    deepStrictEqual(
      [
        { ...found, set: zeros },
        { ...found, parameters: zeros },
        { ...found, beacons: first },
        { ...found, index: 1 },
        { ...found, level: 1 },
        { ...found, votes },
        { ...found, votes: [...found.votes, ...found.votes] },
        { ...found, verdict: 'invalid' as const },
        { ...found, seal: { ...found.seal, holders: Uint8Array.of(0b1100_0000) } },
      ].map(failure),
      [
        'validator-set',
        'parameters',
        'beacon',
        'not-drawn',
        'beacon',
        'quorum',
        'bitmap',
        'quorum',
        'seal',
      ],
    );
  });

  it('[QUORUM-5] counts one holder once: groups are disjoint', () => {
    const groups = [
      { verdict: 'invalid' as const, signers: validators.slice(0, 2) },
      { verdict: 'unavailable' as const, signers: validators.slice(2, 4) },
    ];
    const united = certificateOfGroups(cluster, { verdict: 'unavailable', level: 0, groups });
    equal(failure(united), 'none');
    const twice = certificateOfGroups(cluster, {
      verdict: 'unavailable',
      level: 0,
      groups: [
        { verdict: 'invalid', signers: validators.slice(0, 2) },
        { verdict: 'unavailable', signers: validators.slice(1, 3) },
      ],
    });
    equal(failure(twice), 'bitmap');
  });

  it('of a round so late that no later one can be computed is refused, and stops nobody', () => {
    const header = forged({ round: round(Number.MAX_SAFE_INTEGER) });
    equal(failure({ ...found, header }), 'round');
  });

  it('[SEAT-1] of a model that nobody holds is refused, and stops nobody', () => {
    const header = forged({ model: OTHER_MODEL });
    equal(failure({ ...found, header }), 'empty-pool');
  });

  it('[CLAIM-6] of a batch larger than the limit is refused', () => {
    equal(failure({ ...found, header: forged({ count: 4097 }) }), 'batch-count');
  });
});

/** A header that the provider signed, and that no seat has seen. */
function forged(changes: Partial<HeaderMessage>): HeaderMessage {
  const { signature: _, ...body } = headerOf(cluster);
  const [provider] = cluster.keys.providers;
  ok(provider !== undefined);
  return signedHeader(cluster, provider, {
    ...body,
    model: MODEL,
    root: digest(sha256(utf8('leaves'))),
    ...changes,
  });
}

function nameOfFault(bytes: Uint8Array): string {
  const decoded = decodeMessage(bytes);
  if (decoded.kind !== 'ok') return 'malformed';
  const { message } = decoded.decoded;
  return message.type === 'certificate' ? failure(message) : 'another message';
}
