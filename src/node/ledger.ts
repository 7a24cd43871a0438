/**
 * What a node counts and what it knows for settlement: reports of the core in, figures and the
 * advisory balances out. [SLASH-2]
 *
 * Limits: subjects and headers of the last `KEPT_MAX` claims and batches; what is older no longer
 * counts in the advisory balances.
 */
import type { BatchId, NodeId } from '../base/index.ts';
import {
  type JudgedSubject,
  type Network,
  type Report,
  type Settlement,
  settle,
} from '../core/index.ts';
import type { HeaderMessage } from '../wire/index.ts';
import { COUNTERS, type Counter, type Loss } from './rpc/index.ts';

/** Subjects, and batches, that settlement remembers. */
const KEPT_MAX = 1024;

const FINAL_COUNTER = {
  valid: 'finalValid',
  invalid: 'finalInvalid',
  unavailable: 'finalUnavailable',
  inconclusive: 'finalInconclusive',
} as const;

/** Reports that count one each. */
const COUNTED: Partial<Record<Report['kind'], Counter>> = {
  'batch-acked': 'batchesAcked',
  'batch-sealed': 'batchesSealed',
  'batch-void': 'batchesVoid',
  'subject-drawn': 'claimsDrawn',
  committed: 'committed',
  revealed: 'revealed',
  certified: 'certified',
  unresolved: 'unresolved',
  overruled: 'overruled',
  fault: 'faultsSeen',
  promised: 'claimsPromised',
};

export class Ledger {
  readonly #network: Network;
  readonly #counts: Record<Counter, number>;
  readonly #sealed = new Map<BatchId, HeaderMessage>();
  readonly #closed: JudgedSubject[] = [];

  constructor(network: Network) {
    this.#network = network;
    const zeros = COUNTERS.map((name) => [name, 0] as const);
    this.#counts = Object.fromEntries(zeros) as Record<Counter, number>;
  }

  get counters(): Readonly<Record<Counter, number>> {
    return this.#counts;
  }

  /** Counts one of something that the core does not report. */
  count(name: Counter): void {
    this.#counts[name] += 1;
  }

  /** @param header looks up the header of a batch that was sealed */
  take(report: Report, header: (batch: BatchId) => HeaderMessage | undefined): void {
    const counter = COUNTED[report.kind];
    if (counter !== undefined) this.count(counter);
    if (report.kind === 'decided') this.count(FINAL_COUNTER[report.verdict]);
    if (report.kind === 'batch-sealed') {
      const sealed = header(report.batch);
      if (sealed !== undefined) this.#sealed.set(report.batch, sealed);
      for (const oldest of this.#sealed.keys()) {
        if (this.#sealed.size <= KEPT_MAX) break;
        this.#sealed.delete(oldest);
      }
    }
    if (report.kind === 'closed') {
      this.#closed.push(report.judged);
      if (this.#closed.length > KEPT_MAX) this.#closed.shift();
    }
  }

  /** Balances as this node sees them; advisory. */
  settlement(open: readonly JudgedSubject[], guilty: Iterable<NodeId>): Settlement {
    return settle({
      network: this.#network,
      sealed: [...this.#sealed.values()],
      subjects: [...this.#closed, ...open],
      guilty,
    });
  }
}

/** Who lost stake to a slash, as `settlement` has it. */
export function slashesOf({ movements }: Settlement): readonly Loss[] {
  const sums = new Map<string, { id: NodeId; reason: string; amount: bigint }>();
  for (const { account, reason, amount } of movements) {
    if (!reason.startsWith('slash-')) continue;
    const key = `${account}/${reason}`;
    const before = sums.get(key)?.amount ?? 0n;
    sums.set(key, { id: account, reason, amount: before - amount });
  }
  return [...sums.values()].map((loss) => ({ ...loss, amount: loss.amount.toString() }));
}
