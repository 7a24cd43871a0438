/** `assay status --dir`: the own node, in three lines. */
import { existsSync } from 'node:fs';
import { AssayError } from '../../../base/index.ts';
import {
  askNode,
  ControlError,
  keystorePath,
  movedBy,
  type OwnReport,
  pause,
} from '../../../node/index.ts';
import { NotValidError } from '../../failure.ts';
import { type Answer, type Io, printAnswer } from '../../io.ts';
import { LiveLines, painter, type Terminal, terminalOf } from '../../terminal.ts';
import { readVersion } from '../../version.ts';
import { paragraph } from '../receipt/layout.ts';
import { type Advice, adviceOf, adviceOfStopped } from './advice.ts';

/** Between two looks of `--watch`. */
const WATCH_MS = 2_000;
const COLUMNS = { min: 60, max: 100 } as const;
const MEBIBYTE = 1024 ** 2;
const ID_DIGITS = 16;

export type OwnStatusValues = {
  readonly dir: string;
  readonly watch: boolean;
  readonly json: boolean;
  readonly io: Io;
};

/**
 * Prints how the node is that runs with a folder, once or until the user has seen enough.
 * @throws NotValidError not-voting unless it votes and is safe; ControlError; no-keystore
 */
export async function runOwnStatus(values: OwnStatusValues): Promise<void> {
  const { dir, watch, json, io } = values;
  const terminal = terminalOf(process.stdout);
  const live = new LiveLines(terminal, io.out);
  let view = await lookAt(dir);
  show(view);
  while (watch && !io.signal.aborted) {
    await pause(WATCH_MS, io.signal);
    if (io.signal.aborted) return;
    view = await lookAt(dir);
    show(view);
  }
  const { isVoting, voting, isSafe, safe } = view.advice;
  if (isVoting && isSafe) return;
  throw new NotValidError({
    code: 'not-voting',
    message: isVoting ? `not safe: ${safe}` : `not voting: ${voting}`,
  });

  function show(seen: OwnView): void {
    const answer = ownAnswer(seen, terminal);
    if (json && watch) return io.out(`${JSON.stringify(answer.json)}\n`);
    if (json || !watch) return printAnswer(io, answer, json);
    if (terminal.isLive) return live.draw(answer.lines);
    io.out(`${answer.lines.join('\n')}\n\n`);
  }
}

type OwnView = { readonly advice: Advice; readonly report: OwnReport | undefined };

async function lookAt(dir: string): Promise<OwnView> {
  if (!existsSync(keystorePath(dir))) throw noKeystore(dir);
  try {
    const report = await askNode(dir, { method: 'report' }, `assay/${readVersion()}`);
    return { advice: adviceOf(report, dir), report };
  } catch (error) {
    const isStopped = error instanceof ControlError && error.detail.code === 'node-not-running';
    if (!isStopped) throw error;
    const moved = await movedBy(dir);
    const isCrashed = error.cause !== undefined;
    const obstacle =
      moved === undefined
        ? undefined
        : `its key was moved to another machine (${moved}): it runs there, or see guard unmove`;
    return { advice: adviceOfStopped({ obstacle, isCrashed }, dir), report: undefined };
  }
}

/** The own node for programs and for people: three answers first. */
export function ownAnswer(
  { advice, report }: OwnView,
  terminal: Pick<Terminal, 'hasColour' | 'columns'>,
): Answer {
  const paint = painter(terminal);
  const columns = Math.min(COLUMNS.max, Math.max(COLUMNS.min, terminal.columns()));
  const line = (word: string, isGood: boolean, text: string): readonly string[] => {
    const [first = '', ...more] = paragraph(`${word}: ${text}`, columns);
    return [paint(isGood ? 'green' : 'red', word) + first.slice(word.length), ...more];
  };
  const { isVoting, voting, isSafe, safe, todo } = advice;
  const isProvider = report?.status.role === 'provider';
  const verb = isProvider ? 'ANSWERING' : 'VOTING';
  return {
    json: { ...advice, report: report ?? null },
    lines: [
      ...line(isVoting ? verb : `NOT ${verb}`, isVoting, voting),
      ...line(isSafe ? 'SAFE' : 'NOT SAFE', isSafe, safe),
      ...line('TO DO', todo.length === 0, todo.length === 0 ? 'nothing' : todo.join('; ')),
      ...(report === undefined ? [] : ['', ...detailLines(report)]),
    ],
  };
}

function detailLines({ status, signs, pid, addresses, place }: OwnReport): readonly string[] {
  const { id, role, state, peers, beaconMesh, claimsMesh, openSubjects, rssBytes } = status;
  const free = signs.diskFreeBytes;
  const disk = free === undefined ? '' : `, ${Math.floor(free / MEBIBYTE)} MiB of disk free`;
  return [
    `  ${role} ${id.slice(0, ID_DIGITS)}, ${state}, process ${pid}, ${status.softwareVersion}`,
    `  ${placeText(place)}`,
    `  ${peers} peers, neighbours for beacons/claims ${beaconMesh}/${claimsMesh}`,
    `  ${openSubjects} claims open, ${Math.round(rssBytes / MEBIBYTE)} MiB of memory${disk}`,
    ...addresses.slice(0, 2).map((address) => `  ${address}`),
  ];
}

function placeText(place: OwnReport['place']): string {
  const { kind, setNumber, epoch, permille, stake, inExit, freeInEpoch } = place;
  const share =
    permille > 0 ? `${(permille / 10).toFixed(1)} % of the stake` : `a stake of ${stake}`;
  const words = {
    member: `in the set with ${share}`,
    admitted: `admitted with ${share}`,
    leaving: 'not in the set any more',
    outside: 'not in the set',
  };
  const exit = freeInEpoch === undefined ? '' : `; ${inExit} in exit, free in epoch ${freeInEpoch}`;
  return `set ${setNumber}, epoch ${epoch}: ${words[kind]}${exit}`;
}

function noKeystore(dir: string): AssayError {
  return new AssayError({
    code: 'no-keystore',
    message: 'there is no keystore here, so there is no node',
    where: dir,
    remedy: 'Name the folder of a node with --dir, or a network with --net.',
  });
}
