/**
 * Shows a testnet: one table that is drawn over itself on a terminal; elsewhere a line for each
 * change. 60 columns are enough; wider terminals get more columns.
 */
import type { NodeStatus } from '../../../node/index.ts';
import type { Io } from '../../io.ts';
import type { Plan, PlannedNode } from './plan.ts';
import type { ProcessState } from './processes.ts';

/** What is known of a testnet at one time. */
export type View = {
  readonly plan: Plan;
  readonly process: (name: string) => ProcessState;
  readonly statuses: ReadonlyMap<string, NodeStatus>;
  readonly hints: readonly string[];
};

/** Columns of the table: head, width, least width of the terminal, and what stands there. */
const COLUMNS: readonly {
  readonly head: string;
  readonly width: number;
  readonly from: number;
  readonly text: (status: NodeStatus) => string;
}[] = [
  { head: 'round', width: 7, from: 0, text: ({ round }) => String(round) },
  { head: 'peers', width: 6, from: 0, text: ({ peers }) => String(peers) },
  { head: 'votes', width: 7, from: 0, text: ({ counters }) => String(counters.revealed) },
  { head: 'valid', width: 7, from: 0, text: ({ counters }) => String(counters.finalValid) },
  { head: 'invalid', width: 8, from: 60, text: ({ counters }) => String(counters.finalInvalid) },
  { head: 'open', width: 6, from: 76, text: ({ openSubjects }) => String(openSubjects) },
  { head: 'MiB', width: 5, from: 84, text: ({ rssBytes }) => String(rssBytes >> 20) },
];
const NAME_WIDTH = 14;
const STATE_WIDTH = 10;
const WIDTH_MIN = 60;

/** Returns the lines of the table, none wider than `width`. */
export function tableLines(view: View, width: number): readonly string[] {
  const columns = COLUMNS.filter(({ from }) => Math.max(width, WIDTH_MIN) >= from);
  const head = [
    'node'.padEnd(NAME_WIDTH),
    'state'.padEnd(STATE_WIDTH),
    ...columns.map((column) => column.head.padStart(column.width)),
  ].join('');
  const rows = view.plan.nodes.flatMap((node) => nodeLines(node, view, columns));
  const hints = view.hints.length === 0 ? [] : ['', ...view.hints];
  return [summaryLine(view), '', head, ...rows, ...hints].map((line) => line.slice(0, width));
}

/** Says in one line whether the network is well. */
export function summaryLine({ plan, statuses, process }: View): string {
  const validators = plan.nodes.filter(({ role }) => role === 'validator');
  const well = validators.filter(({ id }) => statuses.get(id)?.state === 'in-sync').length;
  const all = [...statuses.values()];
  const round = Math.max(0, ...all.map((status) => status.round));
  const beacon = process('beacon');
  const beaconText = beacon.kind === 'running' ? `round ${round}` : `beacon ${beacon.how}`;
  const slashed = new Set(all.flatMap((status) => status.slashed.map(({ id }) => id)));
  const names = plan.nodes.filter(({ id }) => [...slashed].some((s) => s === id));
  const loss = names.length === 0 ? '' : `, slashed: ${names.map(({ name }) => name).join(', ')}`;
  return `${beaconText}, ${well} of ${validators.length} validators in sync${loss}`;
}

function nodeLines(
  node: PlannedNode,
  { process, statuses }: View,
  columns: typeof COLUMNS,
): readonly string[] {
  const running = process(node.name);
  const status = statuses.get(node.id);
  const name = `${node.name}${node.substitute === undefined ? '' : '*'}`.padEnd(NAME_WIDTH);
  if (running.kind === 'ended') return [`${name}${running.how}`];
  if (status === undefined) return [`${name}starting`];
  const cells = columns.map((column) => column.text(status).padStart(column.width));
  const line = `${name}${status.state.padEnd(STATE_WIDTH)}${cells.join('')}`;
  return status.reason === '' ? [line] : [line, `  ${status.reason}`];
}

/** Draws views one over the other, or prints what changed. */
export class Display {
  readonly #io: Io;
  readonly #isTerminal: boolean;
  readonly #width: () => number;
  #drawn = 0;
  #last = '';

  constructor(io: Io, terminal: { isTerminal: boolean; width: () => number }) {
    this.#io = io;
    this.#isTerminal = terminal.isTerminal;
    this.#width = terminal.width;
  }

  show(view: View): void {
    if (this.#isTerminal) return this.#draw(tableLines(view, this.#width()));
    const line = changeLine(view);
    if (line === this.#last) return;
    this.#last = line;
    this.#io.out(`${line}\n`);
  }

  #draw(lines: readonly string[]): void {
    const up = this.#drawn === 0 ? '' : `\u001b[${this.#drawn}A`;
    this.#io.out(`${up}${lines.map((line) => `\r\u001b[K${line}\n`).join('')}\u001b[J`);
    this.#drawn = lines.length;
  }
}

/** What changes rarely: states and verdicts, not rounds. */
function changeLine({ plan, statuses, process }: View): string {
  const states = plan.nodes.map(({ name, id }) => {
    const running = process(name);
    const status = statuses.get(id);
    return running.kind === 'ended' ? `${name} ${running.how}` : (status?.state ?? 'starting');
  });
  const counts = new Map<string, number>();
  for (const state of states) counts.set(state, (counts.get(state) ?? 0) + 1);
  const all = [...statuses.values()];
  const most = (name: 'finalValid' | 'finalInvalid'): number =>
    Math.max(0, ...all.map(({ counters }) => counters[name]));
  const texts = [...counts].map(([state, count]) => `${count} ${state}`);
  return `${texts.join(', ')}; final: ${most('finalValid')} valid, ${most('finalInvalid')} invalid`;
}
