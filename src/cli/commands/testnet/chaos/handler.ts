/** Does the work of `assay testnet chaos`. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeId } from '../../../../base/index.ts';
import { CALM_ROUNDS } from '../../../../invariants/index.ts';
import { networkOf, readNetworkFile } from '../../../../network-file/index.ts';
import { type Audit, auditLogs } from '../../../../node/index.ts';
import { NotValidError } from '../../../failure.ts';
import type { Io } from '../../../io.ts';
import { readVersion } from '../../../version.ts';
import { type Plan, planOf, readPlan, TESTNET_FILES } from '../plan.ts';
import { ChaosNet } from './chaos-net.ts';
import { Load } from './load.ts';
import { readMemory } from './memory.ts';
import { type ChaosPlan, type ChaosWords, readChaos, shapeOf } from './options.ts';
import { SeededRandom } from './random.ts';
import { type RunRecord, runSchedule } from './run.ts';
import { type Episode, scheduleOf } from './schedule.ts';
import { dishonestOf, reportOf } from './verdict.ts';
import { reportText, scheduleText } from './wording.ts';

export type ChaosValues = ChaosWords & {
  readonly dir: string;
  readonly 'log-level': string;
  readonly json: boolean;
  readonly io: Io;
};

/**
 * Runs a testnet through faults and judges it.
 * @throws NotValidError chaos-violations; AssayError
 */
export async function runChaos(values: ChaosValues): Promise<void> {
  const { dir, io, json } = values;
  const plan = await folderOf(values);
  const validators = plan.nodes.filter(({ role }) => role === 'validator').map(({ name }) => name);
  const ask = readChaos(values, validators.length);
  const schedule = scheduleOf(ask, validators);
  const tell = (line: string): void => (json ? io.err : io.out)(`${line}\n`);
  tell(scheduleText(schedule, ask));
  const net = await ChaosNet.open({
    ...{ dir, plan, logLevel: values['log-level'], background: ask.background },
    random: jitterOf(ask),
  });
  const killAll = (): void => net.processes.killAll();
  process.once('exit', killAll);
  let run: RunRecord;
  try {
    run = await runIn(net, { values, plan, schedule, ask, tell });
  } finally {
    tell('stopping …');
    await net.close();
    process.off('exit', killAll);
  }
  if (io.signal.aborted) return;
  tell('reading what the nodes recorded …');
  const audit = await judge(run, { dir, plan, net });
  const memory = plan.nodes.flatMap(({ name }) => readMemory(net.memoryOf(name), name));
  const report = reportOf(run, { audit, plan, memory });
  if (json) {
    const { happened, claims: _, ...rest } = { ...run, ...report, seed: ask.seed };
    const { statuses: __, ...plain } = rest;
    const document = { ...plain, claims: report.claims, schedule, happened };
    io.out(`${JSON.stringify(document, plainMap, 2)}\n`);
  } else io.out(reportText(report));
  if (report.violations.length === 0) return;
  throw new NotValidError({
    code: 'chaos-violations',
    message: `broken promises: ${report.violations.map(({ invariant }) => invariant).join(', ')}`,
    where: dir,
    remedy: `Logs and records are in the folder; --seed ${ask.seed} gives the same schedule.`,
  });
}

/** The folder's plan, or that of a folder that is made. */
async function folderOf(values: ChaosValues): Promise<Plan> {
  const path = join(values.dir, TESTNET_FILES.plan);
  const isAsked = values.validators !== undefined || values.period !== undefined;
  if (!existsSync(path)) return await planOf(values.dir, shapeOf(values));
  const plan = await readPlan(path);
  if (!isAsked) return plan;
  const { validators, period } = values;
  // a folder keeps its epochs, whatever they are
  const { epochRounds: _, ...asked } = shapeOf({
    validators: validators ?? String(plan.validators),
    period: period ?? `${plan.beacon.periodMs}ms`,
  });
  return await planOf(values.dir, { ...plan, ...asked, ...rolesOf(plan) });
}

function rolesOf({ providers, dishonest }: Plan) {
  return { providers, dishonest };
}

async function runIn(
  net: ChaosNet,
  at: {
    readonly values: ChaosValues;
    readonly plan: Plan;
    readonly schedule: readonly Episode[];
    readonly ask: ChaosPlan;
    readonly tell: (line: string) => void;
  },
): Promise<RunRecord> {
  const { values, plan, schedule, ask, tell } = at;
  const { signal } = values.io;
  const file = readNetworkFile(join(values.dir, TESTNET_FILES.network));
  net.start();
  const softwareVersion = `assay/${readVersion()}`;
  const [model = 'mlp'] = plan.models;
  const load = await Load.open({ file, model, perSecond: ask.perSecond, softwareVersion }, signal);
  try {
    const network = networkOf(file);
    const { forMs } = ask;
    const { dir } = values;
    return await runSchedule({ dir, net, plan, network, load, schedule, forMs, signal, tell });
  } finally {
    await load.close();
  }
}

async function judge(
  run: RunRecord,
  { dir, plan, net }: { dir: string; plan: Plan; net: ChaosNet },
): Promise<Audit> {
  const network = networkOf(readNetworkFile(join(dir, TESTNET_FILES.network)));
  const idOf = new Map(plan.nodes.map(({ name, id }) => [name, id as NodeId]));
  const skewed = [...net.skewed].flatMap((name) => idOf.get(name) ?? []);
  return await auditLogs({
    network,
    nodes: [...idOf].map(([name, id]) => ({ name, id, path: net.eventsOf(name) })),
    dishonest: dishonestOf(plan),
    skewed: new Set(skewed),
    calmAtMs: run.lastHealMs + CALM_ROUNDS * network.parameters.roundMs,
    up: new Set(idOf.values()),
  });
}

function jitterOf({ seed }: ChaosPlan): () => number {
  const random = new SeededRandom(seed, 'jitter');
  return () => random.next();
}

/** Maps as objects, for JSON. */
function plainMap(_key: string, value: unknown): unknown {
  return value instanceof Map ? Object.fromEntries(value) : value;
}
