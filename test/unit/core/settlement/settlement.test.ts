/** [SLASH-2] Settlement: who pays, who is paid, and that nothing appears or vanishes. */
import { deepStrictEqual, equal, ok } from 'node:assert/strict';
import { defined, digest, type NodeId, type Verdict } from '../../../../src/base/index.ts';
import {
  type Committee,
  drawCommittee,
  type JudgedLevel,
  type JudgedSubject,
  type JudgedVote,
  settle,
  uniteJudged,
  wholeSet,
} from '../../../../src/core/index.ts';
import type { HeaderMessage } from '../../../../src/wire/index.ts';
import { createClusterKeys, MODEL } from '../../../support/cluster-network.ts';
import { seededRandom } from '../../../support/seeded-random.ts';

const STAKE = 1_000_000;
const keys = createClusterKeys({
  stakes: new Array(6).fill(STAKE),
  parameters: { levels: [4, 6], slashSeats: 5 },
});
const { network } = keys;
const { rewardPerSeat, slashProvider, slashVoter, challengeCost, penaltySilent } =
  network.parameters;
const ids = network.validators.map(({ id }) => id);
const provider = defined(network.providers[0], 'there is a provider').id;
const idOf = (index: number): NodeId => defined(ids[index], 'there is such a validator');

/** A level in which each of `weights` validators, from the first, has that many seats. */
function committeeOf(seats: number, weights: readonly number[]): Committee {
  const holders = ids.slice(0, weights.length);
  const weight = BigInt(weights.reduce((sum, w) => sum + w, 0));
  const quorum = (2n * weight) / 3n + 1n;
  return {
    holders,
    weights: weights.map(BigInt),
    indexOf: new Map(holders.map((id, index) => [id, index])),
    voteKeys: holders.map(() => new Uint8Array(48)),
    unit: 'seats',
    seats,
    weight,
    quorum,
    blocking: weight - quorum + 1n,
  };
}

type VoteSpec = readonly [Verdict | 'silent', digest?: string, executionClass?: string];

/** A level of one-seat holders who voted as listed; each saw all commits but those in `unseen`. */
function levelOf(
  level: number,
  votes: readonly VoteSpec[],
  { certified, unseen = [] }: { certified?: Verdict; unseen?: readonly number[] } = {},
): JudgedLevel {
  const committee = committeeOf(
    votes.length,
    votes.map(() => 1),
  );
  const seen = new Set(ids.filter((_, index) => !unseen.includes(index)));
  const revealed = votes.flatMap(([verdict, found = 'right', executionClass = 'a'], index) => {
    if (verdict === 'silent') return [];
    const vote: JudgedVote = {
      holder: idOf(index),
      verdict,
      executionClass,
      digest: found,
      seen,
    };
    return [vote];
  });
  const agreeing = revealed.filter(({ verdict }) => verdict === certified);
  return {
    level,
    committee,
    isHeavy: level > 0,
    isLast: level === 1,
    votes: revealed,
    certified:
      certified === undefined
        ? []
        : [
            {
              verdict: certified,
              holders: agreeing.map(({ holder }) => holder),
              weight: BigInt(agreeing.length),
            },
          ],
  };
}

const subjectOf = (levels: readonly JudgedLevel[]): JudgedSubject => ({
  subject: { batch: 'b' as never, index: 0 },
  provider,
  levels,
});

/** Movements of an epoch with one subject, as `account reason amount`. */
function movementsOf(
  levels: readonly JudgedLevel[],
  { guilty = [], sealed = [header()] }: { guilty?: NodeId[]; sealed?: HeaderMessage[] } = {},
): readonly string[] {
  const { movements } = settle({ network, sealed, subjects: [subjectOf(levels)], guilty });
  return movements.map(({ account, reason, amount }) => {
    const name = account === provider ? 'p' : `v${ids.indexOf(account) + 1}`;
    return `${name} ${reason} ${amount}`;
  });
}

function header(count = 1, assuranceClass = 'full'): HeaderMessage {
  return {
    type: 'header',
    provider,
    round: 2 as never,
    assuranceClass,
    model: MODEL,
    root: digest(new Uint8Array(32)),
    count,
    signature: new Uint8Array(64),
  };
}

const VALID: VoteSpec = ['valid'];
const reserve = `p reserve -${4n * rewardPerSeat}`;

