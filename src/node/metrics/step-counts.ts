/**
 * What is counted as it happens: from the steps of the core, as a replay or the simulator would
 * see them.
 *
 * Limits: seats whose level began before the node started count as in time only if their reveal is
 * known when the claim closes.
 */
import {
  ABSTENTION_REASONS,
  type NodeId,
  type Subject,
  subjectKey,
  VERDICTS,
} from '../../base/index.ts';
import {
  type JudgedLevel,
  type Network,
  nominalTime,
  type ProviderEffect,
  type ProviderEvent,
  type Report,
} from '../../core/index.ts';
import { BoundedCache } from '../execution/index.ts';
import type { Instruments } from './instruments.ts';

/** Seats of which it is remembered what this node did. */
const SEATS_MAX = 8192;
/** Executions under way that are timed. */
const RUNNING_MAX = 4096;
/** Reasons told apart; they are literals of the core, which this list need not repeat. */
const CODES_MAX = 128;
const OTHER = 'other';

/** How a seat of this node was used. */
export const TIMINGS = ['in-time', 'late', 'abstained', 'missed'] as const;
/** What an execution can end with. */
export const EXECUTION_RESULTS = ['ok', 'missing-input', ...ABSTENTION_REASONS] as const;

type Running = { readonly model: string; readonly startedAt: number };

/** Reports that count one each, and nothing else. */
const PLAIN = {
  committed: 'assay_commits_total',
  overruled: 'assay_overruled_total',
  unresolved: 'assay_unresolved_total',
  challenged: 'assay_challenges_total',
  promised: 'assay_promises_total',
  'subject-drawn': 'assay_claims_drawn_total',
} as const;

export class StepCounts {
  readonly #instruments: Instruments;
  readonly #running = new BoundedCache<Running>(RUNNING_MAX);
  readonly #seats = new BoundedCache<'revealed' | 'abstained'>(SEATS_MAX);
  readonly #codes = new Set<string>();
  #underWay = 0;
  #skew: { readonly seconds: number; readonly at: number } | undefined;

  constructor(instruments: Instruments) {
    this.#instruments = instruments;
  }

  /** Executions that the core asked for and that have not ended. */
  get executionsRunning(): number {
    return this.#underWay;
  }

  /** How far the clock was off when it last was too far, and when, ms of `performance.now`. */
  get skew(): { readonly seconds: number; readonly at: number } | undefined {
    return this.#skew;
  }

  /** Takes one step of the core. */
  take(
    { network, self }: { readonly network: Network; readonly self: NodeId },
    event: ProviderEvent,
    effects: readonly ProviderEffect[],
  ): void {
    this.#takeEvent(event);
    for (const effect of effects) {
      if (effect.kind === 'judge' && event.kind === 'message-received') {
        this.#takeVerdict(event.decoded.message, effect, network);
      }
      if (effect.kind === 'persist') this.#takeRecord(effect);
      if (effect.kind === 'execute') {
        const model = network.modelById.get(effect.model)?.name ?? OTHER;
        this.#running.set(String(effect.id), { model, startedAt: performance.now() }, 1);
        this.#underWay += 1;
      }
      if (effect.kind === 'report') this.#takeReport(effect.report, self);
    }
  }

