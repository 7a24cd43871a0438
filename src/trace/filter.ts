/**
 * What of a trace is kept: by claim, node, time and kind, up to a number of records. What is left
 * out is counted, and the last record says how much it was.
 */
import type { EndRecord, MessageContent, TraceFilter, TraceRecord } from './records.ts';

/** Takes records until the trace ends. */
export interface TraceSink {
  write(record: TraceRecord): void;
}

export type GateOptions = {
  readonly filter?: TraceFilter;
  /** Records that are kept at the most; the network itself and the end come on top. */
  readonly recordsMax?: number;
  readonly sink: TraceSink;
};

/** Lets records pass that a filter keeps. */
export class TraceGate implements TraceSink {
  readonly #options: GateOptions;
  readonly #claims: ReadonlySet<string> | undefined;
  readonly #nodes: ReadonlySet<string> | undefined;
  /** Numbers of the nodes that the filter names. */
  readonly #numbers = new Set<number>();
  readonly #without: ReadonlySet<TraceRecord['kind']>;
  readonly #fromUs: number;
  readonly #toUs: number;
  readonly #isOpen: boolean;
  /** Messages and work that were kept: what refers to others is left out. */
  readonly #messages = new Set<number>();
  readonly #work = new Set<number>();
  #records = 0;
  #leftOut = 0;

  constructor(options: GateOptions) {
    this.#options = options;
    const { claims, nodes, fromMs, toMs, without } = options.filter ?? {};
    this.#claims = claims && new Set(claims);
    this.#nodes = nodes && new Set(nodes);
    this.#without = new Set(without);
    this.#fromUs = (fromMs ?? Number.NEGATIVE_INFINITY) * 1000;
    this.#toUs = (toMs ?? Number.POSITIVE_INFINITY) * 1000;
    this.#isOpen = options.filter === undefined;
  }

  /** Records that passed. */
  get records(): number {
    return this.#records;
  }

  get leftOut(): number {
    return this.#leftOut;
  }

  write(record: TraceRecord): void {
    if (this.#isKept(record)) {
      this.#records += 1;
      this.#options.sink.write(record);
    } else this.#leftOut += 1;
  }

  /** Ends the trace: the last record says what there is and what is missing. */
  end(end: Omit<EndRecord, 'kind' | 'records' | 'leftOut'>): void {
    const counts = { records: this.#records, leftOut: this.#leftOut };
    this.#options.sink.write({ kind: 'end', ...end, ...counts });
  }

  #isKept(record: TraceRecord): boolean {
    const { kind } = record;
    if (kind === 'node') this.#noteNode(record.node, record.id);
    if (kind === 'start' || kind === 'node') return true;
    if (this.#without.has(kind)) return false;
    if (kind === 'link') return true;
    if (this.#records >= (this.#options.recordsMax ?? Number.POSITIVE_INFINITY)) return false;
    if (this.#isOpen) return true;
    const isKept = this.#isInTime(record.at) && this.#isOfNodes(record) && this.#isAbout(record);
    if (isKept && kind === 'message') this.#messages.add(record.message);
    if (isKept && kind === 'work') this.#work.add(record.work);
    return isKept;
  }

  #noteNode(node: number, id: string): void {
    if (this.#nodes?.has(id) || this.#nodes?.has(String(node))) this.#numbers.add(node);
  }

  #isInTime(at: number): boolean {
    return at >= this.#fromUs && at < this.#toUs;
  }

  /** Gossip reaches everybody: of it, deliveries are filtered, not what was said. */
  #isOfNodes(record: TraceRecord): boolean {
    if (this.#nodes === undefined) return true;
    const isOne = (node: number): boolean => this.#numbers.has(node);
    switch (record.kind) {
      case 'message':
        return record.to === undefined || isOne(record.node) || isOne(record.to);
      case 'state':
      case 'delivery':
      case 'distance':
      case 'work':
      case 'done':
      case 'report':
      case 'movement':
        return isOne(record.node);
      default:
        return true;
    }
  }

  /** Whether a record is about the claims that are asked for; faults and states go with all. */
  #isAbout(record: TraceRecord): boolean {
    switch (record.kind) {
      case 'message':
        return this.#claims === undefined || this.#isSaidOf(record.content);
      case 'delivery':
        return this.#messages.has(record.message);
      case 'done':
        return this.#work.has(record.work);
      case 'committee':
      case 'distance':
      case 'work':
      case 'report':
      case 'movement':
        return this.#claims === undefined || this.#hasClaim(record.batch, record.index);
      default:
        return true;
    }
  }

  #isSaidOf(content: MessageContent): boolean {
    switch (content.type) {
      case 'openings':
        return content.leaves.some(({ index }) => this.#hasClaim(content.batch, index));
      case 'bundle':
        return content.entries.some((entry) =>
          this.#hasClaim(entry.batch, 'index' in entry ? entry.index : undefined),
        );
      case 'header':
        return this.#hasClaim(content.batch, undefined);
      case 'output':
      case 'certificate':
      case 'query':
        return this.#hasClaim(content.batch, content.index);
      default:
        return false;
    }
  }

  /** What is about a whole batch is about each of its leaves. */
  #hasClaim(batch: string | undefined, index: number | undefined): boolean {
    const claims = this.#claims;
    if (batch === undefined || claims === undefined) return false;
    if (claims.has(batch)) return true;
    if (index !== undefined) return claims.has(`${batch}/${index}`);
    for (const claim of claims) if (claim.startsWith(`${batch}/`)) return true;
    return false;
  }
}
