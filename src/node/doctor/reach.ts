/** Can others connect to this node: is the port its own, and does a peer get through to it? */
import { createServer } from 'node:net';
import type { NodeId } from '../../base/index.ts';
import type { NetworkFile } from '../../network-file/index.ts';
import { askNode, ControlError, type OwnReport } from '../control/index.ts';
import { type Host, peerIdText } from '../libp2p/index.ts';
import { askReachability, greet, portIn, whileGreeting } from '../reach/index.ts';
import type { Reachability } from '../rpc/index.ts';
import { type Finding, failed, ok, skipped, warning } from './finding.ts';

/** Where a node listens, or will. */
export type Place = {
  readonly ip: string;
  readonly port: number;
  /** Whether the node of the folder runs, and listens itself. */
  readonly isRunning: boolean;
};

export type PortExamination = {
  readonly findings: readonly Finding[];
  /** Absent if nobody said where, or the port cannot be had. */
  readonly place: Place | undefined;
};

type Asked = {
  readonly directory: string;
  readonly listen: string | undefined;
  readonly softwareVersion: string;
};

/** Is the port free, or held by the node itself? */
export async function examinePort(asked: Asked): Promise<PortExamination> {
  const running = await runningNode(asked);
  if (running !== undefined && 'finding' in running) {
    return { findings: [running.finding], place: undefined };
  }
  if (running !== undefined) {
    const { pid, addresses } = running.report;
    const place = placeIn(addresses, true);
    const detail = `TCP ${place?.port ?? '-'}, held by this node (process ${pid})`;
    return { findings: [ok('port', detail)], place };
  }
  const place = asked.listen === undefined ? undefined : placeIn([asked.listen], false);
  if (place === undefined) {
    const detail = 'no node runs; give --listen as for `assay start` to examine it';
    return { findings: [skipped('port', detail)], place };
  }
  return await freePort(place);
}

async function runningNode({
  directory,
  softwareVersion,
}: Asked): Promise<{ readonly report: OwnReport } | { readonly finding: Finding } | undefined> {
  try {
    return { report: await askNode(directory, { method: 'report' }, softwareVersion) };
  } catch (error) {
    if (!(error instanceof ControlError)) throw error;
    const { code, message, remedy = '' } = error.detail;
    if (code === 'node-not-running') return undefined;
    return { finding: warning('node', message, remedy) };
  }
}

async function freePort(place: Place): Promise<PortExamination> {
  const { ip, port } = place;
  const server = createServer();
  const problem = await new Promise<string | undefined>((resolve) => {
    server.once('error', ({ message }) => resolve(message));
    server.listen({ host: ip, port }, () => resolve(undefined));
  });
  if (problem === undefined) {
    await new Promise((resolve) => server.close(resolve));
    return { findings: [ok('port', `TCP ${port} on ${ip} is free`)], place };
  }
  const remedy = `See what holds it: ss -ltnp 'sport = :${port}'. Or give another --listen.`;
  return {
    findings: [failed('port', `TCP ${port} on ${ip}: ${problem}`, remedy)],
    place: undefined,
  };
}

/** The first of these addresses that has a port. */
function placeIn(addresses: readonly string[], isRunning: boolean): Place | undefined {
  for (const address of addresses) {
    const [, , ip] = address.split('/');
    const port = portIn(address);
    if (ip !== undefined && port !== undefined) return { ip, port, isRunning };
  }
  return undefined;
}

/** Does a member of the network get through? Asks the running node, or stands in for it. */
export async function examineReach(
  host: Host,
  place: Place | undefined,
  at: Asked & { readonly file: NetworkFile; readonly signal: AbortSignal },
): Promise<Finding> {
  if (place === undefined) return skipped('reachability', 'without a port nobody can tell');
  if (isLoopback(place.ip) && !at.file.bootstrap.every((each) => isLoopback(ipOf(each)))) {
    const remedy = `Start it with --listen /ip4/0.0.0.0/tcp/${place.port}.`;
    return warning('reachability', `it listens on ${place.ip}: on this machine alone`, remedy);
  }
  const answers = place.isRunning
    ? await askRunning(at)
    : await whileGreeting({ host: place.ip, port: place.port }, () =>
        askReachability(host, place.port, at.signal),
      );
  return reachFinding(answers, place.port);
}

/** A node that stops meanwhile is as good as peers that do not answer. */
async function askRunning({ directory, softwareVersion }: Asked): Promise<readonly Reachability[]> {
  const asking = askNode(directory, { method: 'reach' }, softwareVersion);
  return await asking.then(
    ({ answers }) => answers,
    () => [],
  );
}

/** What the answers of peers come to. */
export function reachFinding(answers: readonly Reachability[], port: number): Finding {
  const tried = answers.filter(({ outcome }) => outcome !== 'refused');
  const [first] = tried;
  if (first === undefined) {
    const why = answers[0]?.detail ?? 'no member was asked, or none answers';
    return skipped('reachability', why);
  }
  const seen = tried.map(({ observed }) => ipOf(observed))[0] ?? '-';
  const reached = tried.filter(({ outcome }) => outcome === 'reached').length;
  const told = `${reached} of ${tried.length} peers get through to TCP ${port}; they see ${seen}`;
  if (reached > 0) return ok('reachability', told);
  return warning(
    'reachability',
    `${told} (${first.detail})`,
    `Let TCP ${port} in: sudo ufw allow ${port}/tcp, and in the router forward it to this ` +
      `machine. If ${seen} is not where others find you, start with --announce.`,
  );
}

/**
 * Do the nodes answer by which others find into the network?
 * @param self the node itself, which may be one of them
 */
export async function examineBootstrap(file: NetworkFile, self?: NodeId): Promise<Finding> {
  const own = self === undefined ? undefined : peerIdText(self);
  const bootstrap = file.bootstrap.filter((address) => !address.endsWith(`/p2p/${own}`));
  const answers = await Promise.all(
    bootstrap.map(async (address) => {
      const port = portIn(address);
      if (port === undefined) return false;
      return await greet(ipOf(address), port).then(
        () => true,
        () => false,
      );
    }),
  );
  const silent = bootstrap.filter((_, i) => answers[i] !== true);
  const detail = `${bootstrap.length - silent.length} of ${bootstrap.length} addresses answer`;
  if (silent.length === 0) return ok('bootstrap', detail);
  const remedy = `These do not: ${silent.map(ipAndPort).join(', ')}. Firewall, or they are down.`;
  return silent.length < bootstrap.length
    ? warning('bootstrap', detail, remedy)
    : failed('bootstrap', detail, remedy);
}

/** The address, or name, at the beginning of a multiaddr. */
function ipOf(address: string): string {
  return address.split('/')[2] ?? '-';
}

function ipAndPort(address: string): string {
  return `${ipOf(address)}:${portIn(address) ?? '-'}`;
}

function isLoopback(ip: string): boolean {
  return ip === '::1' || /^127\./.test(ip);
}
