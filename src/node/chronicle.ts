/**
 * What reports of the core leave behind: figures, the archive, the log, the state of the clock.
 */
import type { BatchId, NodeId, Subject } from '../base/index.ts';
import type { Network, Report, Settlement } from '../core/index.ts';
import type { HeaderMessage } from '../wire/index.ts';
import { askCore, subjectName } from './answers.ts';
import type { Archive } from './archive.ts';
import type { CoreView } from './core-view.ts';
import type { Feed } from './feed.ts';
import { Ledger, slashesOf } from './ledger.ts';
import type { Log } from './log/index.ts';
import type { Counter, Loss } from './rpc/index.ts';
import type { Runner } from './runner/index.ts';
import type { SetService } from './sets/index.ts';

export type ChronicleOptions = {
  readonly network: Network;
  readonly view: CoreView;
  readonly archive: Archive;
  readonly log: Log;
  readonly runner: Runner;
  readonly feed: Feed;
  readonly sets: SetService;
  /** Watches work that nobody waits for. */
  readonly track: (work: Promise<unknown>) => void;
};

/** Rounds after which a skew that was not seen again is over. */
const SKEW_ROUNDS = 2;

export class Chronicle {
  readonly #options: ChronicleOptions;
  readonly #ledger: Ledger;
  #settled: { readonly atMs: number; readonly value: Settlement } | undefined;
  #skew: { readonly skewMs: number; readonly round: number } | undefined;

  constructor(options: ChronicleOptions) {
    this.#options = options;
    this.#ledger = new Ledger(options.network);
  }

  get counters(): Readonly<Record<Counter, number>> {
    return this.#ledger.counters;
  }

  countExecution(): void {
    this.#ledger.count('executions');
  }

  /** [SLASH-2] Slashes of the advisory settlement of what this node knows. */
  slashes(): readonly Loss[] {
    return slashesOf(this.settlement());
  }

  /** [SLASH-2] The advisory settlement itself, at most a round old: it goes over all votes. */
  settlement(): Settlement {
    const { view, network } = this.#options;
    const nowMs = performance.now();
    const isOld = nowMs - (this.#settled?.atMs ?? 0) >= network.parameters.roundMs;
    if (this.#settled === undefined || isOld) {
      const value = this.#ledger.settlement(view.judged(), view.evidence().keys());
      this.#settled = { atMs: nowMs, value };
    }
    return this.#settled.value;
  }

  /** [TIME-4] How far the clock is off, if it lately was too far. */
  skewMs(latest: number): number | undefined {
    if (this.#skew === undefined || latest - this.#skew.round > SKEW_ROUNDS) return undefined;
    return this.#skew.skewMs;
  }

  /** @param latest round of the latest beacon */
  take(report: Report, latest: number): void {
    this.#ledger.take(report, (batch) => this.#options.feed.header(batch));
    this.#options.sets.take(report, (about) => this.#headerOf(about));
    this.#write(report);
    if (report.kind === 'clock-skewed') this.#skew = { skewMs: report.skewMs, round: latest };
    if (report.kind === 'batch-sealed') this.#archiveBatch(report.batch);
    if (report.kind === 'decided' || report.kind === 'unresolved' || report.kind === 'overruled') {
      this.#archiveSubject(report.subject);
    }
    if (report.kind === 'evidence-found') this.#archiveEvidence(report.guilty);
  }

  #write(report: Report): void {
    const { log } = this.#options;
    if (report.kind === 'clock-skewed') {
      return log.warn('clock-skewed', { skewMs: Math.round(report.skewMs) });
    }
    if (report.kind === 'evidence-found') {
      return log.warn('evidence-found', { guilty: report.guilty.join(' ') });
    }
    if (report.kind === 'decided') {
      const { subject, verdict, level } = report;
      return log.info('decided', { subject: subjectName(subject), verdict, level });
    }
    if (report.kind === 'fault') {
      return log.debug('fault', { code: report.code, from: report.from });
    }
    if (isOfChain(report)) return writeOfChain(log, report);
    log.debug(report.kind, {
      ...('batch' in report ? { batch: report.batch } : {}),
      ...('subject' in report ? { subject: subjectName(report.subject) } : {}),
      ...('level' in report ? { level: report.level } : {}),
      ...('verdict' in report ? { verdict: report.verdict } : {}),
    });
  }

  #headerOf(report: Report): HeaderMessage | undefined {
    if ('batch' in report) return this.#options.feed.header(report.batch);
    return 'subject' in report ? this.#options.feed.header(report.subject.batch) : undefined;
  }

  #archiveBatch(batch: BatchId): void {
    const { archive, runner, track } = this.#options;
    track(askCore(runner, batch).then((all) => archive.addBatch(batch, all)));
  }

  #archiveSubject(subject: Subject): void {
    const { archive, runner, track } = this.#options;
    const { batch, index } = subject;
    track(askCore(runner, batch, index).then((all) => archive.addSubject(subject, all)));
  }

  #archiveEvidence(guilty: readonly NodeId[]): void {
    const { archive, view, track } = this.#options;
    for (const id of guilty) {
      const evidence = view.evidence().get(id);
      if (evidence !== undefined) track(archive.addEvidence(id, evidence));
    }
  }
}

type ChainReport = Extract<Report, { readonly kind: `set-${string}` | 'settlement-agreed' }>;

function isOfChain(report: Report): report is ChainReport {
  return report.kind.startsWith('set-') || report.kind === 'settlement-agreed';
}

/** [SET-2] [SETTLE-2] */
function writeOfChain(log: Log, report: ChainReport): void {
  const { kind, ...fields } = report;
  if (kind === 'set-forked') log.error(kind, fields);
  else if (kind === 'set-behind') log.debug(kind, fields);
  else log.info(kind, fields);
}
