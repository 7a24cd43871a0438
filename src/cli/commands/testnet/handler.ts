/** Does the work of `assay testnet`. */
import { join } from 'node:path';
import { commandLines } from '../../../../sim/report/table.ts';
import { AssayError } from '../../../base/index.ts';
import { readNetworkFile } from '../../../network-file/index.ts';
import { LightClient, type NodeStatus, pause } from '../../../node/index.ts';
import type { Io } from '../../io.ts';
import { readPeriod, readWhole } from '../../node-options.ts';
import { terminalOf } from '../../terminal.ts';
import { readVersion } from '../../version.ts';
import { Display } from './display.ts';
import { type Plan, planOf, TESTNET_FILES } from './plan.ts';
import { Processes } from './processes.ts';

/** What a testnet is made of. */
export type ShapeValues = {
  readonly dir: string;
  readonly validators: string;
  readonly providers: string;
  readonly dishonest: string;
  readonly period: string;
  readonly 'epoch-rounds': string | undefined;
  readonly model: readonly string[];
};

export type TestnetValues = ShapeValues & { readonly 'log-level': string; readonly io: Io };

/** Between two looks at the nodes. */
const LOOK_MS = 1_000;
const VALIDATORS_MAX = 64;
const PROVIDERS_MAX = 16;

/**
 * Makes the folder of a testnet, or reads what is there; nothing runs yet.
 * @throws AssayError not-a-whole-number, not-a-period, testnet-differs
 */
export async function madePlan(values: ShapeValues): Promise<Plan> {
  const { dir } = values;
  const providers = readWhole(values.providers, {
    option: '--providers',
    min: 0,
    max: PROVIDERS_MAX,
  });
  return await planOf(dir, {
    validators: readWhole(values.validators, {
      option: '--validators',
      min: 1,
      max: VALIDATORS_MAX,
    }),
    providers,
    dishonest: readWhole(values.dishonest, { option: '--dishonest', min: 0, max: providers }),
    periodMs: readPeriod(values.period),
    models: values.model,
    ...epochsOf(values),
  });
}

/** Starts a network and shows it until the user stops it. @throws AssayError */
export async function runTestnet(values: TestnetValues): Promise<void> {
  const { dir, io } = values;
  const plan = await madePlan(values);
  const processes = new Processes({ dir, plan, logLevel: values['log-level'] });
  process.once('exit', () => processes.killAll());
  const terminal = terminalOf(process.stdout);
  const display = new Display(io, terminal);
  processes.startAll();
  try {
    await watch(values, { plan, processes, display, columns: terminal.columns });
  } finally {
    if (terminal.isLive) io.err('stopping …\n');
    await processes.stopAll();
  }
}

const EPOCH_ROUNDS = { min: 8, max: 100_000 } as const;

function epochsOf(values: ShapeValues): { readonly epochRounds?: number } {
  const text = values['epoch-rounds'];
  if (text === undefined) return {};
  return { epochRounds: readWhole(text, { option: '--epoch-rounds', ...EPOCH_ROUNDS }) };
}

type Watched = {
  readonly plan: Plan;
  readonly processes: Processes;
  readonly display: Display;
  readonly columns: () => number;
};

async function watch(
  { dir, io }: TestnetValues,
  { plan, processes, display, columns }: Watched,
): Promise<void> {
  const file = readNetworkFile(join(dir, TESTNET_FILES.network));
  let client: LightClient | undefined;
  const statuses = new Map<string, NodeStatus>();
  try {
    while (!io.signal.aborted) {
      client ??= await LightClient.open({
        file,
        softwareVersion: `assay/${readVersion()}`,
      }).catch(() => undefined);
      if (client !== undefined) await look(client, { file, statuses, signal: io.signal });
      const process = (name: string) => processes.state(name);
      display.show({ plan, process, statuses, hints: hintsOf(dir, plan, columns()) });
      assertAlive(plan, processes);
      await pause(LOOK_MS, io.signal);
    }
  } finally {
    await client?.close();
  }
}

/** Asks every member how it is; who does not answer is as it was. */
async function look(
  client: LightClient,
  at: {
    file: ReturnType<typeof readNetworkFile>;
    statuses: Map<string, NodeStatus>;
    signal: AbortSignal;
  },
): Promise<void> {
  for (const { id, addresses } of at.file.providers) {
    if (client.host.peers().some((peer) => peer.id === id)) continue;
    for (const address of addresses) await client.host.dial(address).catch(() => undefined);
  }
  for (const status of await client.statuses(at.signal)) at.statuses.set(status.id, status);
}

/** @throws AssayError testnet-ended if nothing is left that runs */
function assertAlive(plan: Plan, processes: Processes): void {
  if (plan.nodes.some(({ name }) => processes.state(name).kind === 'running')) return;
  throw new AssayError({
    code: 'testnet-ended',
    message: 'all nodes have ended',
    remedy: 'Their logs are in the folder of the network: *.log.',
  });
}

function hintsOf(dir: string, plan: Plan, columns: number): readonly string[] {
  const [model = 'mlp'] = plan.models;
  const isSampled = ['mlp', 'conv', 'transformer'].includes(model);
  const input = isSampled ? `${dir}/x.json` : 'INPUT.json';
  const infer = ['assay', 'infer', '--net', `${dir}/network.yaml`, '--model', model];
  infer.push('--input', input);
  return [
    'Ask for an inference and wait for its receipt:',
    ...commandLines([...infer, '--assurance', 'full', '--wait', '--out', 'r.json'], columns),
    ...(plan.dishonest === 0 ? [] : ['* runs an int8 copy instead of the model']),
    'Ctrl-C stops everything; the same command starts it again.',
  ];
}
