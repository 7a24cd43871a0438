/**
 * Shows a testnet: a table that changes in place on a terminal; elsewhere a line for each change.
 * What needs attention stays in sight: where nodes do not fit, those that are well are left out.
 */
import type { NodeStatus } from '../../../node/index.ts';
import type { Io } from '../../io.ts';
import { type Colour, LiveLines, painter, type Terminal } from '../../terminal.ts';
import { type Cell, type Column, tableLines } from '../status/table.ts';
import { stateCell } from '../status/wording.ts';
import type { Plan, PlannedNode } from './plan.ts';
import type { ProcessState } from './processes.ts';

/** What is known of a testnet at one time. */
export type View = {
  readonly plan: Plan;
  readonly process: (name: string) => ProcessState;
  readonly statuses: ReadonlyMap<string, NodeStatus>;
  readonly hints: readonly string[];
};

/** Room for a picture, and whether it may be coloured. */
export type Frame = {
  readonly columns: number;
  readonly rows: number;
  readonly hasColour: boolean;
};

const COLUMNS: readonly Column[] = [
  { title: 'node', rank: 0 },
  { title: 'state', rank: 0 },
  { title: 'round', isRight: true, rank: 0 },
  { title: 'peers', isRight: true, rank: 1 },
  { title: 'votes', isRight: true, rank: 2 },
  { title: 'valid', isRight: true, rank: 0 },
  { title: 'invalid', isRight: true, rank: 0 },
  { title: 'open', isRight: true, rank: 3 },
  { title: 'MiB', isRight: true, rank: 4 },
];
/** Lines that are neither nodes nor hints: state, blank, titles. */
const FIXED_LINES = 3;

/** Returns the lines of a picture, within its frame. */
export function pictureLines(view: View, frame: Frame): readonly string[] {
  const state = stateOf(view);
  const first = painter(frame)(state.colour, state.text);
  const room = frame.rows - FIXED_LINES;
  const nodes = view.plan.nodes.map((node) => ({ node, trouble: troubleOf(node, view) }));
  const lineCount = nodes.reduce((sum, { trouble }) => sum + (trouble === '' ? 1 : 2), 0);
  const hints = view.hints.length === 0 ? [] : ['', ...view.hints];
  const table = (shown: typeof nodes): readonly string[] => nodeTable(shown, view, frame);
  if (lineCount + hints.length <= room) return [first, '', ...table(nodes), ...hints];
  if (lineCount <= room) return [first, '', ...table(nodes)];
  const inTrouble = nodes.filter(({ trouble }) => trouble !== '');
  const well = nodes.filter(({ trouble }) => trouble === '');
  const wellShown = well.slice(0, Math.max(0, room - 1 - 2 * inTrouble.length));
  const left = well.length - wellShown.length;
  const rest = left === 0 ? [] : [`and ${left} more that are well`];
  return [first, '', ...table([...inTrouble, ...wellShown]), ...rest];
}

type State = { readonly text: string; readonly colour: Colour };

/** Says in one line whether the network is well, and what it decided. */
function stateOf(view: View): State {
  const { plan, statuses, process } = view;
  const validators = plan.nodes.filter(({ role }) => role === 'validator');
  const well = validators.filter(({ id }) => statuses.get(id)?.state === 'in-sync').length;
  const all = [...statuses.values()];
  const beacon = process('beacon');
  const round = Math.max(0, ...all.map((status) => status.round));
  const losers = new Set(all.flatMap((status) => status.slashed.map(({ id }) => id)));
  const names = plan.nodes.filter(({ id }) => [...losers].some((s) => s === id));
  const most = mostOf(all);
  const text = [
    beacon.kind === 'running' ? `round ${round}` : `beacon ${beacon.how}`,
    `${well} of ${validators.length} validators in sync`,
    `final: ${most('finalValid')} valid, ${most('finalInvalid')} invalid`,
    ...(names.length === 0 ? [] : [`slashed: ${names.map(({ name }) => name).join(', ')}`]),
  ].join(', ');
  if (beacon.kind !== 'running') return { text, colour: 'red' };
  return { text, colour: well === validators.length ? 'green' : 'yellow' };
}

/** Counters that every node has on its own: the highest is what the network did. */
function mostOf(all: readonly NodeStatus[]): (name: 'finalValid' | 'finalInvalid') => number {
  return (name) => Math.max(0, ...all.map(({ counters }) => counters[name]));
}

/** What is wrong with a node; empty if nothing is, or if it has just been started. */
function troubleOf(node: PlannedNode, { process, statuses }: View): string {
  const running = process(node.name);
  if (running.kind === 'ended') return running.how;
  return statuses.get(node.id)?.reason ?? '';
}

function nodeTable(
  shown: readonly { readonly node: PlannedNode; readonly trouble: string }[],
  view: View,
  { columns: width, hasColour }: Frame,
): readonly string[] {
  return tableLines({
    columns: COLUMNS,
    rows: shown.map(({ node }) => cellsOf(node, view, { hasColour })),
    width,
    below: (row) => shown[row]?.trouble ?? '',
  });
}

function cellsOf(
  node: PlannedNode,
  { process, statuses }: View,
  style: { readonly hasColour: boolean },
): readonly Cell[] {
  const name = { text: `${node.name}${node.substitute === undefined ? '' : '*'}` };
  const status = statuses.get(node.id);
  if (process(node.name).kind === 'ended') return [name, stateCell('ended', style)];
  if (status === undefined) return [name, stateCell('starting', style)];
  const { round, peers, counters, openSubjects, rssBytes } = status;
  const { revealed, finalValid, finalInvalid } = counters;
  const numbers = [round, peers, revealed, finalValid, finalInvalid, openSubjects, rssBytes >> 20];
  return [name, stateCell(status.state, style), ...numbers.map((n) => ({ text: String(n) }))];
}

/** Draws views one over the other, or prints what changed. */
export class Display {
  readonly #io: Io;
  readonly #terminal: Terminal;
  readonly #lines: LiveLines;
  #last = '';

  constructor(io: Io, terminal: Terminal) {
    this.#io = io;
    this.#terminal = terminal;
    this.#lines = new LiveLines(terminal, io.out);
  }

  show(view: View): void {
    const { isLive, hasColour, columns, rows } = this.#terminal;
    if (isLive) {
      const frame = { columns: columns(), rows: rows() - 1, hasColour };
      return this.#lines.draw(pictureLines(view, frame));
    }
    const line = changeLine(view);
    if (line === this.#last) return;
    this.#last = line;
    this.#io.out(`${line}\n`);
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
  const most = mostOf([...statuses.values()]);
  const texts = [...counts].map(([state, count]) => `${count} ${state}`);
  return `${texts.join(', ')}; final: ${most('finalValid')} valid, ${most('finalInvalid')} invalid`;
}
