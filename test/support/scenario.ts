/**
 * The commands of protocol scenarios in `test/data`: each drives a cluster of real cores, and
 * prints what they report. Nodes are v1, v2, … and p1, …; batches b1, b2, … as they appear.
 */
import { assert, type BatchId, type Subject, subjectKey } from '../../src/base/index.ts';
import {
  type JudgedSubject,
  type Report,
  type SubjectSnapshot,
  settle,
  uniteJudged,
} from '../../src/core/index.ts';
import { batchId } from '../../src/wire/index.ts';
import { Cluster, type ClusterNode, type DeliveryRule, type Execution } from './cluster.ts';
import { isOutputName, MODEL, OTHER_MODEL, TEST_PARAMETERS } from './cluster-network.ts';
import type { Command } from './data-driven.ts';
import { forgeries } from './forgery.ts';

/** Reports that are printed; the others only repeat them. */
const SILENT = new Set(['subject-drawn', 'promised']);

export class Scenario {
  #cluster: Cluster | undefined;
  readonly #batches = new Map<string, string>();
  #printed = 0;
  #judged = 0;

  /** Runs a command and returns the lines that it prints. */
  run(command: Command): readonly string[] {
    const handler = this.#handlers[command.name];
    assert(handler !== undefined, `${command.at}: there is a command ${command.name}`);
    return handler(command);
  }

  get #world(): Cluster {
    assert(this.#cluster !== undefined, 'a scenario begins with a network');
    return this.#cluster;
  }

