/**
 * One claim's story as it stood at a moment: its batch and seal, who was drawn, who committed and
 * revealed what, how far measurements were apart, levels, certificates, money. A pure function of
 * the facts that are kept.
 *
 * Weights are exact (bigint), as in the protocol. What the trace was filtered of looks as if it had
 * not happened.
 */
import type { AbstentionReason, BlobId, NodeId, Verdict } from '../../base/index.ts';
import type { CommitteeRecord, MessageContent } from '../../trace/index.ts';
import { type Claim, type EntryFact, type Fact, stateAt, type Transition } from './claim.ts';

/** One holder of seats of a level and what it did by then. */
export type Holder = {
  readonly node: number;
  readonly weight: bigint;
  readonly work:
    | { readonly from: number; readonly to?: number; readonly failure?: string }
    | undefined;
  readonly committedAt: number | undefined;
  readonly abstained: { readonly at: number; readonly reason: AbstentionReason } | undefined;
  readonly revealed:
    | {
        readonly at: number;
        readonly verdict: Verdict;
        readonly executionClass: string;
        readonly digest: string | undefined;
      }
    | undefined;
  /** Measured by itself; `undefined` inside: nothing can be measured between the two. */
  readonly distance: { readonly at: number; readonly value: number | undefined } | undefined;
};

/** A quorum in one signature. */
export type CertificateTold = {
  readonly at: number;
  readonly by: number;
  readonly verdict: Verdict;
  readonly weight: bigint;
  readonly holders: readonly number[];
};

/** One level of a claim. */
export type LevelStory = {
  readonly level: number;
  readonly at: number;
  readonly drawnBy: number;
  readonly unit: 'seats' | 'stake';
  readonly weight: bigint;
  readonly quorum: bigint;
  readonly isHeavy: boolean;
  readonly isLast: boolean;
  readonly holders: readonly Holder[];
  /** Revealed weight by verdict, heaviest first. */
  readonly tally: readonly { readonly verdict: Verdict; readonly weight: bigint }[];
  readonly certificates: readonly CertificateTold[];
  readonly challengers: readonly number[];
};

/** How a batch was sealed. */
export type SealStory = {
  readonly committee: CommitteeRecord | undefined;
  readonly acks: ReadonlyMap<number, number>;
  readonly weight: bigint;
  readonly sealedAt: number | undefined;
  readonly isVoid: boolean;
};

/** A claim as it stood at a moment. */
export type Story = {
  readonly claim: Claim;
  readonly state: Transition | undefined;
  readonly provider: number | undefined;
  readonly model: BlobId | undefined;
  readonly header: Claim['batch']['header'];
  readonly seal: SealStory;
  readonly openedAt: number | undefined;
  readonly requester: NodeId | undefined;
  readonly output: { readonly at: number; readonly digest: string } | undefined;
  readonly levels: readonly LevelStory[];
  readonly money: readonly {
    readonly at: number;
    readonly node: number;
    readonly amount: bigint;
    readonly reason: string;
  }[];
};

/** Returns the story of a claim as of `at`, µs. */
export function storyAt(claim: Claim, at: number): Story {
  const facts = claim.facts.filter((fact) => fact.at <= at);
  const batchFacts = claim.batch.facts.filter((fact) => fact.at <= at);
  const { header } = claim.batch;
  const known = header !== undefined && header.at <= at ? header : undefined;
  const opened = batchFacts.find((fact) =>
    contentOf(fact, 'openings')?.leaves.some(({ index }) => index === claim.index),
  );
  const output = facts.find((fact) => contentOf(fact, 'output') !== undefined);
  const digest = output === undefined ? undefined : contentOf(output, 'output')?.digest;
  return {
    claim,
    state: stateAt(claim, at),
    provider: known?.provider,
    model: known?.model,
    header: known,
    seal: sealOf(claim, batchFacts, at),
    openedAt: opened?.at,
    requester: opened === undefined ? undefined : claim.leaf?.requester,
    output: output === undefined || digest === undefined ? undefined : { at: output.at, digest },
    levels: levelsOf(facts),
    money: facts.flatMap((fact) => {
      if (fact.kind !== 'movement') return [];
      const { node, amount, reason } = fact;
      return [{ at: fact.at, node, amount: BigInt(amount), reason }];
    }),
  };
}

function contentOf<T extends MessageContent['type']>(
  fact: Fact,
  type: T,
): Extract<MessageContent, { type: T }> | undefined {
  if (fact.kind !== 'message' || fact.content.type !== type) return undefined;
  return fact.content as Extract<MessageContent, { type: T }>;
}

function sealOf({ batch }: Claim, facts: readonly Fact[], at: number): SealStory {
  const committee = facts.find((fact) => fact.kind === 'committee');
  const acks = new Map<number, number>();
  for (const fact of facts) {
    if (fact.kind === 'entry' && fact.entry.kind === 'ack' && !acks.has(fact.node)) {
      acks.set(fact.node, fact.at);
    }
  }
  const holders = committee?.holders ?? [];
  const reported = firstTold(batch.told, 'batch-sealed');
  const sealedBy = reported ?? facts.find((fact) => contentOf(fact, 'openings') !== undefined)?.at;
  const voidAt = firstTold(batch.told, 'batch-void');
  return {
    committee,
    acks,
    weight: sumOf(holders.filter(({ node }) => acks.has(node)).map((each) => BigInt(each.weight))),
    sealedAt: sealedBy !== undefined && sealedBy <= at ? sealedBy : undefined,
    isVoid: voidAt !== undefined && voidAt <= at,
  };
}

