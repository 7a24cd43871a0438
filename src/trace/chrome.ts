/**
 * Records as events of the Chrome trace format, which Perfetto and chrome://tracing open: one track
 * per node, work and claims as async events, messages as flows, counters.
 *
 * Source: "Trace Event Format" (Duffy, Google). Slices of one track must nest: what is said and
 * heard are slices of one microsecond, so two of them are the same interval or apart. A flow binds
 * to the slice that encloses it; each has an id of its own, because a message reaches many. An
 * arrow leads from who said a message to who heard it, not along the links that it took.
 */
import { recordLine } from './lines.ts';
import { Recent } from './recent.ts';
import type {
  DeliveryRecord,
  DoneRecord,
  MessageRecord,
  NodeRecord,
  ReportRecord,
  TraceRecord,
  WorkRecord,
} from './records.ts';

/** Messages that can still be heard, and claims under way, that are remembered. */
const MESSAGES_MAX = 65_536;
const CLAIMS_MAX = 65_536;
/** Time between two values of a counter. */
const COUNTER_US = 100_000;

/** Processes of the trace: groups of tracks. */
const GROUPS = { validator: 1, provider: 2, requester: 3, observer: 4, relay: 5 } as const;
const NETWORK = 6;
const CLAIMS = 7;

type Track = { readonly pid: number; readonly tid: number };
/** What was said, and the parts of the events that tell who heard it, spelled once for all. */
type Said = Track & { readonly hear: string; readonly flow: string; readonly start: string };

export class ChromeEvents {
  readonly #put: (event: string) => void;
  readonly #tracks: Track[] = [];
  readonly #groups = new Set<number>();
  readonly #said = new Recent<number, Said>(MESSAGES_MAX);
  readonly #work = new Map<number, string>();
  /** Level under way of each claim that was drawn; of those that are over, `over`. */
  readonly #claims = new Recent<string, number | 'over'>(CLAIMS_MAX);
  #flows = 0;
  #openClaims = 0;
  #window = { endsAt: COUNTER_US, said: 0, bytes: 0, heard: 0, spreading: new Set<number>() };

  /** @param put takes events as JSON, in the order of records; several are parted by commas */
  constructor(put: (event: string) => void) {
    this.#put = put;
  }

  /** Adds the events of a record; some records have none. */
  add(record: TraceRecord): void {
    if (record.at >= this.#window.endsAt) this.#count(record.at);
    switch (record.kind) {
      case 'node':
        return this.#node(record);
      case 'message':
        return this.#message(record);
      case 'delivery':
        return this.#delivery(record);
      case 'work':
        return this.#begin(record);
      case 'done':
        return this.#end(record);
      case 'report':
        return this.#report(record);
      case 'state':
        return this.#instant(record.node, record.isUp ? 'up' : 'down', record);
      case 'distance':
        return this.#instant(record.node, 'distance', record);
      case 'movement':
        return this.#instant(record.node, record.reason, record);
      case 'fault': {
        this.#group(NETWORK);
        const name = `${record.what} ${record.isOver ? 'ends' : 'begins'}`;
        const place = { ph: 'i', s: 'g', ts: record.at, pid: NETWORK, tid: 0 };
        return this.#event({ name, cat: 'fault', ...place, args: record });
      }
      default:
    }
  }

  #node({ node, role, id, behaviour }: NodeRecord): void {
    const pid = GROUPS[role];
    const tid = node + 1;
    this.#tracks[node] = { pid, tid };
    this.#group(pid, `${role}s`);
    const how = behaviour === undefined || behaviour === 'honest' ? '' : ` (${behaviour})`;
    const name = `${role} ${node}${how} ${id.slice(0, 8)}`;
    this.#event({ name: 'thread_name', ph: 'M', pid, tid, args: { name } });
    this.#event({ name: 'thread_sort_index', ph: 'M', pid, tid, args: { sort_index: node } });
  }

