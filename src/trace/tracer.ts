/**
 * Turns what a driver sees of cores - events that go in, effects that come out - into records. The
 * simulator and the node use the same tracer, as they use the same cores.
 *
 * It only reads: a run with a trace and one without take the same steps. What it remembers is
 * bounded, so that it can run in a node for months.
 */
import type { Measurement, NodeId, Round, Subject } from '../base/index.ts';
import type { ProviderEffect, ProviderEvent, Report, SetChain } from '../core/index.ts';
import type { Crypto } from '../crypto/index.ts';
import type { BundleMessage, Decoded } from '../wire/index.ts';
import { TracedCommittees } from './committees.ts';
import { contentOf } from './content.ts';
import { Distances, type LevelPlace } from './distances.ts';
import { type NodeEntry, NodeNames } from './names.ts';
import { Recent } from './recent.ts';
import type {
  MessageNumber,
  MessageRecord,
  MovementRecord,
  NodeNumber,
  ReportRecord,
  StartRecord,
  TraceRecord,
  TraceTime,
  WorkRecord,
} from './records.ts';

/** Work under way that is remembered. */
const WORK_MAX = 65_536;

/** An event of a core, with or without its time: the trace has its own. */
export type TracedEvent = ProviderEvent extends infer E
  ? E extends ProviderEvent
    ? Omit<E, 'now'>
    : never
  : never;

export type TracerOptions = {
  /** [SET-2] The validator sets, as far as they are known now. */
  readonly sets: () => SetChain;
  readonly crypto: Crypto;
  /** Randomness of a beacon round that was verified. */
  readonly randomnessOf: (round: Round) => Uint8Array | undefined;
  /** Where records go, in order of time. */
  readonly emit: (record: TraceRecord) => void;
  /** Number of the first message, 0 by default. */
  readonly firstMessage?: MessageNumber;
};

/** Where a message goes, if not to all. */
export type Destination = { readonly to?: NodeNumber; readonly shard?: number };

export class Tracer {
  readonly names: NodeNames;
  readonly committees: TracedCommittees;
  readonly #options: TracerOptions;
  readonly #distances: Distances;
  readonly #messages = new WeakMap<Decoded, MessageNumber>();
  readonly #work = new Recent<unknown, number>(WORK_MAX);
  #nextMessage: MessageNumber;
  #workCount = 0;
  #at: TraceTime = 0;

  constructor(options: TracerOptions) {
    const { sets, randomnessOf, emit, firstMessage = 0 } = options;
    // models and parameters are the same for all sets
    const { network } = sets().genesis.state;
    this.#options = options;
    this.#nextMessage = firstMessage;
    this.names = new NodeNames((node, entry) => {
      emit({ kind: 'node', at: this.#at, node, ...entry });
    });
    this.committees = new TracedCommittees({
      sets,
      randomnessOf,
      names: this.names,
      tell: (record) => emit({ ...record, at: this.#at }),
    });
    this.#distances = new Distances({
      manifestOf: ({ batch }) => {
        const header = this.committees.header(batch);
        return header && network.modelById.get(header.model);
      },
      sketchSize: network.parameters.sketchSize,
      tell: ({ subject, level, validator, distance }) =>
        emit({
          ...{ kind: 'distance', at: this.#at, ...subject, level, node: this.names.of(validator) },
          ...(distance === undefined ? {} : { distance }),
        }),
    });
  }

  /** Begins the trace. */
  start(record: Omit<StartRecord, 'kind'>): void {
    this.#at = record.at;
    this.#options.emit({ kind: 'start', ...record });
  }

  /** Adds a node; its number is the next one. */
  node(at: TraceTime, entry: NodeEntry): NodeNumber {
    this.#at = at;
    return this.names.add(entry);
  }

  link(at: TraceTime, { a, b, isUp }: { a: NodeNumber; b: NodeNumber; isUp: boolean }): void {
    this.#options.emit({ kind: 'link', at, a, b, isUp });
  }

  state(at: TraceTime, node: NodeNumber, isUp: boolean): void {
    this.#options.emit({ kind: 'state', at, node, isUp });
  }

  /** A fault begins or ends. @param nodes whom it strikes, if any */
  fault(
    at: TraceTime,
    { what, isOver, nodes }: { what: string; isOver: boolean; nodes?: readonly NodeNumber[] },
  ): void {
    this.#options.emit({ kind: 'fault', at, what, isOver, ...(nodes ? { nodes } : {}) });
  }

  movement(at: TraceTime, movement: Omit<MovementRecord, 'kind' | 'at'>): void {
    this.#options.emit({ kind: 'movement', at, ...movement });
  }

  /** A node says a message for the first time. */
  said(at: TraceTime, node: NodeNumber, decoded: Decoded, { to, shard }: Destination = {}): void {
    this.#at = at;
    const { message, bytes } = decoded;
    const number = this.#nextMessage;
    this.#nextMessage += 1;
    this.#messages.set(decoded, number);
    const { names, committees } = this;
    const { crypto, sets } = this.#options;
    const content = contentOf(message, { names, committees, chain: sets(), crypto });
    const record: MessageRecord = {
      ...{ kind: 'message', at, message: number, node },
      ...(to === undefined ? {} : { to }),
      ...(shard === undefined ? {} : { shard }),
      ...{ bytes: bytes.length, content },
    };
    this.#options.emit(record);
    if (message.type === 'bundle') this.#reveals(message);
  }

  /** A message reached a node that has no core, or whose core does not take it. */
  reached(
    at: TraceTime,
    node: NodeNumber,
    delivery: { decoded: Decoded; from: string; verdict: 'accept' | 'ignore' | 'reject' },
  ): void {
    const message = this.#messages.get(delivery.decoded);
    if (message === undefined) return;
    this.#at = at;
    const from = this.names.of(delivery.from);
    this.#options.emit({ kind: 'delivery', at, message, node, from, verdict: delivery.verdict });
  }

  /** A core takes an event. @param effects what comes of it: says the verdict on a message */
  took(
    at: TraceTime,
    node: NodeNumber,
    event: TracedEvent,
    effects: readonly ProviderEffect[],
  ): void {
    this.#at = at;
    switch (event.kind) {
      case 'message-received': {
        const { decoded, from } = event;
        return this.reached(at, node, { decoded, from, verdict: verdictIn(effects) });
      }
      case 'execution-finished':
        return this.#ends(at, node, event.id);
      case 'execution-failed':
        return this.#ends(at, node, event.id, event.reason);
      case 'output-measured':
        return this.#measured(at, node, event);
      case 'answer-computed':
        return this.#ends(at, node, event.request);
      default:
    }
  }

  /** An effect of a core is run. What it says to others is told by `said`. */
  did(at: TraceTime, node: NodeNumber, effect: ProviderEffect): void {
    this.#at = at;
    switch (effect.kind) {
      case 'execute':
      case 'measure-output': {
        const { kind: what, id, subject, level } = effect;
        return this.begins(at, node, { what, of: id, ...subject, level });
      }
      case 'report':
        return this.#report(at, node, effect.report);
      default:
    }
  }

  /** Work begins. @param work.of the id or the object that its end names */
  begins(
    at: TraceTime,
    node: NodeNumber,
    { of, ...record }: Omit<WorkRecord, 'kind' | 'at' | 'node' | 'work'> & { readonly of: unknown },
  ): void {
    const work = this.#workCount;
    this.#workCount += 1;
    this.#work.set(typeof of === 'string' ? `${node}/${of}` : of, work);
    this.#options.emit({ kind: 'work', at, node, work, ...record });
  }

  #ends(at: TraceTime, node: NodeNumber, of: unknown, failure?: string): void {
    const work = this.#work.take(typeof of === 'string' ? `${node}/${of}` : of);
    if (work === undefined) return;
    this.#options.emit({ kind: 'done', at, node, work, ...(failure ? { failure } : {}) });
  }

  #measured(
    at: TraceTime,
    node: NodeNumber,
    { id, measurement }: TracedEvent & { kind: 'output-measured' },
  ): void {
    this.#ends(at, node, id, measurement === undefined ? 'missing-output' : undefined);
    const place = placeOf(id);
    if (measurement === undefined || place === undefined || !this.names.isHonest(node)) return;
    this.#distances.measured(place, measurement);
  }

  /** Whether the provider's measurement at a level is known. */
  hasOutput(place: LevelPlace): boolean {
    return this.#distances.isMeasured(place);
  }

  /** Takes the provider's measurement at a level, of an output that was fetched aside. */
  measured(at: TraceTime, place: LevelPlace, measurement: Measurement): void {
    this.#at = at;
    this.#distances.measured(place, measurement);
  }

  #reveals({ validator, entries }: BundleMessage): void {
    for (const { entry } of entries) {
      if (entry.kind !== 'reveal') continue;
      const { batch, index, level, measurement } = entry;
      this.#distances.revealed({ subject: { batch, index }, level }, { validator, measurement });
    }
  }

