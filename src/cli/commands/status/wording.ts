/** A network at a glance: the answer in the first line, then one line per member. */
import type { NodeStatus } from '../../../node/index.ts';
import type { Answer } from '../../io.ts';
import { type Colour, fitted, painter } from '../../terminal.ts';
import { paragraph } from '../receipt/layout.ts';
import { type Cell, type Column, tableLines } from './table.ts';
import type { Loss, MemberView, NetworkView } from './view.ts';

export type Layout = {
  /** Of the terminal, 60 to 200. */
  readonly columns: number;
  readonly hasColour: boolean;
};

const ID_DIGITS_MIN = 8;
const MEBIBYTE = 1024 ** 2;

const COLUMNS: readonly Column[] = [
  { title: 'id', rank: 0 },
  { title: 'role', rank: 0 },
  { title: 'state', rank: 0 },
  { title: 'round', isRight: true, rank: 0 },
  { title: 'peers', isRight: true, rank: 1 },
  { title: 'mesh', isRight: true, rank: 5 },
  { title: 'open', isRight: true, rank: 2 },
  { title: 'votes', isRight: true, rank: 3 },
  { title: 'finals', isRight: true, rank: 4 },
  { title: 'memory', isRight: true, rank: 6 },
];

/** The state of a network for programs and for people. */
export function statusAnswer(view: NetworkView, layout: Layout): Answer {
  const short = shortener(view.members);
  const { members } = view;
  return {
    json: { ...plain(view), isAlive: view.state === 'alive' },
    lines: [
      ...headLines(view, layout),
      '',
      ...tableLines({
        columns: COLUMNS,
        rows: members.map((member) => cells(member, { short, layout })),
        width: layout.columns,
        below: (row) => reasonOf(members[row]),
      }),
      ...lossLines(view, short).map((line) => fitted(line, layout.columns)),
    ],
  };
}

function headLines(view: NetworkView, { columns, hasColour }: Layout): readonly string[] {
  const { setNumber, epoch, state, answering, validators, stakeUp, stakeNeeded, stakeTotal } = view;
  const word = WORDS[state];
  const text =
    `${roundWords(view)}; ${answering === 0 ? '' : `set ${setNumber}, epoch ${epoch}; `}` +
    `${answering} of ${validators} validators, ` +
    `${percent(stakeUp, stakeTotal)} of stake up (${percentUp(stakeNeeded, stakeTotal)} needed)`;
  const colour = state === 'alive' ? 'green' : 'red';
  const [first = '', ...more] = paragraph(`${word}: ${text}`, columns);
  return [painter({ hasColour })(colour, word) + first.slice(word.length), ...more];
}

const WORDS: Readonly<Record<NetworkView['state'], string>> = {
  alive: 'ALIVE',
  'beacon-late': 'BEACON LATE',
  'no-quorum': 'NO QUORUM',
  'not-begun': 'NOT BEGUN',
};

function roundWords({ due, round, roundMs, answering }: NetworkView): string {
  if (due === 0) return 'the first round is still to come';
  if (answering === 0) return 'no round is known';
  const late = due - round;
  if (late <= 1) return `round ${round}, on time`;
  return `round ${round}, ${late} rounds (${Math.round((late * roundMs) / 1000)} s) late`;
}

type Style = { readonly short: (id: string) => string; readonly layout: Layout };

function cells(member: MemberView, { short, layout }: Style): readonly Cell[] {
  const { id, role, status } = member;
  const state = status?.state ?? 'no answer';
  const first = [{ text: short(id) }, { text: role }, stateCell(state, layout)];
  const rest = status === undefined ? COLUMNS.slice(first.length).map(() => '-') : facts(status);
  return [...first, ...rest.map((text) => ({ text }))];
}

/** The state of a node, in its colour. */
export function stateCell(state: string, style: { readonly hasColour: boolean }): Cell {
  return { text: state, paint: (text) => painter(style)(COLOURS[state] ?? 'red', text) };
}

function facts(status: NodeStatus): readonly string[] {
  const { finalValid, finalInvalid, finalUnavailable, finalInconclusive, revealed } =
    status.counters;
  return [
    String(status.round),
    String(status.peers),
    `${status.beaconMesh}/${status.claimsMesh}`,
    String(status.openSubjects),
    status.role === 'validator' ? String(revealed) : '-',
    String(finalValid + finalInvalid + finalUnavailable + finalInconclusive),
    `${Math.round(status.rssBytes / MEBIBYTE)} MiB`,
  ];
}

function reasonOf(member: MemberView | undefined): string {
  if (member === undefined) return '';
  if (member.status !== undefined) return member.status.reason;
  return member.failure ?? 'cannot be reached from here';
}

function lossLines({ losses, members }: NetworkView, short: Style['short']): readonly string[] {
  if (losses.length === 0) return [];
  const answers = members.filter(({ status }) => status !== undefined).length;
  return [
    '',
    'Convicted or slashed, as nodes know it:',
    ...losses.map((loss) => {
      const told = `${loss.toldBy} of ${answers} nodes say so`;
      return `  ${short(loss.id)}  ${lossText(loss)}; ${told}`;
    }),
  ];
}

function lossText({ reason, amount }: Loss): string {
  if (reason === 'convicted') return 'signed two things that exclude each other';
  const digits = amount.toString().replace(/\B(?=(\d{3})+$)/g, ',');
  return `lost ${digits}: ${REASONS[reason] ?? reason}`;
}

const REASONS: Readonly<Record<string, string>> = {
  'slash-provider': 'an answer that was judged wrong',
  'slash-voter': 'a vote for an answer that was judged wrong, or against a right one',
  'slash-equivocation': 'two signatures that exclude each other',
};

/** As many digits as tell all members apart. */
function shortener(members: readonly MemberView[]): (id: string) => string {
  let digits = ID_DIGITS_MIN;
  while (new Set(members.map(({ id }) => id.slice(0, digits))).size < members.length) digits++;
  return (id) => id.slice(0, digits);
}

const COLOURS: Readonly<Record<string, Colour>> = {
  'in-sync': 'green',
  degraded: 'yellow',
  syncing: 'yellow',
  starting: 'yellow',
};

/** Tenths of a percent, rounded down; 100.0 % only if it is all. */
function percent(part: bigint, whole: bigint): string {
  const tenths = whole === 0n ? 0n : (1000n * part) / whole;
  return `${tenths / 10n}.${tenths % 10n} %`;
}

/** The same rounded up: what is needed is not told too low. */
function percentUp(part: bigint, whole: bigint): string {
  const tenths = whole === 0n ? 0n : (1000n * part + whole - 1n) / whole;
  return `${tenths / 10n}.${tenths % 10n} %`;
}

/** Amounts as text: they may be beyond what JSON numbers hold. */
function plain(value: object): object {
  const text = JSON.stringify(value, (_key, each: unknown) => {
    return typeof each === 'bigint' ? each.toString() : each;
  });
  return Object(JSON.parse(text));
}
