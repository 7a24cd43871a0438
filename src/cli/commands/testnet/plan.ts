/**
 * The folder of a testnet: network file, beacon seed, passphrase, a folder for each member, and
 * the plan that says which processes to start. Made once; the same folder starts the same network.
 */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { AssayError, defined, type ProtocolParameters, toHex } from '../../../base/index.ts';
import { buildModel, MODEL_KINDS, openModel, structuredInputs } from '../../../inference/index.ts';
import { writeNetworkFile } from '../../../network-file/index.ts';
import {
  BlobDirectory,
  chainInfoOf,
  createFolder,
  type Devnet,
  type DevnetMember,
  makeDevnet,
  peerIdText,
  Secret,
} from '../../../node/index.ts';
import { writeWhole } from '../../files.ts';
import { MODEL_SEED, modelNamed, type NamedModel } from '../model/manifest.ts';

/** What `testnet up` is asked for. */
export type TestnetShape = {
  readonly validators: number;
  readonly providers: number;
  readonly dishonest: number;
  readonly periodMs: number;
  readonly models: readonly string[];
  /** Rounds of an epoch; the default of networks if absent. */
  readonly epochRounds?: number;
};

/** One process. */
export type PlannedNode = {
  readonly name: string;
  readonly id: string;
  readonly port: number;
  readonly role: 'validator' | 'provider';
  /** File of the model that it runs instead of what it claims. */
  readonly substitute?: string;
};

/** Everything that `testnet up` starts. */
export type Plan = {
  readonly format: 1;
  readonly validators: number;
  readonly providers: number;
  readonly dishonest: number;
  readonly beacon: {
    readonly port: number;
    readonly periodMs: number;
    readonly genesisMs: number;
  };
  readonly models: readonly string[];
  readonly epochRounds?: number;
  readonly nodes: readonly PlannedNode[];
};

/** Files of a testnet's folder. */
export const TESTNET_FILES = {
  plan: 'testnet.json',
  network: 'network.yaml',
  password: 'password',
  beaconSeed: 'beacon-seed',
  operator: 'operator',
} as const;

/** Windows of a network with short epochs, rounds: an epoch is settled soon after its end. */
const SHORT_EPOCH_ROUNDS = 32;
const SHORT_WINDOWS = { evidenceWindowRounds: 2, postWindowRounds: 2, partitionRounds: 4 } as const;

/** From making the folder to the first beacon: time to start all processes. */
const GENESIS_DELAY_MS = 2_000;

/**
 * Returns the plan of the folder `dir`, made if it is not there.
 * @throws AssayError testnet-differs if it was made with another shape, testnet-unreadable
 */
export async function planOf(dir: string, shape: TestnetShape): Promise<Plan> {
  const path = join(dir, TESTNET_FILES.plan);
  if (!existsSync(path)) return await makePlan(dir, shape);
  const plan = await readPlan(path);
  for (const key of ['validators', 'providers', 'dishonest'] as const) {
    if (plan[key] === shape[key]) continue;
    throw new AssayError({
      code: 'testnet-differs',
      message: `this folder holds a network with ${plan[key]} ${key}, not ${shape[key]}`,
      where: dir,
      remedy: `Give --${key} ${plan[key]}, or another --dir; or remove the folder.`,
    });
  }
  const { epochRounds } = shape;
  if (epochRounds !== undefined && plan.epochRounds !== epochRounds) {
    throw new AssayError({
      code: 'testnet-differs',
      message: `this folder holds a network with other epochs than of ${epochRounds} rounds`,
      where: dir,
      remedy: 'Leave --epoch-rounds out, or give another --dir; or remove the folder.',
    });
  }
  if (plan.beacon.periodMs !== shape.periodMs) {
    const known = `${plan.beacon.periodMs}ms`;
    throw new AssayError({
      code: 'testnet-differs',
      message: `this folder holds a network with a period of ${known}, not ${shape.periodMs}ms`,
      where: dir,
      remedy: `Give --period ${known}, or another --dir; or remove the folder.`,
    });
  }
  return plan;
}

/** Reads the plan of a folder. @throws AssayError testnet-unreadable */
export async function readPlan(path: string): Promise<Plan> {
  try {
    const plan = JSON.parse(await readFile(path, 'utf8')) as Plan;
    if (plan.format === 1 && Array.isArray(plan.nodes)) return plan;
  } catch {
    // told below
  }
  throw new AssayError({
    code: 'testnet-unreadable',
    message: 'this is no plan of a testnet',
    where: path,
    remedy: 'Remove the folder, if it is one: a testnet is quickly made again.',
  });
}

async function makePlan(dir: string, shape: TestnetShape): Promise<Plan> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const count = shape.validators + shape.providers;
  const [beaconPort = 0, ...ports] = await freePorts(count + 1);
  const models = await Promise.all(shape.models.map(modelNamed));
  const genesisMs = Date.now() + GENESIS_DELAY_MS + count * START_MS;
  const devnet = devnetOf(shape, { models, genesisMs, beaconPort, ports });
  const password = randomBytes(24).toString('base64url');
  await writeSecret(join(dir, TESTNET_FILES.password), `${password}\n`);
  await writeSecret(join(dir, TESTNET_FILES.beaconSeed), `${toHex(devnet.beaconSeed)}\n`);
  await writeNetworkFile(join(dir, TESTNET_FILES.network), devnet.file);
  await makeOperator(dir, { devnet, password });
  const nodes = await Promise.all(
    [...devnet.validators, ...devnet.providers].map((member, index) =>
      makeNode(dir, { member, index, shape, models, port: ports[index] ?? 0, password }),
    ),
  );
  await writeSample(dir, models);
  const plan: Plan = {
    format: 1,
    validators: shape.validators,
    providers: shape.providers,
    dishonest: shape.dishonest,
    beacon: { port: beaconPort, periodMs: shape.periodMs, genesisMs },
    models: models.map(({ manifest }) => manifest.name),
    ...(shape.epochRounds === undefined ? {} : { epochRounds: shape.epochRounds }),
    nodes,
  };
  await writeWhole(
    join(dir, TESTNET_FILES.plan),
    new TextEncoder().encode(`${JSON.stringify(plan, null, 2)}\n`),
  );
  return plan;
}

