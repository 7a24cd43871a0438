/** Does the work of `assay earnings`. */
import { askNode, type EarningsReport } from '../../../node/index.ts';
import type { Answer } from '../../io.ts';
import { readVersion } from '../../version.ts';
import { amountText } from '../network/wording.ts';

type Entry = EarningsReport['earnings'][number];

/** Sums of one epoch, or of all. Amounts in the smallest unit of stake. */
export type Sums = {
  readonly earned: bigint;
  readonly penalties: bigint;
  readonly slashed: bigint;
};

const NOTHING: Sums = { earned: 0n, penalties: 0n, slashed: 0n };

/** Asks the node of a folder. @throws ControlError node-not-running */
export async function answerEarnings({ dir }: { readonly dir: string }): Promise<Answer> {
  const report = await askNode(dir, { method: 'earnings' }, `assay/${readVersion()}`);
  return earningsAnswer(report);
}

/** Earnings for programs and for people, the latest epoch first. */
export function earningsAnswer({ place, earnings }: EarningsReport): Answer {
  const epochs = new Map<number, { sums: Sums; isSettled: boolean }>();
  let total = NOTHING;
  for (const entry of earnings) {
    const before = epochs.get(entry.epoch)?.sums ?? NOTHING;
    epochs.set(entry.epoch, { sums: added(before, entry), isSettled: entry.isSettled });
    total = added(total, entry);
  }
  const rows = [...epochs].map(([epoch, { sums, isSettled }]) => {
    return row([String(epoch), ...words(sums), isSettled ? 'settled' : 'advisory']);
  });
  const table =
    rows.length === 0
      ? ['Nothing earned and nothing lost in the epochs that this node remembers.']
      : [row([...TITLES]), ...rows, row(['all', ...words(total), ''])];
  const exit =
    place.freeInEpoch === undefined
      ? ''
      : `, of it ${amountText(BigInt(place.inExit))} in exit until epoch ${place.freeInEpoch}`;
  return {
    json: {
      place,
      epochs: [...epochs].map(([epoch, { sums, isSettled }]) => {
        return { epoch, isSettled, ...plain(sums) };
      }),
      total: plain(total),
      earnings,
    },
    lines: [
      ...table,
      '',
      `Balance in the latest set: ${amountText(BigInt(place.balance))}${exit}.`,
    ],
  };
}

const TITLES = ['epoch', 'earned', 'penalties', 'slashed', 'net', ''] as const;
const WIDTHS = [8, 15, 15, 15, 16, 10] as const;

/** What is not paid is a slash by its name, or a penalty. */
function added(sums: Sums, { kind, reason, amount }: Entry): Sums {
  const value = BigInt(amount);
  if (kind === 'pay') return { ...sums, earned: sums.earned + value };
  if (reason.startsWith('slash')) return { ...sums, slashed: sums.slashed + value };
  return { ...sums, penalties: sums.penalties + value };
}

function words(sums: Sums): readonly string[] {
  const { earned, penalties, slashed } = sums;
  return [earned, penalties, slashed].map(amountText).concat(signedText(netOf(sums)));
}

function netOf({ earned, penalties, slashed }: Sums): bigint {
  return earned - penalties - slashed;
}

function signedText(amount: bigint): string {
  return amount < 0n ? `-${amountText(-amount)}` : amountText(amount);
}

function row(cells: readonly string[]): string {
  const padded = cells.map((cell, i) => {
    const width = WIDTHS[i] ?? 0;
    return i === cells.length - 1 ? `  ${cell}` : cell.padStart(width);
  });
  return padded.join('').trimEnd();
}

function plain(sums: Sums): Readonly<Record<string, string>> {
  const { earned, penalties, slashed } = sums;
  return {
    ...{ earned: earned.toString(), penalties: penalties.toString() },
    ...{ slashed: slashed.toString(), net: netOf(sums).toString() },
  };
}
