/** Does the work of `assay status`. */
import { AssayError } from '../../../base/index.ts';
import { roundDueAt } from '../../../core/index.ts';
import { readNetworkFile } from '../../../network-file/index.ts';
import { LightClient, pause } from '../../../node/index.ts';
import { callForStatus } from '../../../node/rpc/index.ts';
import { type Io, printAnswer } from '../../io.ts';
import { DIR_DEFAULT } from '../../node-options.ts';
import { LiveLines, terminalOf } from '../../terminal.ts';
import { readVersion } from '../../version.ts';
import { connected, dialProviders, type Member, membersOf } from './members.ts';
import { runOwnStatus } from './own.ts';
import { type MemberView, type NetworkView, viewOf } from './view.ts';
import { statusAnswer } from './wording.ts';

/** How long one node may take to answer. */
const CALL_MS = 3_000;
/** Between two pictures of `--watch`. */
const WATCH_MS = 2_000;
/** Below this, lines are longer than the terminal. */
const COLUMNS_MIN = 60;

export type StatusValues = {
  readonly net: string;
  readonly watch: boolean;
  readonly json: boolean;
  readonly io: Io;
};

/**
 * Prints how the own node is, or a network.
 * @throws AssayError status-of-what; as `runOwnStatus` and `runStatus`
 */
export async function runStatusOf(
  values: Omit<StatusValues, 'net'> & {
    readonly dir: string | undefined;
    readonly net: string | undefined;
  },
): Promise<void> {
  const { dir, net } = values;
  if (net === undefined) return await runOwnStatus({ ...values, dir: dir ?? DIR_DEFAULT });
  if (dir === undefined) return await runStatus({ ...values, net });
  throw new AssayError({
    code: 'status-of-what',
    message: 'give either --dir or --net',
    remedy: '--dir is about the own node, --net about all members of a network.',
  });
}

/**
 * Prints how a network is, once or until the user has seen enough.
 * @throws ConfigError, NetworkFileError; NodeError unreachable
 */
export async function runStatus(values: StatusValues): Promise<void> {
  const { io, watch } = values;
  const file = readNetworkFile(values.net);
  const client = await LightClient.open({ file, softwareVersion: `assay/${readVersion()}` });
  try {
    const live = new LiveLines(terminalOf(process.stdout), io.out);
    await dialProviders(client, file);
    const wanted = membersOf(client.current).map(({ id }) => id);
    await connected(client, { wanted, signal: io.signal });
    do {
      const view = await look(client, io.signal);
      if (io.signal.aborted) return;
      show(view, values, live);
      if (watch) await pause(WATCH_MS, io.signal);
    } while (watch && !io.signal.aborted);
  } finally {
    await client.close();
  }
}

function show(view: NetworkView, { io, watch, json }: StatusValues, live: LiveLines): void {
  const terminal = terminalOf(process.stdout);
  const columns = Math.max(COLUMNS_MIN, terminal.columns());
  const answer = statusAnswer(view, { columns, hasColour: terminal.hasColour });
  if (json && watch) return io.out(`${JSON.stringify(answer.json)}\n`);
  if (json || !watch) return printAnswer(io, answer, json);
  if (terminal.isLive) return live.draw(answer.lines);
  io.out(`${answer.lines.join('\n')}\n\n`);
}

async function look(client: LightClient, signal: AbortSignal): Promise<NetworkView> {
  // [SET-1] who is asked is who serves now
  await client.followSets(roundDueAt(client.network, Date.now()), [], signal);
  const peers = new Set(client.host.peers().map(({ id }) => id));
  const members = await Promise.all(
    membersOf(client.current).map((member) =>
      peers.has(member.id) ? ask(client, member, signal) : { ...member, status: undefined },
    ),
  );
  const { roundMs } = client.network.parameters;
  return viewOf(members, { due: roundDueAt(client.network, Date.now()), roundMs });
}

/** What a member says of itself; a status under another name is none. */
async function ask(
  { host }: LightClient,
  member: Member,
  signal: AbortSignal,
): Promise<MemberView> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(CALL_MS)]);
  try {
    const status = await callForStatus(host, member.id, deadline);
    if (status.id === member.id) return { ...member, status };
    return { ...member, status: undefined, failure: 'it answers in the name of another' };
  } catch (error) {
    const failure = error instanceof AssayError ? error.detail.message : String(error);
    return { ...member, status: undefined, failure: `connected, but ${failure}` };
  }
}
