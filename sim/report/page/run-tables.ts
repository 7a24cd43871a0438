/** The tables of a protocol run: work by role, money by behaviour, slashes by reason. */
import { publisherOf } from '../cost.ts';
import type { Table } from '../figures/figure.ts';
import { formatBytes, formatCount, formatNumber } from '../format.ts';
import type { RunResult } from '../result.ts';
import type { SlashReason, SlashReport } from '../slashes.ts';

const REASONS: Readonly<Record<SlashReason, string>> = {
  'slash-provider': 'a wrong or withheld answer',
  'slash-voter': 'a vote against the verdict of a heavy level',
  'slash-equivocation': 'two contradicting signatures',
};

/** What providers, validators and the beacon publish and run. */
export function workTable(result: RunResult): Table {
  const { traffic, reExecutions, providerExecutions, money } = result;
  const claims = money.behaviours.reduce(
    (sum, { role, units }) => sum + (role === 'provider' ? units : 0),
    0,
  );
  const per = (amount: number, format: (value: number) => string): string =>
    claims === 0 ? 'no answer' : format(amount / claims);
  const roles = [
    { name: 'providers', publisher: 'provider', executions: providerExecutions },
    { name: 'validators', publisher: 'validator', executions: reExecutions.count },
    { name: 'beacon', publisher: 'beacon', executions: undefined },
  ];
  const numbers = ['messages', 'bytes over links', 'bytes per answer', 'executions', 'per answer'];
  return {
    columns: [
      { label: `role (n = ${formatCount(claims)} answers)`, isNumber: false },
      ...numbers.map((label) => ({ label, isNumber: true })),
    ],
    rows: roles.map(({ name, publisher, executions }) => {
      const own = Object.entries(traffic.byType).filter(
        ([type]) => publisherOf(type) === publisher,
      );
      const messages = own.reduce((sum, [, each]) => sum + each.messages, 0);
      const bytes = own.reduce((sum, [, each]) => sum + each.bytes, 0);
      return [
        name,
        formatCount(messages),
        formatBytes(bytes),
        per(bytes, formatBytes),
        executions === undefined ? 'none' : formatCount(executions),
        executions === undefined ? 'none' : per(executions, formatNumber),
      ];
    }),
  };
}

/** Money of each behaviour, per answer or seat. */
export function moneyTable({ money }: RunResult): Table {
  const numbers = [
    ...['nodes', 'n', 'earned', 'spent', 'saved', 'slashed', 'other losses', 'net'],
    ...['against honesty', 'seats over stake'],
  ];
  return {
    columns: [
      { label: 'behaviour', isNumber: false },
      { label: 'per', isNumber: false },
      ...numbers.map((label) => ({ label, isNumber: true })),
    ],
    rows: money.behaviours.map((each) => {
      const { units } = each;
      const per = (amount: number): string =>
        units === 0 ? 'nothing done' : formatNumber(amount / units);
      const losses = [each.penaltyStake, each.challengeCostStake, each.verificationCostStake];
      const gain = each.againstHonestyPerUnitStake;
      return [
        each.behaviour,
        each.unit === 'claim' ? 'answer' : 'seat',
        formatCount(each.nodes),
        formatNumber(units),
        per(each.revenueStake),
        per(each.executionCostStake),
        per(each.savedStake),
        per(Number(each.slashedStake)),
        per(losses.reduce((sum, loss) => sum + Number(loss), 0)),
        per(each.netStake),
        gain === null ? 'is honesty' : formatNumber(gain),
        each.seatsOverStake === null ? 'no seats' : formatNumber(each.seatsOverStake),
      ];
    }),
  };
}

/** Slashes by behaviour, with what they were for. */
export function slashTable(slashes: readonly SlashReport[]): Table {
  return {
    columns: [
      { label: 'who', isNumber: false },
      { label: 'nodes slashed', isNumber: true },
      { label: 'for what', isNumber: false },
      { label: 'stake lost', isNumber: true },
    ],
    rows: slashes.map(({ role, behaviour, nodes, slashedNodes, reasons, stake }) => [
      `${behaviour} (${role})`,
      `${formatCount(slashedNodes)} of ${formatCount(nodes)}`,
      Object.entries(reasons)
        .map(([reason, count]) => `${formatCount(count)} for ${wordsOf(reason)}`)
        .join('; '),
      formatNumber(Number(stake)),
    ]),
  };
}

function wordsOf(reason: string): string {
  const known = Object.entries(REASONS).find(([name]) => name === reason);
  return known?.[1] ?? reason;
}
