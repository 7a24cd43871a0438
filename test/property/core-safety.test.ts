/**
 * [CERT-3] Accountable safety: whatever share of the stake is two-faced, two conflicting
 * certificates convict at least 2q−k of the weight, and never an honest holder.
 */
import { ok } from 'node:assert/strict';
import fc from 'fast-check';
import type { Verdict } from '../../src/base/index.ts';
import {
  guiltyOf,
  isConflict,
  SetChain,
  verifyCertificate,
  weightOfHolders,
} from '../../src/core/index.ts';
import type { Signer } from '../../src/crypto/index.ts';
import type { CertificateMessage } from '../../src/wire/index.ts';
import { Cluster } from '../support/cluster.ts';
import { certificateOfGroups, committeeOf, headerOf } from '../support/forgery.ts';

/** Who a holder is: two-faced, or an honest voter for one of the values. */
type Role = 'two-faced' | 'first' | 'second' | 'between';

const COUNT = 12;

function createCluster(levels: readonly number[]): Cluster {
  const cluster = new Cluster({
    stakes: Array.from({ length: COUNT }, (_, i) => 10 + i),
    parameters: { levels, slashSeats: 4 },
  });
  cluster.runUntil(1500);
  cluster.answer('p1');
  cluster.runUntil(4500);
  return cluster;
}

const wholePool = createCluster([16]);
const seats = createCluster([8, 16]);

const cases = fc.record({
  committeeKind: fc.constantFrom('whole pool', 'seats'),
  roles: fc.array(
    fc.constantFrom<Role>('two-faced', 'two-faced', 'two-faced', 'first', 'second', 'between'),
    {
      minLength: COUNT,
      maxLength: COUNT,
    },
  ),
  pair: fc.constantFrom<readonly [Verdict, Verdict]>(
    ['valid', 'invalid'],
    ['valid', 'unavailable'],
    ['valid', 'inconclusive'],
    ['invalid', 'inconclusive'],
  ),
});

/** A certificate by all who would sign it; `between` votes inconclusive, which joins either. */
function certificateBy(
  cluster: Cluster,
  at: { verdict: Verdict; roles: readonly Role[]; own: Role; other: Verdict },
): CertificateMessage {
  const { verdict, roles, own, other } = at;
  const signers = (wanted: readonly Role[]): readonly Signer[] =>
    cluster.keys.validators.filter((_, i) => wanted.includes(roles[i] ?? 'first'));
  const groups = [{ verdict, signers: signers([own, 'two-faced']) }];
  if (verdict === 'inconclusive') {
    groups[0] = { verdict, signers: signers([own, 'between', 'two-faced']) };
    groups.push({ verdict: other, signers: signers(['first']) });
  }
  return certificateOfGroups(cluster, { verdict, level: 0, groups });
}

describe('[CERT-3] accountable safety', () => {
  it('convicts 2q−k of the weight, and none honest, at any share of two-faced stake', () => {
    let conflicts = 0;
    fc.assert(
      fc.property(cases, ({ committeeKind, roles, pair }) => {
        const cluster = committeeKind === 'seats' ? seats : wholePool;
        const { network, crypto, validators } = cluster.keys;
        const [first, second] = (['first', 'second'] as const).map((own, i) =>
          certificateBy(cluster, { verdict: pair[i] ?? 'valid', roles, own, other: pair[0] }),
        );
        ok(first !== undefined && second !== undefined);
        for (const certificate of [first, second]) {
          if (verifyCertificate(network, crypto, certificate).kind === 'invalid') return;
        }
        ok(isConflict(...pair));
        conflicts += 1;
        const guilty = guiltyOf(new SetChain(cluster.draws), crypto, {
          type: 'evidence',
          kind: 'certificates',
          first,
          second,
        });
        const committee = committeeOf(cluster, { header: headerOf(cluster), level: 0 });
        const indices = guilty.map((id) => committee.indexOf.get(id) ?? -1);
        for (const id of guilty) {
          const role = roles[validators.findIndex((signer) => signer.id === id)];
          ok(role === 'two-faced', `${role} is honest`);
        }
        const least = pair[1] === 'inconclusive' ? 1n : 2n * committee.quorum - committee.weight;
        ok(weightOfHolders(committee, indices) >= least, `at least ${least} is guilty`);
      }),
      { numRuns: 600 },
    );
    ok(conflicts > 60, `${conflicts} conflicts were made`);
  });
});