describe('[SLASH-2] settlement', () => {
  it('[CLAIM-6] reserves level 0 of all leaves that can be drawn, for sealed batches', () => {
    const amount = (count: number, assuranceClass: string) =>
      movementsOf([], { sealed: [header(count, assuranceClass)] })[0];
    equal(amount(5, 'full'), `p reserve -${5n * 4n * rewardPerSeat}`);
    equal(amount(5, 'half'), `p reserve -${3n * 4n * rewardPerSeat}`);
    deepStrictEqual(movementsOf([], { sealed: [] }), []);
  });

  it('pays the holders of an undisputed verdict out of the reserve', () => {
    deepStrictEqual(
      movementsOf([levelOf(0, [VALID, VALID, VALID, VALID], { certified: 'valid' })]),
      [reserve, ...[1, 2, 3, 4].map((v) => `v${v} reward ${rewardPerSeat}`)],
    );
  });

  it('[SLASH-1] takes the penalty of the silent, where there is a certificate', () => {
    const votes: VoteSpec[] = [VALID, VALID, VALID, ['silent']];
    ok(
      movementsOf([levelOf(0, votes, { certified: 'valid' })]).includes(
        `v4 penalty-silent -${penaltySilent}`,
      ),
    );
    deepStrictEqual(movementsOf([levelOf(0, votes)]), [reserve]);
  });

  it('[SLASH-1] slashes a provider the same for invalid and unavailable, not else', () => {
    const slashed = (verdict: Verdict) =>
      movementsOf([
        levelOf(1, new Array<VoteSpec>(6).fill([verdict]), { certified: verdict }),
      ]).filter((text) => text.startsWith('p slash'));
    const slash = [`p slash-provider -${slashProvider}`];
    deepStrictEqual((['valid', 'invalid', 'unavailable', 'inconclusive'] as const).map(slashed), [
      [],
      slash,
      slash,
      [],
    ]);
  });

  it('[QUORUM-4] slashes nobody by a light level', () => {
    const invalid: VoteSpec = ['invalid'];
    const light = levelOf(0, [invalid, invalid, invalid, invalid], { certified: 'invalid' });
    ok(!movementsOf([light]).some((text) => text.includes('slash')));
  });

  it('[QUORUM-3] lets lost challengers pay for the level that they started, by weight', () => {
    const levels = [
      levelOf(0, [VALID, VALID, ['invalid', 'x', 'b'], ['invalid', 'x', 'b']], {
        certified: 'valid',
      }),
      levelOf(1, new Array<VoteSpec>(6).fill(VALID), { certified: 'valid' }),
    ];
    const share = (6n * challengeCost) / 2n;
    const paid = movementsOf(levels).filter((text) => text.includes('challenge-cost'));
    deepStrictEqual(paid, [
      `v3 challenge-cost -${share}`,
      `v4 challenge-cost -${share}`,
      // no majority of their own class: they were not proved wrong, so no slash [SLASH-1]
      `v3 challenge-cost -${challengeCost}`,
      `v4 challenge-cost -${challengeCost}`,
    ]);
  });

  it('[SLASH-1] [A16] slashes a wrong vote only if most of its class found another digest', () => {
    const at = (found: string, executionClass: string) => {
      const levels = [
        levelOf(0, [VALID, VALID, VALID, ['invalid', found, executionClass]], {
          certified: 'valid',
        }),
        levelOf(1, new Array<VoteSpec>(6).fill(VALID), { certified: 'valid' }),
      ];
      return movementsOf(levels).filter((text) => text.startsWith('v4 slash'));
    };
    deepStrictEqual(at('other', 'a'), [`v4 slash-voter -${slashVoter}`]);
    // honest drift of a whole class: its digest is that of most of its class
    deepStrictEqual(at('right', 'a'), []);
    deepStrictEqual(at('other', 'minority'), []);
  });

  it('[SLASH-1] [A7] slashes who voted valid where invalid is final', () => {
    const levels = [
      levelOf(0, [['valid', 'lie'], ['valid', 'lie'], ['valid', 'lie'], ['invalid']], {
        certified: 'valid',
      }),
      levelOf(1, new Array<VoteSpec>(6).fill(['invalid']), { certified: 'invalid' }),
    ];
    const movements = movementsOf(levels);
    for (const v of [1, 2, 3]) ok(movements.includes(`v${v} slash-voter -${slashVoter}`));
    // [QUORUM-5] the liar pays the level; [VOTE-4] the dissenter was right and is paid
    ok(movements.includes(`p provider-cost -${6n * challengeCost}`));
    equal(movements.filter((text) => text === `v4 reward ${rewardPerSeat}`).length, 2);
    equal(movements.filter((text) => /^v[123] reward/.test(text)).length, 3);
  });

  it('[VOTE-4] [A9] pays nobody whose commit too few saw in time', () => {
    const votes = [VALID, VALID, VALID, VALID];
    const unpaid = levelOf(0, votes, { certified: 'valid', unseen: [3] });
    ok(!movementsOf([unpaid]).some((text) => text.startsWith('v4 reward')));
    // k−q+1 = 2 of 4 saw it: two who left it out change nothing
    const some = unpaid.votes.map((vote, i) => (i < 2 ? { ...vote, seen: new Set(ids) } : vote));
    ok(movementsOf([{ ...unpaid, votes: some }]).includes(`v4 reward ${rewardPerSeat}`));
  });

  it('[VOTE-4] [A8] unites the certificates of a level', () => {
    const level = levelOf(0, [VALID, VALID, VALID, VALID], { certified: 'valid' });
    const [whole] = level.certified;
    ok(whole !== undefined);
    const parts = [whole.holders.slice(0, 3), whole.holders.slice(1)];
    const united = {
      ...level,
      votes: level.votes.slice(0, 3),
      certified: parts.map((holders) => ({ ...whole, holders, weight: 3n })),
    };
    ok(!movementsOf([united]).some((text) => text.includes('silent')));
  });

  it('[QUORUM-1] splits the price of the listed seats where weight is stake', () => {
    const committee = drawCommittee(network, {
      kind: 'seal',
      pool: wholeSet(network),
      seats: 60,
      randomness: new Uint8Array(32),
      provider,
      round: 1 as never,
    });
    const level = levelOf(1, new Array<VoteSpec>(6).fill(VALID), { certified: 'valid' });
    const certified = level.certified.map((each) => ({ ...each, weight: committee.weight }));
    const paid = movementsOf([{ ...level, committee, certified }], {
      sealed: [header(100)],
    }).filter((text) => text.includes('reward'));
    deepStrictEqual(
      paid,
      ids.map((_, i) => `v${i + 1} reward ${10n * rewardPerSeat}`),
    );
  });

  it('[SLASH-1] slashes equivocation by the role of the guilty', () => {
    deepStrictEqual(movementsOf([], { guilty: [idOf(2), provider], sealed: [] }), [
      `v3 slash-equivocation -${slashVoter}`,
      `p slash-equivocation -${slashProvider}`,
    ]);
  });

  it('keeps stake + pool + burned constant, and no balance below zero, whatever happened', () => {
    const random = seededRandom(7);
    const pick = <T>(items: readonly T[]): T =>
      defined(items[Math.floor(random() * items.length)], 'a list to pick from is not empty');
    const verdicts = ['valid', 'invalid', 'unavailable', 'inconclusive', 'silent'] as const;
    const vote = (): VoteSpec => [pick(verdicts), pick(['x', 'y']), pick(['a', 'b'])];
    const before = BigInt(6 * STAKE) + 100_000_000n;
    for (let run = 0; run < 300; run++) {
      const subjects = Array.from({ length: 30 }, () =>
        subjectOf(
          [4, 6].map((size, level) => {
            const votes = Array.from({ length: size }, vote);
            const certified = pick(verdicts);
            return levelOf(level, votes, certified === 'silent' ? {} : { certified });
          }),
        ),
      );
      const { balances, pool, burned } = settle({
        network,
        sealed: [header(1 + Math.floor(random() * 100))],
        subjects,
        guilty: random() < 0.3 ? [pick(ids)] : [],
      });
      let sum = pool + burned;
      for (const balance of balances.values()) {
        ok(balance >= 0n);
        sum += balance;
      }
      equal(sum, before);
    }
  });
});