/** Time that one more process takes to start on a small machine. */
const START_MS = 600;

function devnetOf(
  shape: TestnetShape,
  more: { models: readonly NamedModel[]; genesisMs: number; beaconPort: number; ports: number[] },
): Devnet {
  const { models, genesisMs, beaconPort, ports } = more;
  const make = (seed: Uint8Array, endpoints: readonly string[]): Devnet =>
    makeDevnet({
      seed,
      name: 'testnet',
      validators: shape.validators,
      providers: shape.providers,
      models: models.map(({ manifest }) => manifest),
      roundMs: shape.periodMs,
      genesisMs,
      address: (role, index, id) => {
        const port = ports[role === 'validator' ? index : shape.validators + index];
        return `/ip4/127.0.0.1/tcp/${port}/p2p/${peerIdText(id)}`;
      },
      endpoints,
      ...(shape.epochRounds === undefined
        ? {}
        : { parameters: epochParameters(shape.epochRounds) }),
    });
  const seed = new Uint8Array(randomBytes(32));
  const { publicKey } = make(seed, []).file.beacon;
  const chainKey = new Uint8Array(Buffer.from(publicKey, 'hex'));
  const { hash } = chainInfoOf({ chainKey, genesisMs, periodMs: shape.periodMs });
  return make(seed, [`http://127.0.0.1:${beaconPort}/${hash}`]);
}

/** Windows would outlast very short epochs many times over: those get short ones. */
function epochParameters(epochRounds: number): Partial<ProtocolParameters> {
  return { ...(epochRounds < SHORT_EPOCH_ROUNDS ? SHORT_WINDOWS : {}), epochRounds };
}

/** A folder for `assay network admit` and the like, as `assay network create` makes one. */
async function makeOperator(
  dir: string,
  { devnet, password }: { devnet: Devnet; password: string },
): Promise<void> {
  const directory = join(dir, TESTNET_FILES.operator);
  await createFolder(directory, {
    passphrase: new Secret(password),
    seed: new Secret(devnet.operatorSeed),
    description: 'operator',
  });
  await writeNetworkFile(join(directory, TESTNET_FILES.network), devnet.file);
}

async function makeNode(
  dir: string,
  at: {
    member: DevnetMember;
    index: number;
    shape: TestnetShape;
    models: readonly NamedModel[];
    port: number;
    password: string;
  },
): Promise<PlannedNode> {
  const { member, index, shape, models, port, password } = at;
  const directory = join(dir, member.name);
  await createFolder(directory, {
    passphrase: new Secret(password),
    seed: new Secret(member.seed),
    description: member.name,
  });
  const library = await BlobDirectory.open(join(directory, 'models'));
  for (const { bytes } of models) await library.put(bytes);
  const role = index < shape.validators ? 'validator' : 'provider';
  const node = { name: member.name, id: member.id, port, role } as const;
  const isDishonest =
    role === 'provider' && index >= shape.validators + shape.providers - shape.dishonest;
  if (!isDishonest) return node;
  const { kind } = defined(models[0], 'a testnet has a model');
  if (kind === undefined) {
    throw new AssayError({
      code: 'testnet-dishonest',
      message: 'a dishonest provider needs a model of the zoo first',
      where: '--dishonest',
      remedy: `Give --model ${MODEL_KINDS.join(' or ')} before other files.`,
    });
  }
  const substitute = join(directory, 'substitute.onnx');
  await writeFile(substitute, buildModel(kind, { seed: MODEL_SEED, variant: 'int8' }));
  return { ...node, substitute };
}

/** An input to try: `x.json`, for the first model of the zoo. */
async function writeSample(dir: string, models: readonly NamedModel[]): Promise<void> {
  const kind = models.find((model) => model.kind !== undefined)?.kind;
  if (kind === undefined) return;
  const [input] = structuredInputs(kind, { seed: MODEL_SEED, count: 1 });
  const [shape] = openModel(buildModel(kind, { seed: MODEL_SEED })).report.inputs;
  const sizes = (shape?.shape ?? []).map((size) => (typeof size === 'string' ? 1 : size));
  const name = shape?.name ?? 'x';
  const sample = { [name]: { shape: sizes, data: [...(input ?? [])] } };
  await writeFile(join(dir, 'x.json'), `${JSON.stringify(sample)}\n`);
}

async function writeSecret(path: string, text: string): Promise<void> {
  await writeFile(path, text, { mode: 0o600 });
}

/** Ports that nobody listens on now. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  const listening = (server: (typeof servers)[number]): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once('listening', resolve);
      server.once('error', reject);
    });
  await Promise.all(servers.map(listening));
  const ports = servers.map((server) => {
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
