/**
 * Judges a network of real nodes by their event logs, with the invariants that the simulator
 * asserts (`src/invariants`). Knows the network file and who is honest; needs no key.
 *
 * What was sent is told twice: by the log of who said it, and by the logs of who heard it. So a
 * node that forgets what it signed is found out, however it came to forget.
 */
import {
  type NodeId,
  type Round,
  type Subject,
  sha256,
  subjectKey,
  timeMs,
} from '../../base/index.ts';
import {
  checkStep,
  Draws,
  levelRounds,
  type Network,
  type Report,
  SetChain,
  verifyCertificate,
} from '../../core/index.ts';
import { type Crypto, realCrypto } from '../../crypto/index.ts';
import {
  type Actor,
  Checker,
  Committees,
  checkDecided,
  checkOneVerdict,
  type InvariantViolation,
  isLivenessPromised,
} from '../../invariants/index.ts';
import { type Decoded, decodeMessage, type Message, type StepMessage } from '../../wire/index.ts';
import { rememberBeacons } from '../beacon/index.ts';
import type { Decode, EventLogHead, ToldEffect } from '../runner/index.ts';
import { type LogEntry, mergeLogs, readNodeLog } from './node-log.ts';

/** A node whose log is read. */
export type AuditedNode = { readonly name: string; readonly id: NodeId; readonly path: string };

export type AuditOptions = {
  readonly network: Network;
  readonly nodes: readonly AuditedNode[];
  /** Who does not keep to the protocol, on purpose. */
  readonly dishonest: ReadonlySet<NodeId>;
  /** Nodes whose clocks were made wrong. */
  readonly skewed: ReadonlySet<NodeId>;
  /** What is drawn from here on, Unix ms, has to be decided by all nodes that are up. */
  readonly calmAtMs: number;
  /** Nodes that are up at the end. */
  readonly up: ReadonlySet<NodeId>;
};

/** What the logs say. */
export type Audit = {
  readonly steps: number;
  readonly lives: number;
  readonly checks: number;
  readonly certificates: number;
  /** Drawn leaves: decided by all nodes that know them, by some, and without a verdict. */
  readonly subjects: {
    readonly drawn: number;
    readonly decided: number;
    readonly unresolved: number;
  };
  readonly violations: readonly Finding[];
  /** Broken promises that are void because of a fault, by invariant. */
  readonly excused: ReadonlyMap<string, number>;
};

/** An invariant that did not hold: how often, and the first time. */
export type Finding = {
  readonly invariant: string;
  readonly count: number;
  readonly detail: string;
};

type Ending = { readonly kind: 'decided' | 'unresolved' };
type Known = {
  readonly subject: Subject;
  drawnAtMs: number;
  readonly endings: Map<NodeId, Ending>;
};

/** Reports wait this long for what other logs say of the time before: clocks differ. */
const REPORT_DELAY_MS = 60_000;
/** Messages that are decoded once for all logs. */
const DECODED_MAX = 8_192;

/** Reads the logs of a network and judges them. Does not throw violations, it lists them. */
export async function auditLogs(options: AuditOptions): Promise<Audit> {
  const auditor = new Auditor(options);
  const decode = rememberedDecode();
  const logs = new Map(
    options.nodes.map((node, index) => [
      { id: node.id, index, isHonest: !options.dishonest.has(node.id) },
      readNodeLog(node.path, decode),
    ]),
  );
  for await (const [actor, entry] of mergeLogs<Actor>(logs)) auditor.take(actor, entry);
  return auditor.end();
}

class Auditor {
  readonly #options: AuditOptions;
  readonly #checker: Checker;
  readonly #committees: Committees;
  readonly #crypto: Crypto = rememberBeacons(realCrypto);
  readonly #chain: SetChain;
  readonly #randomness = new Map<Round, Uint8Array>();
  readonly #known = new Map<string, Known>();
  readonly #verified = new WeakSet<Message>();
  readonly #watermarks = new Map<NodeId, number>();
  readonly #lives = new Map<NodeId, number>();
  readonly #torn = new Map<NodeId, number>();
  readonly #findings = new Map<string, { count: number; detail: string }>();
  #reports: { readonly actor: Actor; readonly report: Report; readonly atMs: number }[] = [];
  #steps = 0;
  #certificates = 0;