function firstTold(told: Claim['told'], what: string): number | undefined {
  const times = [...told.values()].flatMap(({ first }) => (first.what === what ? [first.at] : []));
  return times.length === 0 ? undefined : Math.min(...times);
}

function levelsOf(facts: readonly Fact[]): readonly LevelStory[] {
  const committees = new Map<number, CommitteeRecord>();
  for (const fact of facts) {
    if (fact.kind !== 'committee' || fact.level === undefined) continue;
    if (!committees.has(fact.level)) committees.set(fact.level, fact);
  }
  return [...committees.values()]
    .sort((a, b) => (a.level ?? 0) - (b.level ?? 0))
    .map((committee) => levelOf(committee, facts));
}

function levelOf(committee: CommitteeRecord, facts: readonly Fact[]): LevelStory {
  const level = committee.level ?? 0;
  const weights = new Map(committee.holders.map(({ node, weight }) => [node, BigInt(weight)]));
  const done = new Map<string, Extract<Fact, { kind: 'done' }>>();
  for (const fact of facts) if (fact.kind === 'done') done.set(`${fact.node} ${fact.work}`, fact);
  const byNode = new Map<number, Fact[]>();
  for (const fact of facts) {
    if (!('node' in fact) || fact.kind === 'done' || levelOfFact(fact) !== level) continue;
    byNode.set(fact.node, [...(byNode.get(fact.node) ?? []), fact]);
  }
  const holders = [...weights].map(([node, weight]) =>
    holderOf({ node, weight, facts: byNode.get(node) ?? [], done }),
  );
  const certificates = certificatesOf(facts, level, weights);
  const isValidCertified = certificates.some(({ verdict }) => verdict === 'valid');
  return {
    level,
    at: committee.at,
    drawnBy: committee.drawnBy,
    unit: committee.unit,
    weight: BigInt(committee.weight),
    quorum: BigInt(committee.quorum),
    isHeavy: committee.isHeavy ?? false,
    isLast: committee.isLast ?? false,
    holders,
    tally: tallyOf(holders),
    certificates,
    challengers: isValidCertified
      ? holders.flatMap(({ node, revealed }) => (revealed?.verdict === 'invalid' ? [node] : []))
      : [],
  };
}

function levelOfFact(fact: Fact): number | undefined {
  if (fact.kind === 'entry') return 'level' in fact.entry ? fact.entry.level : undefined;
  return 'level' in fact ? fact.level : undefined;
}

function holderOf(at: {
  readonly node: number;
  readonly weight: bigint;
  readonly facts: readonly Fact[];
  readonly done: ReadonlyMap<string, Extract<Fact, { kind: 'done' }>>;
}): Holder {
  const { node, weight, facts } = at;
  const work = facts.find((fact) => fact.kind === 'work' && fact.what === 'execute');
  const end = work?.kind === 'work' ? at.done.get(`${node} ${work.work}`) : undefined;
  const commit = entryOf(facts, 'commit');
  const abstain = entryOf(facts, 'abstain');
  const reveal = entryOf(facts, 'reveal');
  const distance = facts.find((fact) => fact.kind === 'distance');
  return {
    node,
    weight,
    work:
      work === undefined
        ? undefined
        : {
            from: work.at,
            ...(end === undefined ? {} : { to: end.at }),
            ...(end?.failure === undefined ? {} : { failure: end.failure }),
          },
    committedAt: commit?.at,
    abstained:
      abstain?.entry.kind === 'abstain'
        ? { at: abstain.at, reason: abstain.entry.reason }
        : undefined,
    revealed:
      reveal?.entry.kind === 'reveal'
        ? {
            at: reveal.at,
            verdict: reveal.entry.verdict,
            executionClass: reveal.entry.executionClass,
            digest: reveal.entry.digest,
          }
        : undefined,
    distance: distance === undefined ? undefined : { at: distance.at, value: distance.distance },
  };
}

function entryOf(facts: readonly Fact[], kind: EntryFact['entry']['kind']): EntryFact | undefined {
  return facts.find((fact): fact is EntryFact => fact.kind === 'entry' && fact.entry.kind === kind);
}

function tallyOf(holders: readonly Holder[]): LevelStory['tally'] {
  const sums = new Map<Verdict, bigint>();
  for (const { revealed, weight } of holders) {
    if (revealed === undefined) continue;
    sums.set(revealed.verdict, (sums.get(revealed.verdict) ?? 0n) + weight);
  }
  return [...sums]
    .map(([verdict, weight]) => ({ verdict, weight }))
    .sort((a, b) => (a.weight > b.weight ? -1 : a.weight < b.weight ? 1 : 0));
}

/** A certificate that names more holders than those before for its verdict, as nodes take them. */
function certificatesOf(
  facts: readonly Fact[],
  level: number,
  weights: ReadonlyMap<number, bigint>,
): readonly CertificateTold[] {
  return facts.flatMap((fact) => {
    const content = contentOf(fact, 'certificate');
    if (content === undefined || content.level !== level || fact.kind !== 'message') return [];
    const holders = content.votes.flatMap((group) => group.holders);
    const weight = sumOf(holders.map((node) => weights.get(node) ?? 0n));
    return [{ at: fact.at, by: fact.node, verdict: content.verdict, weight, holders }];
  });
}

function sumOf(values: readonly bigint[]): bigint {
  return values.reduce((sum, each) => sum + each, 0n);
}
