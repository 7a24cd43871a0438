/**
 * [SETTLE-1] What a batch, a subject or a conviction costs and pays, as a node found it when it was
 * over. Bills are what nodes compare: who knows the same writes the same bill.
 */
import { compareText, type Digest, digest, type NodeId, sha256, stake } from '../../base/index.ts';
import {
  batchId,
  type Codec,
  formatOf,
  type HeaderMessage,
  LIMITS,
  listOf,
  nodeIdCodec,
  oneOf,
  recordOf,
  stakeCodec,
} from '../../wire/index.ts';
import type { Network } from '../network.ts';
import type { Charge, Reason } from './accounts.ts';
import type { JudgedSubject } from './outcome.ts';
import { chargesOf, equivocationOf, reserveOf, rewardsOf } from './settlement.ts';

/** Why money moved, all of it. */
const REASONS: readonly Reason[] = [
  'reserve',
  'reward',
  'slash-provider',
  'slash-voter',
  'slash-equivocation',
  'challenge-cost',
  'provider-cost',
  'penalty-silent',
];

/** What something costs and pays. Rewards of all bills come after the charges of all. */
export type Bill = {
  readonly charges: readonly Charge[];
  readonly rewards: readonly Charge[];
};

/** What several accounts get or lose alike. */
type Group = Omit<Charge, 'account'> & { readonly accounts: readonly NodeId[] };

const groupCodec = recordOf<Group>({
  kind: oneOf(['collect', 'burn', 'pay']),
  reason: oneOf(REASONS),
  amount: {
    write: (amount: bigint) => stakeCodec.write(stake(amount)),
    read: (data: unknown): bigint => stakeCodec.read(data),
  },
  accounts: listOf(nodeIdCodec, { min: 1, max: LIMITS.chargesPerBill }),
});
const groupsCodec = listOf(groupCodec, { min: 0, max: LIMITS.chargesPerBill });

const chargesCodec: Codec<readonly Charge[]> = {
  write: (charges) => groupsCodec.write(grouped(charges)),
  read: (data) =>
    groupsCodec
      .read(data)
      .flatMap(({ accounts, ...each }) => accounts.map((account) => ({ ...each, account }))),
};

/** Bills as nodes keep and send them. */
export const billFormat = formatOf<Bill>(
  recordOf<Bill>({ charges: chargesCodec, rewards: chargesCodec }),
  LIMITS.billBytes,
);

/** A bill under its name; names order them: batches, convictions, subjects. */
export type NamedBill = { readonly name: string; readonly bill: Bill };

/** [CLAIM-6] The bill of a sealed batch. */
export function batchBill(network: Network, header: HeaderMessage): NamedBill {
  const bill = { charges: [reserveOf(network, header)], rewards: [] };
  return { name: `batch/${batchId(header)}`, bill };
}

/** [SLASH-1] The bill of a conviction. @param isVoter whether `id` was a validator lately */
export function convictionBill(network: Network, id: NodeId, isVoter: boolean): NamedBill {
  return {
    name: `${CONVICTION}${id}`,
    bill: { charges: equivocationOf(network, id, isVoter), rewards: [] },
  };
}

/** The bill of a subject that is over. */
export function subjectBill(network: Network, subject: JudgedSubject): NamedBill {
  const { batch, index } = subject.subject;
  const charges = sorted(chargesOf(network, subject));
  const bill = { charges, rewards: sorted(rewardsOf(network, subject)) };
  return { name: `subject/${batch}/${index}`, bill };
}

/** Whom a bill of this name convicts, if anybody. */
export function convictedBy(name: string): string | undefined {
  return name.startsWith(CONVICTION) ? name.slice(CONVICTION.length) : undefined;
}

/** Digest of a bill: nodes compare these first. */
export function billDigest(bill: Bill): Digest {
  return digest(sha256(billFormat.encode(bill)));
}

const CONVICTION = 'conviction/';

/** One order for everybody: what is alike stands together. */
function sorted(charges: readonly Charge[]): readonly Charge[] {
  return [...charges].sort((a, b) => {
    const byAmount = a.amount === b.amount ? 0 : a.amount > b.amount ? -1 : 1;
    const byKind = compareText(kindName(a), kindName(b));
    return byKind || byAmount || compareText(a.account, b.account);
  });
}

function kindName({ kind, reason }: Omit<Charge, 'account'>): string {
  return `${kind} ${reason}`;
}

function grouped(charges: readonly Charge[]): readonly Group[] {
  const groups: (Group & { readonly accounts: NodeId[] })[] = [];
  for (const { account, ...each } of charges) {
    const last = groups.at(-1);
    const isAlike =
      last !== undefined && kindName(last) === kindName(each) && last.amount === each.amount;
    if (isAlike) last.accounts.push(account);
    else groups.push({ ...each, accounts: [account] });
  }
  return groups;
}