  constructor(options: AuditOptions) {
    this.#options = options;
    const { network, dishonest, skewed, nodes } = options;
    const truth = { isHonest: (id: NodeId) => !dishonest.has(id) };
    this.#chain = new SetChain(new Draws(network));
    this.#committees = new Committees({
      sets: () => this.#chain,
      truth,
      randomnessOf: (round) => this.#randomness.get(round),
    });
    this.#checker = new Checker({
      committees: this.#committees,
      truth,
      faults: { isForgetful: () => false, isClockWrong: (id) => skewed.has(id) },
      isLenient: true,
      nodeCount: nodes.length,
      onViolation: (violation) => this.#note(violation),
    });
  }

  take(actor: Actor, entry: LogEntry): void {
    if (entry.kind === 'unreadable') return void add(this.#torn, actor.id);
    if (entry.kind === 'head') return this.#begin(actor, entry.head);
    this.#steps += 1;
    const { event, ran, atMs } = entry;
    if (event.kind === 'message-received') {
      const isAccepted = ran.some(
        (effect) => effect.kind === 'judge' && effect.verdict === 'accept',
      );
      if (isAccepted) this.#hear(event.decoded.message);
    }
    for (const effect of ran) this.#observe(actor, effect, entry);
    this.#judgeReports(atMs - REPORT_DELAY_MS);
  }

  end(): Audit {
    this.#judgeReports(Number.POSITIVE_INFINITY);
    const checker = this.#checker;
    checker.checkHeard();
    checkOneVerdict(checker, this.#committees, (key) => this.#known.get(key)?.subject);
    this.#checkLiveness();
    for (const { id, name } of this.#options.nodes) {
      const torn = this.#torn.get(id) ?? 0;
      const lives = this.#lives.get(id) ?? 0;
      checker.hold(lives > 0 && torn < lives + 1, 'logs-readable', () => {
        return `${name}: ${lives} starts, ${torn} lines that cannot be read`;
      });
    }
    const endings = [...this.#known.values()].map(({ endings }) => [...endings.values()]);
    const isDecided = (all: readonly Ending[]): boolean =>
      all.some(({ kind }) => kind === 'decided');
    return {
      steps: this.#steps,
      lives: [...this.#lives.values()].reduce((sum, count) => sum + count, 0),
      checks: checker.checkCount,
      certificates: this.#certificates,
      subjects: {
        drawn: endings.length,
        decided: endings.filter(isDecided).length,
        unresolved: endings.filter((all) => all.length > 0 && !isDecided(all)).length,
      },
      violations: [...this.#findings].map(([invariant, found]) => ({ invariant, ...found })),
      excused: checker.excused,
    };
  }

  #begin({ id, isHonest }: Actor, { guard, watermark }: EventLogHead): void {
    add(this.#lives, id);
    const before = this.#watermarks.get(id) ?? 0;
    this.#watermarks.set(id, Math.max(before, watermark));
    if (!isHonest) return;
    // [GUARD-2] what was refused stays refused
    this.#checker.hold(watermark >= before, 'watermarks-monotone', () => {
      return `${id}: ${watermark} after ${before}`;
    });
    for (const record of guard) this.#checker.recall(id, record);
  }

  #observe(actor: Actor, effect: ToldEffect, { atMs }: LogEntry): void {
    if (effect.kind === 'judge') return;
    if (effect.kind === 'report') {
      this.#reports.push({ actor, report: effect.report, atMs });
      return;
    }
    if (effect.kind === 'publish') this.#learn(effect.message, actor.isHonest);
    this.#checker.observe(actor, effect, timeMs(atMs));
  }

  /** A message that an honest core accepted: its signatures are good. */
  #hear(message: Message): void {
    this.#learn(message, true);
    if (message.type === 'bundle') this.#checker.hear(message);
    if (message.type === 'beacon') this.#randomness.set(message.round, sha256(message.signature));
  }

  /** [SET-2] Steps come before the rounds that their sets serve. */
  #takeStep(step: StepMessage): void {
    const { head } = this.#chain;
    const { number } = step.body;
    // [SET-1] of two epochs of one step the earlier one counts
    const isEarlier = number === head.number && step.epoch < head.epoch;
    const before = isEarlier ? this.#chain.link(number - 1) : head;
    if (before === undefined || number !== before.number + 1) return;
    const checked = checkStep(this.#crypto, before, step);
    this.#checker.hold(checked.kind === 'valid', 'steps-verify', () => {
      return checked.kind === 'valid' ? '' : `${checked.check} of step ${step.body.number}`;
    });
    if (checked.kind === 'invalid') return;
    if (isEarlier) this.#chain.replaceHead(checked.link);
    else this.#chain.append(checked.link);
  }

  #learn(message: Message, isPromised: boolean): void {
    if (message.type === 'step' && isPromised) this.#takeStep(message);
    if (message.type === 'header') this.#committees.note(message);
    if (message.type === 'openings' || message.type === 'certificate') {
      this.#committees.note(message.header);
    }
    if (message.type !== 'certificate' || !isPromised || this.#verified.has(message)) return;
    this.#verified.add(message);
    this.#certificates += 1;
    const { network } = this.#chain.at(message.header.round).state;
    const check = verifyCertificate(network, this.#crypto, message);
    this.#checker.hold(check.kind === 'valid', 'certificates-verify', () => {
      return check.kind === 'valid' ? '' : `${check.check} of a certificate of ${message.verdict}`;
    });
  }

  #judgeReports(untilMs: number): void {
    let done = 0;
    for (const { actor, report, atMs } of this.#reports) {
      if (atMs > untilMs) break;
      done += 1;
      if (actor.isHonest) this.#judgeReport(actor, report, atMs);
    }
    if (done > 0) this.#reports = this.#reports.slice(done);
  }

  #judgeReport(actor: Actor, report: Report, atMs: number): void {
    this.#checker.observe(actor, { kind: 'report', report }, timeMs(atMs));
    if (report.kind === 'evidence-found') {
      const honest = report.guilty.filter((id) => !this.#options.dishonest.has(id));
      this.#checker.hold(honest.length === 0, 'no-honest-slashed', () => {
        return `${honest.join(', ')} convicted by evidence`;
      });
    }
    if (!('subject' in report)) return;
    const known = this.#knownOf(report.subject, atMs);
    if (report.kind === 'subject-drawn') known.drawnAtMs = Math.min(known.drawnAtMs, atMs);
    if (report.kind === 'decided' || report.kind === 'unresolved') {
      known.endings.set(actor.id, { kind: report.kind });
    }
  }

  #knownOf(subject: Subject, atMs: number): Known {
    const key = subjectKey(subject);
    const known = this.#known.get(key) ?? { subject, drawnAtMs: atMs, endings: new Map() };
    this.#known.set(key, known);
    return known;
  }

  /** What is drawn while nothing is wrong gets a verdict, at every validator that is up. */
  #checkLiveness(): void {
    const { up, calmAtMs, dishonest } = this.#options;
    const isUp = (id: NodeId): boolean => up.has(id) && !dishonest.has(id);
    for (const [key, { subject, drawnAtMs, endings }] of this.#known) {
      const round = this.#committees.header(subject.batch)?.round ?? 0;
      const { network } = this.#chain.at(round).state;
      if (!isLivenessPromised(network, isUp)) continue;
      const observers = network.validators.filter(({ id }) => isUp(id));
      if (drawnAtMs < calmAtMs) {
        // cut off or not: in the end every validator knows of an end
        this.#checker.hold(endings.size > 0, 'every-drawn-leaf-ends', () => key);
        continue;
      }
      checkDecided(this.#checker, key, () =>
        observers.every(({ id }) => endings.get(id)?.kind === 'decided'),
      );
    }
  }

  #note({ invariant, detail }: InvariantViolation): void {
    const found = this.#findings.get(invariant) ?? { count: 0, detail };
    this.#findings.set(invariant, { ...found, count: found.count + 1 });
  }
}