  readonly #handlers: Readonly<Record<string, (command: Command) => readonly string[]>> = {
    network: (command) => this.#network(command),
    answer: (command) => this.#answer(command),
    execution: ({ words, values }) => {
      for (const node of this.#nodes(words)) configure(node, values);
      return [];
    },
    deliver: (command) => this.#deliver(command),
    heal: () => {
      this.#world.rules.splice(0);
      return [];
    },
    release: () => {
      this.#world.release();
      return this.#news();
    },
    beacon: ({ words, values }) => {
      for (const r of words) this.#world.setBeaconTime(Number(r), numberOf(values, 'at', 0));
      return [];
    },
    clock: ({ words, values }) => {
      const offsetMs = numberOf(values, 'offset', 0);
      for (const { name } of this.#nodes(words)) this.#world.adjustClock(name, offsetMs);
      return [];
    },
    run: ({ values }) => {
      const { roundMs } = this.#world.network.parameters;
      this.#world.runUntil(Math.round(numberOf(values, 'until', 0) * roundMs));
      return this.#news();
    },
    crash: ({ words, values }) => {
      const after = values.get('after');
      for (const node of this.#nodes(words)) {
        if (after === undefined) this.#world.crash(node.name);
        else node.crashAfter = node.effectCount + Number(after);
      }
      return [];
    },
    restart: ({ words }) => {
      for (const { name } of this.#nodes(words)) this.#world.restart(name);
      return this.#news();
    },
    forge: (command) => this.#forge(command),
    query: (command) => this.#query(command),
    subjects: ({ words }) => this.#subjects(words),
    decisions: () => this.#decisions(),
    judgements: () => this.#judgements(),
    guard: ({ words }) =>
      this.#nodes(words).flatMap(({ name, guard }) =>
        guard.map((record) => `${name} ${this.#named(record)}`),
      ),
    evidence: () =>
      this.#world.validators
        .filter(({ core }) => core !== undefined)
        .map((node) => {
          const guilty = [...node.validator.evidence.keys()].map((id) => this.#world.nameOf(id));
          return `${node.name} convicts ${guilty.join(' ') || 'nobody'}`;
        }),
    settle: ({ words }) => this.#settle(words),
  };

  #network({ values }: Command): readonly string[] {
    this.#batches.clear();
    this.#printed = 0;
    this.#judged = 0;
    const parameters = {
      ...(values.has('levels') ? { levels: numbersOf(values.get('levels')) } : {}),
      slashSeats: numberOf(values, 'slashSeats', TEST_PARAMETERS.slashSeats),
    };
    this.#cluster = new Cluster({
      seed: values.get('seed') ?? '',
      crypto: values.get('crypto') === 'real' ? 'real' : 'stand-in',
      stakes: numbersOf(values.get('stakes')),
      nicheCount: numberOf(values, 'niche', 0),
      providers: numberOf(values, 'providers', 1),
      providerStake: BigInt(values.get('providerStake') ?? 100_000_000),
      isProviderValidator: values.get('provider') === 'v1',
      ablated: values.get('ablated')?.split(',') ?? [],
      parameters,
    });
    return [];
  }

  #answer({ words, values }: Command): readonly string[] {
    const output = values.get('output') ?? 'right';
    assert(isOutputName(output), `${output} is an output`);
    const before = this.#world.answers.length;
    for (const { name } of this.#nodes(words)) {
      for (let i = 0; i < numberOf(values, 'count', 1); i++) {
        this.#world.answer(name, {
          output,
          assuranceClass: values.get('class') ?? 'full',
          executionClass: values.get('executionClass') ?? 'test/cpu',
          model: values.get('model') === 'niche' ? OTHER_MODEL : MODEL,
        });
      }
    }
    const promises = this.#world.answers
      .slice(before)
      .map(({ promise }) => `promised round ${promise.round} index ${promise.index}`);
    return [...promises, ...this.#news()];
  }

  #deliver({ words, values }: Command): readonly string[] {
    const [action] = words;
    const delayMs = numberOf(values, 'delay', 0);
    const rule: DeliveryRule = {
      action: action === 'drop' || action === 'hold' ? action : { delayMs },
      ...(values.has('kind') ? { kind: values.get('kind') ?? '' } : {}),
      ...(values.has('from') ? { from: this.#expand(values.get('from')) } : {}),
      ...(values.has('to') ? { to: this.#expand(values.get('to')) } : {}),
    };
    this.#world.rules.push(rule);
    return [];
  }

  #forge({ words, values }: Command): readonly string[] {
    const [what = '', by = ''] = words;
    const to = values.has('to') ? this.#expand(values.get('to')) : undefined;
    const forge = forgeries[what];
    assert(forge !== undefined, `there is a forgery ${what}`);
    const messages = forge(this.#world, this.#world.node(by), values);
    for (const message of messages) this.#world.inject(message, to);
    return this.#news();
  }

  #query({ words }: Command): readonly string[] {
    const [asked = '', name = 'b1', index] = words;
    const batch = [...this.#batches].find(([, known]) => known === name)?.[0];
    assert(batch !== undefined, `there is a batch ${name}`);
    const found = this.#world.ask(asked, {
      type: 'query',
      batch: batch as BatchId,
      ...(index === undefined ? {} : { index: Number(index) }),
    });
    return found.map((message) =>
      message.type === 'bundle'
        ? `bundle of ${this.#world.nameOf(message.validator)}: ` +
          message.entries.map(({ entry }) => entry.kind).join(' ')
        : message.type,
    );
  }

  /** What happened since the last command; the same news of several nodes in one line. */
  #news(): readonly string[] {
    const lines = new Map<string, { from: number; to: number; nodes: string[] }>();
    for (const { at, node, report } of this.#world.reports.slice(this.#printed)) {
      if (SILENT.has(report.kind)) continue;
      const text = this.#text(report);
      const line = lines.get(text) ?? { from: at, to: at, nodes: [] };
      line.to = at;
      if (!line.nodes.includes(node)) line.nodes.push(node);
      lines.set(text, line);
    }
    this.#printed = this.#world.reports.length;
    return [...lines].map(([text, { from, to, nodes }]) => {
      const time = from === to ? `${from}` : `${from}-${to}`;
      return `${time} ${ranged(nodes)}: ${text}`;
    });
  }

  #text(report: Report): string {
    const world = this.#world;
    switch (report.kind) {
      case 'certified': {
        const names = ranged(report.holders.map((id) => world.nameOf(id)));
        return `certified ${this.#place(report)} ${report.verdict} by ${names}`;
      }
      case 'challenged':
        return `challenged ${this.#place(report)} by ${world.nameOf(report.challenger)}`;
      case 'evidence-found':
        return `evidence against ${report.guilty.map((id) => world.nameOf(id)).join(' ')}`;
      case 'fault':
        return `fault ${report.code} of ${world.nameOf(report.from)}`;
      case 'closed':
        return `closed ${this.#subject(report.subject)}`;
      default:
        return this.#named(report);
    }
  }

  /** A record as text: its kind, then whatever names a place or a verdict. */
  #named(record: object & { readonly kind: string }): string {
    const parts = [record.kind];
    if ('batch' in record) parts.push(this.#batch(String(record.batch)));
    if ('subject' in record) parts.push(this.#subject(record.subject as Subject));
    for (const key of ['level', 'verdict', 'reason', 'skewMs'] as const) {
      const value = (record as Record<string, unknown>)[key];
      if (value !== undefined) parts.push(key === 'level' ? `level ${value}` : `${value}`);
    }
    return parts.join(' ');
  }

  #place({ subject, level }: { subject: Subject; level: number }): string {
    return `${this.#subject(subject)} level ${level}`;
  }

  #subject({ batch, index }: Subject): string {
    return `${this.#batch(batch)}/${index}`;
  }

  #batch(id: string): string {
    const known = this.#batches.get(id) ?? `b${this.#batches.size + 1}`;
    this.#batches.set(id, known);
    return known;
  }

  #subjects(words: readonly string[]): readonly string[] {
    return this.#nodes(words).flatMap((node) =>
      node.validator.snapshot().subjects.flatMap((s) => [
        `${node.name} ${this.#subject(s.subject)} ${statusOf(s)}`,
        ...s.levels.map((level) => {
          const { committee } = level;
          const names = committee.holders.map(
            (id, i) => `${this.#world.nameOf(id)}:${committee.weights[i]}`,
          );
          const votes = level.revealed.map(
            ({ holder, verdict }) => `${this.#world.nameOf(holder)} ${verdict}`,
          );
          return (
            `  level ${level.level} by ${committee.unit} ${names.join(' ')}; ` +
            `quorum ${committee.quorum} of ${committee.weight}; own part ${level.own}; ` +
            `${level.committed.length} committed; votes ${votes.join(', ') || 'none'}`
          );
        }),
      ]),
    );
  }

  #decisions(): readonly string[] {
    const byText = new Map<string, string[]>();
    for (const { name, core } of this.#world.nodes) {
      if (core === undefined) continue;
      for (const s of core.snapshot().subjects) {
        const text = `${this.#subject(s.subject)} ${statusOf(s)}`;
        byText.set(text, [...(byText.get(text) ?? []), name]);
      }
    }
    return [...byText].map(([text, names]) => `${ranged(names)}: ${text}`);
  }

  #judgements(): readonly string[] {
    const counts = new Map<string, number>();
    for (const { verdict, code } of this.#world.judged.slice(this.#judged)) {
      const text = `${verdict} ${code}`;
      counts.set(text, (counts.get(text) ?? 0) + 1);
    }
    this.#judged = this.#world.judged.length;
    return [...counts].sort().map(([text, count]) => `${text}: ${count}`);
  }

  /** Settles by what the nodes named know together. */
  #settle(words: readonly string[]): readonly string[] {
    const nodes = this.#nodes(words);
    const [node] = nodes;
    assert(node !== undefined, 'somebody knows what is settled');
    const judged = new Map<string, JudgedSubject>();
    for (const subject of nodes.flatMap(({ validator }) => validator.judged())) {
      const key = subjectKey(subject.subject);
      const known = judged.get(key);
      judged.set(key, known === undefined ? subject : uniteJudged(known, subject));
    }
    const { published, network } = this.#world;
    const headers = published.flatMap(({ message }) =>
      message.type === 'header' ? [message] : [],
    );
    const sealed = node.validator
      .snapshot()
      .batches.filter(({ isSealed }) => isSealed)
      .flatMap(({ id }) => headers.find((header) => batchId(header) === id) ?? []);
    const { movements, pool, burned } = settle({
      network,
      sealed,
      subjects: [...judged.values()],
      guilty: node.validator.evidence.keys(),
    });
    return [
      ...movements.map(
        ({ account, reason, amount }) => `${this.#world.nameOf(account)} ${reason} ${amount}`,
      ),
      `pool ${pool} burned ${burned}`,
    ];
  }

  #nodes(words: readonly string[]): readonly ClusterNode[] {
    return words.flatMap((word) => this.#expand(word)).map((name) => this.#world.node(name));
  }

  /** `v1-v3,p1` as names. */
  #expand(text = ''): readonly string[] {
    return text.split(',').flatMap((part) => {
      const range = /^([a-z])(\d+)-[a-z]?(\d+)$/.exec(part);
      if (range === null) return [part];
      const [first, last] = [Number(range[2]), Number(range[3])];
      return Array.from({ length: last - first + 1 }, (_, i) => `${range[1]}${first + i}`);
    });
  }
}