  #takeEvent(event: ProviderEvent): void {
    if (event.kind !== 'execution-finished' && event.kind !== 'execution-failed') return;
    this.#underWay = Math.max(0, this.#underWay - 1);
    const running = this.#running.get(String(event.id));
    if (running === undefined) return;
    const { model, startedAt } = running;
    const result = event.kind === 'execution-finished' ? 'ok' : event.reason;
    this.#instruments.count('assay_executions_total', { model, result });
    const seconds = (performance.now() - startedAt) / 1000;
    this.#instruments.measure('assay_execution_duration_seconds', { model }, seconds);
  }

  #takeVerdict(
    message: (ProviderEvent & { kind: 'message-received' })['decoded']['message'],
    { verdict, code }: ProviderEffect & { kind: 'judge' },
    network: Network,
  ): void {
    const { type } = message;
    this.#instruments.count('assay_messages_judged_total', { type, verdict });
    if (verdict !== 'accept') {
      this.#instruments.count('assay_refusals_total', { verdict, code: this.#code(code) });
    } else if (message.type === 'beacon') {
      const dueMs = nominalTime(network, message.round);
      const seconds = Math.max(0, Date.now() - dueMs) / 1000;
      this.#instruments.measure('assay_beacon_delay_seconds', {}, seconds);
    }
  }

  #takeRecord({ record }: ProviderEffect & { kind: 'persist' }): void {
    this.#instruments.count('assay_guard_records_total', { kind: record.kind });
    if (record.kind !== 'abstain') return;
    this.#instruments.count('assay_abstentions_total', { reason: record.reason });
    this.#seats.set(seatKey(record.subject, record.level), 'abstained', 1);
  }

  #takeReport(report: Report, self: NodeId): void {
    const { kind } = report;
    switch (kind) {
      case 'batch-acked':
      case 'batch-sealed':
      case 'batch-void':
        return this.#instruments.count('assay_batches_total', { event: kind.slice(6) });
      case 'level-started':
        return this.#instruments.count('assay_levels_total', { level: String(report.level) });
      case 'revealed':
        this.#seats.set(seatKey(report.subject, report.level), 'revealed', 1);
        return this.#instruments.count('assay_reveals_total', { verdict: report.verdict });
      case 'certified':
        return this.#instruments.count('assay_certificates_total', { verdict: report.verdict });
      case 'decided':
        return this.#instruments.count('assay_finals_total', { verdict: report.verdict });
      case 'evidence-found':
        return this.#instruments.count('assay_evidence_total', {}, report.guilty.length);
      case 'fault':
        return this.#instruments.count('assay_faults_total', { code: this.#code(report.code) });
      case 'clock-skewed':
        this.#skew = { seconds: report.skewMs / 1000, at: performance.now() };
        return;
      case 'set-proposed':
      case 'set-confirmed':
      case 'set-changed':
      case 'set-behind':
      case 'set-forked':
        return this.#instruments.count('assay_set_events_total', { event: kind.slice(4) });
      case 'settlement-agreed':
        return this.#instruments.count('assay_settlements_total', {});
      case 'closed':
        for (const level of report.judged.levels) this.#takeSeat(report.subject, level, self);
        return;
      default:
        return this.#instruments.count(PLAIN[kind], {});
    }
  }

  #takeSeat(subject: Subject, level: JudgedLevel, self: NodeId): void {
    if (!level.committee.indexOf.has(self)) return;
    const did = this.#seats.get(seatKey(subject, level.level));
    const timing = timingOf(level, { self, did });
    this.#instruments.count('assay_votes_total', { timing });
  }

  #code(code: string): string {
    if (this.#codes.has(code)) return code;
    if (this.#codes.size >= CODES_MAX) return OTHER;
    this.#codes.add(code);
    return code;
  }
}

/** How a seat was used, as seen when its claim closed. */
export function timingOf(
  { votes, certified }: Pick<JudgedLevel, 'votes' | 'certified'>,
  { self, did }: { readonly self: NodeId; readonly did: 'revealed' | 'abstained' | undefined },
): (typeof TIMINGS)[number] {
  const isCounted =
    votes.some(({ holder }) => holder === self) ||
    certified.some(({ holders }) => holders.includes(self));
  if (isCounted) return 'in-time';
  if (did === undefined) return 'missed';
  return did === 'revealed' ? 'late' : 'abstained';
}

/** Sets counters to zero whose labels are known, so that rates have a beginning. */
export function beginAtZero(instruments: Instruments, network: Network): void {
  for (const verdict of VERDICTS) {
    instruments.count('assay_reveals_total', { verdict }, 0);
    instruments.count('assay_certificates_total', { verdict }, 0);
    instruments.count('assay_finals_total', { verdict }, 0);
  }
  for (const event of ['acked', 'sealed', 'void']) {
    instruments.count('assay_batches_total', { event }, 0);
  }
  for (const event of ['proposed', 'confirmed', 'changed', 'behind', 'forked']) {
    instruments.count('assay_set_events_total', { event }, 0);
  }
  instruments.count('assay_settlements_total', {}, 0);
  for (const timing of TIMINGS) instruments.count('assay_votes_total', { timing }, 0);
  for (const reason of ABSTENTION_REASONS) {
    instruments.count('assay_abstentions_total', { reason }, 0);
  }
  for (const level of network.parameters.levels.keys()) {
    instruments.count('assay_levels_total', { level: String(level) }, 0);
  }
  for (const { name: model } of network.models) {
    for (const result of EXECUTION_RESULTS) {
      instruments.count('assay_executions_total', { model, result }, 0);
    }
  }
  instruments.count('assay_evidence_total', {}, 0);
  for (const name of Object.values(PLAIN)) instruments.count(name, {}, 0);
}

function seatKey(subject: Subject, level: number): string {
  return `${subjectKey(subject)}/${level}`;
}
