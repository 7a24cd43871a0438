/** What the network says: the beacon and with it the clock, peers, versions. */
import { AssayError, fromHex, type NodeId } from '../../base/index.ts';
import { roundDueAt } from '../../core/index.ts';
import { realCrypto } from '../../crypto/index.ts';
import { type NetworkFile, networkOf } from '../../network-file/index.ts';
import { requestRound } from '../beacon/index.ts';
import { LightClient } from '../light-client.ts';
import type { NodeStatus } from '../rpc/index.ts';
import { type Finding, failed, ok, skipped, warning } from './finding.ts';
import { failedBy } from './folder.ts';
import { examineSet } from './membership.ts';
import { examineBootstrap, examineReach, type Place } from './reach.ts';

const REQUEST_MS = 5_000;
/** Rounds that the latest one of a chain may be behind or ahead of the clock. */
const ROUNDS_OFF_MAX = 1;

/** What is examined, and from where. */
type Asked = {
  readonly directory: string;
  readonly softwareVersion: string;
  readonly signal: AbortSignal;
  readonly place: Place | undefined;
  /** The key of the folder, if it has one. */
  readonly self: NodeId | undefined;
};

/** Examines what only others can tell. */
export async function examineOnline(file: NetworkFile, at: Asked): Promise<readonly Finding[]> {
  const [beacon, peers] = await Promise.all([
    examineBeacon(file, at.signal),
    examinePeers(file, at),
  ]);
  return [...beacon, ...peers];
}

/** Asks every endpoint for its latest round: what the clock says must be about that. */
async function examineBeacon(file: NetworkFile, signal: AbortSignal): Promise<readonly Finding[]> {
  const { endpoints, publicKey } = file.beacon;
  if (endpoints.length === 0) {
    return [skipped('beacon', 'the network file names no endpoint: rounds come from peers')];
  }
  const network = networkOf(file);
  const chainKey = fromHex(publicKey) ?? new Uint8Array(0);
  const answers = await Promise.all(
    endpoints.map(async (endpoint) => {
      const either = AbortSignal.any([signal, AbortSignal.timeout(REQUEST_MS)]);
      const answer = await requestRound(endpoint, undefined, either);
      const isSigned =
        answer.kind === 'round' &&
        realCrypto.verifyBeacon(chainKey, answer.round, answer.signature) !== undefined;
      return { endpoint, answer, isSigned, at: Date.now() };
    }),
  );
  const good = answers.flatMap(({ answer, isSigned, at }) =>
    answer.kind === 'round' && isSigned ? [{ round: answer.round, at }] : [],
  );
  const bad = answers.filter(({ isSigned }) => !isSigned).map(({ endpoint }) => endpoint);
  const [latest] = good.sort((a, b) => b.round - a.round);
  if (latest === undefined) {
    const remedy = 'Let the machine reach them, or wait: a late beacon delays, nothing else.';
    return [warning('beacon', `no endpoint gives a round: ${bad.join(', ')}`, remedy)];
  }
  const answering = `${good.length} of ${endpoints.length} endpoints answer`;
  const reached = `${answering}, latest round ${latest.round}`;
  const beacon =
    bad.length === 0
      ? ok('beacon', reached)
      : warning('beacon', reached, `Not reached, or wrong: ${bad.join(', ')}.`);
  return [beacon, clock(latest.round - roundDueAt(network, latest.at), file.beacon.periodMs)];
}

function clock(roundsOff: number, periodMs: number): Finding {
  if (Math.abs(roundsOff) <= ROUNDS_OFF_MAX) {
    return ok('clock', `agrees with the beacon to ${ROUNDS_OFF_MAX} round of ${periodMs} ms`);
  }
  const isAhead = roundsOff < 0;
  const byMs = Math.abs(roundsOff) * periodMs;
  const detail = `${isAhead ? 'ahead of' : 'behind'} the beacon by about ${byMs} ms`;
  const remedy =
    'Set it by NTP: batches are acknowledged by the clock. Or the beacon stands still.';
  return failed('clock', detail, remedy);
}

async function examinePeers(file: NetworkFile, at: Asked): Promise<readonly Finding[]> {
  const { softwareVersion, signal, place } = at;
  if (file.validators.length === 1) return [skipped('peers', 'the network has one validator')];
  const bootstrap = await examineBootstrap(file, at.self);
  let client: LightClient;
  try {
    client = await LightClient.open({ file, softwareVersion });
  } catch (error) {
    if (!(error instanceof AssayError)) throw error;
    return [
      bootstrap,
      failedBy('peers', error, 'Check the bootstrap addresses of the network file.'),
    ];
  }
  try {
    const statuses = await client.statuses(signal);
    const peers = client.host.peers().length;
    const answered = `${peers} reached, ${statuses.length} answer`;
    const reach = await examineReach(client.host, place, { ...at, listen: undefined, file });
    const set = examineSet(client.chain, at.self);
    return [bootstrap, ok('peers', answered), ...set, reach, versions(statuses, softwareVersion)];
  } finally {
    await client.close();
  }
}

function versions(statuses: readonly NodeStatus[], ours: string): Finding {
  const others = [...new Set(statuses.map((status) => status.softwareVersion))].sort();
  const newer = others.filter((other) => compareVersions(other, ours) > 0);
  if (newer.length === 0) return ok('version', ours);
  const remedy = 'Read the change log of the newer release, and install it.';
  return warning('version', `this is ${ours}, others run ${newer.join(', ')}`, remedy);
}

/** Compares `assay/<major>.<minor>.<patch>`; what is no version is no newer one. */
function compareVersions(a: string, b: string): number {
  const numbers = (text: string) => (/(\d+)\.(\d+)\.(\d+)/.exec(text) ?? []).slice(1).map(Number);
  const [left, right] = [numbers(a), numbers(b)];
  for (let i = 0; i < left.length; i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