function statusOf({ decision, isUnresolved, current }: SubjectSnapshot): string {
  if (decision !== undefined) return `${decision.verdict} at level ${decision.level}`;
  return isUnresolved ? 'unresolved' : `open at level ${current}`;
}

function configure(node: ClusterNode, values: ReadonlyMap<string, string>): void {
  node.executionMs = numberOf(values, 'ms', node.executionMs);
  node.executionClass = values.get('class') ?? node.executionClass;
  node.canFetch = (values.get('fetch') ?? 'yes') === 'yes';
  const output = values.get('output');
  if (output !== undefined) {
    assert(isOutputName(output), `${output} is an output`);
    node.execution = { output };
  }
  const fails = values.get('fails');
  if (fails === 'never') node.execution = 'never';
  else if (fails !== undefined) node.execution = { fails } as Execution;
}

function numberOf(values: ReadonlyMap<string, string>, key: string, otherwise: number): number {
  return Number(values.get(key) ?? otherwise);
}

function numbersOf(text = ''): readonly number[] {
  return text.split(',').flatMap((part) => {
    const [value, times = '1'] = part.split('x');
    return Array.from({ length: Number(times) }, () => Number(value));
  });
}

/** v1 v2 v3 p1 as `v1-v3 p1`. */
function ranged(names: readonly string[]): string {
  const sorted = [...names].sort((a, b) =>
    a[0] === b[0] ? Number(a.slice(1)) - Number(b.slice(1)) : a < b ? 1 : -1,
  );
  const parts: string[][] = [];
  for (const name of sorted) {
    const last = parts.at(-1)?.at(-1);
    const isNext = last?.[0] === name[0] && Number(last?.slice(1)) + 1 === Number(name.slice(1));
    if (isNext) parts.at(-1)?.push(name);
    else parts.push([name]);
  }
  return parts
    .map((part) => (part.length > 2 ? `${part[0]}-${part.at(-1)}` : part.join(' ')))
    .join(' ');
}