  #message({ at, message, node, bytes, content }: MessageRecord): void {
    const track = this.#trackOf(node);
    const { type } = content;
    this.#said.set(message, {
      ...track,
      hear: `{"name":"hear ${type}","cat":"hear","ph":"X","ts":`,
      flow: `{"name":"${type}","cat":"flow","id":`,
      start: `,"ph":"s","ts":${at},"pid":${track.pid},"tid":${track.tid}},\n`,
    });
    this.#window.said += 1;
    this.#window.bytes += bytes;
    const args = { message, bytes, content };
    this.#event({ name: `say ${type}`, cat: 'say', ph: 'X', ts: at, dur: 1, ...track, args });
  }

  /**
   * Deliveries are most of a trace: a slice and its flow are spelled at once, by hand. A message
   * that is no longer remembered is not told: nobody knows what was heard.
   */
  #delivery({ at, message, node, from, verdict }: DeliveryRecord): void {
    this.#window.heard += 1;
    this.#window.spreading.add(message);
    const said = this.#said.get(message);
    if (said === undefined) return;
    const { pid, tid } = this.#trackOf(node);
    const track = `"pid":${pid},"tid":${tid}`;
    const args = `{"message":${message},"from":${from},"verdict":"${verdict}"}`;
    const slice = `${said.hear}${at},"dur":1,${track},"args":${args}}`;
    if (said.pid === pid && said.tid === tid) return this.#put(slice);
    this.#flows += 1;
    const flow = said.flow + this.#flows;
    this.#put(`${slice},\n${flow}${said.start}${flow},"ph":"f","bp":"e","ts":${at},${track}}`);
  }

  #begin({ at, node, what, work, batch, index, level }: WorkRecord): void {
    this.#work.set(work, what);
    const args = { batch, index, level };
    this.#event({
      ...asyncEvent(what, 'work', work),
      ph: 'b',
      ts: at,
      ...this.#trackOf(node),
      args,
    });
  }

  #end({ at, node, work, failure }: DoneRecord): void {
    const what = this.#work.get(work);
    if (what === undefined) return;
    this.#work.delete(work);
    const args = { failure };
    this.#event({
      ...asyncEvent(what, 'work', work),
      ph: 'e',
      ts: at,
      ...this.#trackOf(node),
      args,
    });
  }

  #report(record: ReportRecord): void {
    const { at, node, what, batch, index, level = 0 } = record;
    this.#instant(node, what, record);
    if (batch === undefined || index === undefined) return;
    const claim = `${batch}/${index}`;
    const open = this.#claims.get(claim);
    if (open === 'over') return;
    if (what === 'level-started' && (open === undefined || level > open)) {
      if (open === undefined) this.#claim(claim, 'b', at, `claim ${claim}`);
      else this.#claim(claim, 'e', at, `level ${open}`);
      if (open === undefined) this.#openClaims += 1;
      this.#claim(claim, 'b', at, `level ${level}`);
      this.#claims.set(claim, level);
    } else if ((what === 'decided' || what === 'unresolved') && open !== undefined) {
      this.#claim(claim, 'e', at, `level ${open}`);
      this.#claim(claim, 'e', at, `claim ${claim}`, { what, verdict: record.verdict });
      this.#claims.set(claim, 'over');
      this.#openClaims -= 1;
    }
  }

  #claim(id: string, ph: 'b' | 'e', ts: number, name: string, args: object = {}): void {
    this.#group(CLAIMS, 'claims');
    this.#event({ ...asyncEvent(name, 'claim', id), ph, ts, pid: CLAIMS, tid: 0, args });
  }

  /** A moment of a node; reports are many, and spelled by hand. */
  #instant(node: number, name: string, record: TraceRecord): void {
    const { pid, tid } = this.#trackOf(node);
    const place = `"ph":"i","s":"t","ts":${record.at},"pid":${pid},"tid":${tid}`;
    this.#put(`{"name":"${name}","cat":"report",${place},"args":${recordLine(record)}}`);
  }

  /** Values of the window that ended; a quiet time has one value. */
  #count(now: number): void {
    const { endsAt, said, bytes, heard, spreading } = this.#window;
    this.#group(NETWORK, 'network');
    const values = { said, heard, spreading: spreading.size };
    this.#counter('messages', endsAt - COUNTER_US, values);
    this.#counter('bytes said', endsAt - COUNTER_US, { bytes });
    this.#counter('open claims', endsAt - COUNTER_US, { claims: this.#openClaims });
    this.#counter('work under way', endsAt - COUNTER_US, { work: this.#work.size });
    const next = COUNTER_US * (1 + Math.floor(now / COUNTER_US));
    this.#window = { endsAt: next, said: 0, bytes: 0, heard: 0, spreading: new Set() };
  }

  #counter(name: string, ts: number, args: Readonly<Record<string, number>>): void {
    this.#event({ name, ph: 'C', ts, pid: NETWORK, tid: 0, args });
  }

  #trackOf(node: number): Track {
    return this.#tracks[node] ?? { pid: GROUPS.relay, tid: node + 1 };
  }

  #group(pid: number, name = 'network'): void {
    if (this.#groups.has(pid)) return;
    this.#groups.add(pid);
    this.#event({ name: 'process_name', ph: 'M', pid, tid: 0, args: { name } });
    this.#event({ name: 'process_sort_index', ph: 'M', pid, tid: 0, args: { sort_index: pid } });
  }

  #event(event: object): void {
    this.#put(JSON.stringify(event));
  }
}

function asyncEvent(name: string, cat: string, id: number | string): object {
  return { name, cat, id: String(id) };
}