describe('[VOTE-4] what nodes know together', () => {
  const all = subjectOf([
    levelOf(0, [VALID, VALID, VALID, VALID], { certified: 'valid' }),
    levelOf(1, [VALID, ['invalid'], VALID, VALID], { certified: 'valid' }),
  ]);
  /** What a node knows that heard only these holders, and was told no certificate. */
  const partOf = (holders: readonly number[]): JudgedSubject => ({
    ...all,
    levels: all.levels.map((level) => ({
      ...level,
      certified: [],
      votes: level.votes.filter((_, index) => holders.includes(index)),
    })),
  });

  it('unites votes and certificates, whoever is asked first, and as often as one likes', () => {
    const certificatesOnly = {
      ...all,
      levels: all.levels.map((level) => ({ ...level, votes: [] })),
    };
    const parts = [partOf([2, 0]), partOf([1]), partOf([3, 1]), certificatesOnly];
    deepStrictEqual(parts.reduce(uniteJudged), all);
    deepStrictEqual(parts.toReversed().reduce(uniteJudged), all);
    deepStrictEqual(uniteJudged(all, all), all);
  });

  it('takes a level that only one of them saw', () => {
    const first = { ...all, levels: all.levels.slice(0, 1) };
    const second = { ...all, levels: all.levels.slice(1) };
    deepStrictEqual(uniteJudged(second, first), all);
  });
});
