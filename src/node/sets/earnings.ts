/** What an account got and lost, by epoch and reason, as this node wrote it down. */
import { compareText, type NodeId, stake } from '../../base/index.ts';
import type { NamedBill } from '../../core/index.ts';
import type { Earning } from './formats.ts';

/** Sums told at most: the latest epochs count. */
const EARNINGS_MAX = 1_024;

/** Sums up the bills of an account, latest epoch first. */
export async function earningsOf(
  bills: AsyncIterable<NamedBill & { readonly epoch: number }>,
  account: NodeId,
  settledEpoch: number,
): Promise<readonly Earning[]> {
  const sums = new Map<string, Earning>();
  for await (const { epoch, bill } of bills) {
    for (const charge of [...bill.charges, ...bill.rewards]) {
      if (charge.account !== account) continue;
      const { kind, reason } = charge;
      const key = `${epoch}/${kind}/${reason}`;
      const before = sums.get(key);
      const amount = stake((before?.amount ?? 0n) + charge.amount);
      const count = (before?.count ?? 0) + 1;
      sums.set(key, { epoch, reason, kind, amount, count, isSettled: epoch <= settledEpoch });
    }
  }
  return [...sums.values()]
    .sort((a, b) => b.epoch - a.epoch || compareText(a.reason, b.reason))
    .slice(0, EARNINGS_MAX);
}