  #report(at: TraceTime, node: NodeNumber, report: Report): void {
    const told = this.#told(report);
    if (told === undefined) return;
    if (report.kind === 'level-started') this.committees.level(report.subject, report.level);
    this.#options.emit({ kind: 'report', at, node, ...told });
  }

  /** Commits, reveals and promises are told by the messages that carry them. */
  #told(report: Report): Omit<ReportRecord, 'kind' | 'at' | 'node'> | undefined {
    const { kind: what } = report;
    switch (what) {
      case 'committed':
      case 'revealed':
      case 'promised':
        return undefined;
      case 'batch-acked':
      case 'batch-sealed':
      case 'batch-void':
        return { what, batch: report.batch };
      case 'subject-drawn':
      case 'unresolved':
      case 'closed':
        return { what, ...report.subject };
      case 'level-started':
      case 'overruled':
        return { what, ...report.subject, level: report.level };
      case 'challenged': {
        const { subject, level, challenger } = report;
        return { what, ...subject, level, about: this.#numbers([challenger]) };
      }
      case 'certified': {
        const { subject, level, verdict, holders } = report;
        return { what, ...subject, level, verdict, about: this.#numbers(holders) };
      }
      case 'decided':
        return { what, ...report.subject, level: report.level, verdict: report.verdict };
      case 'evidence-found':
        return { what, about: this.#numbers(report.guilty) };
      case 'fault': {
        const blamed = this.names.find(report.from);
        return { what, code: report.code, ...(blamed === undefined ? {} : { about: [blamed] }) };
      }
      case 'clock-skewed':
        return { what, skewMs: report.skewMs };
      default:
        return { what };
    }
  }

  #numbers(ids: readonly NodeId[]): readonly NodeNumber[] {
    return ids.map((id) => this.names.of(id));
  }
}

function verdictIn(effects: readonly ProviderEffect[]): 'accept' | 'ignore' | 'reject' {
  for (const effect of effects) if (effect.kind === 'judge') return effect.verdict;
  return 'ignore';
}

/** The level that work is about: its id is `<kind>/<batch>/<index>/<level>`. */
function placeOf(id: string): LevelPlace | undefined {
  const [, batch, index, level] = id.split('/');
  if (batch === undefined || index === undefined || level === undefined) return undefined;
  return {
    subject: { batch: batch as Subject['batch'], index: Number(index) },
    level: Number(level),
  };
}