/**
 * Rounds from a batch to the last verdict that its leaves can get: sampling, all levels up to the
 * whole pool, and a round to spare.
 */
export function endingRounds(network: Network): number {
  const { levels } = network.parameters;
  const whole = levels.findIndex((seats) => seats >= network.validators.length);
  const levelCount = whole < 0 ? levels.length : whole + 1;
  return SAMPLING_ROUNDS + levelCount * levelRounds(network) + 1;
}

/** [SAMPLE-1] Rounds from a batch to the beacon that draws from it. */
const SAMPLING_ROUNDS = 2;

function add(counts: Map<NodeId, number>, id: NodeId): void {
  counts.set(id, (counts.get(id) ?? 0) + 1);
}

/** Decodes each message once, as long as it is of the latest ones. */
function rememberedDecode(): Decode {
  const known = new Map<string, Decoded>();
  return (bytes) => {
    const key = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
    const before = known.get(key);
    if (before !== undefined) return { kind: 'ok', decoded: before };
    const result = decodeMessage(bytes);
    if (result.kind !== 'ok') return result;
    if (known.size >= DECODED_MAX) {
      const [oldest] = known.keys();
      if (oldest !== undefined) known.delete(oldest);
    }
    known.set(key, result.decoded);
    return result;
  };
}
