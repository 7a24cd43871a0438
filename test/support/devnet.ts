/** A network in this process: real libp2p on loopback, real guards and stores in a temp folder. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memory } from '@libp2p/memory';
import { type ProtocolParameters, sha256, utf8 } from '../../src/base/index.ts';
import { freePorts } from '../../src/cli/commands/testnet/plan.ts';
import { encodeTensors } from '../../src/compare/index.ts';
import {
  buildModel,
  DEFAULT_COMPARATOR,
  executionClassOf,
  INPUT_SHAPES,
  manifestOf,
  openModel,
  structuredInputs,
} from '../../src/inference/index.ts';
import { startBeaconServer } from '../../src/node/beacon/index.ts';
import { BlobDirectory } from '../../src/node/blobs/index.ts';
import { type Devnet, type DevnetMember, makeDevnet } from '../../src/node/devnet/index.ts';
import { peerIdText } from '../../src/node/libp2p/index.ts';
import { createLog, type LogLevel } from '../../src/node/log/index.ts';
import type { NodeFolder } from '../../src/node/node-parts.ts';
import { openProviderNode, type ProviderNode } from '../../src/node/provider-node.ts';
import type { StepObserver } from '../../src/node/runner/index.ts';
import { openValidatorNode, type ValidatorNode } from '../../src/node/validator-node.ts';
import { createGuard } from '../../src/store/index.ts';

export type TestDevnetOptions = {
  readonly validators: number;
  readonly providers: number;
  readonly roundMs: number;
  readonly parameters?: Partial<ProtocolParameters>;
  readonly logLevel?: LogLevel;
  /** `tcp` on loopback by default. */
  readonly wire?: 'tcp' | 'memory';
  /** Takes the lines of the log instead of standard error. */
  readonly writeLog?: (text: string) => void;
  /** Sees each step of each node. */
  readonly observe?: StepObserver;
  /** Takes the lines of the event log of each node. */
  readonly record?: (node: string, line: string) => void;
};

/** Runs a whole network; `stop` ends it and removes its folder. */
export class TestDevnet {
  readonly devnet: Devnet;
  readonly directory: string;
  readonly model = buildModel('mlp', { seed: 7 });
  readonly validators: ValidatorNode[] = [];
  readonly providers: ProviderNode[] = [];
  readonly #options: TestDevnetOptions;
  readonly #stopBeacon: () => Promise<void>;

  private constructor(more: {
    devnet: Devnet;
    directory: string;
    options: TestDevnetOptions;
    stopBeacon: () => Promise<void>;
  }) {
    this.devnet = more.devnet;
    this.directory = more.directory;
    this.#options = more.options;
    this.#stopBeacon = more.stopBeacon;
  }

  /** Makes folders and network file, starts beacon and all nodes. */
  static async start(options: TestDevnetOptions): Promise<TestDevnet> {
    const directory = mkdtempSync(join(tmpdir(), 'assay-test-'));
    const seed = sha256(utf8(`devnet/${directory}`));
    const ports = await freePorts(options.validators + options.providers);
    const { roundMs } = options;
    const genesisMs = Date.now() + 1_000;
    const model = openModel(buildModel('mlp', { seed: 7 }));
    const manifest = manifestOf(model, {
      name: 'mlp',
      executionClasses: [executionClassOf('disabled')],
      comparator: DEFAULT_COMPARATOR,
      executionMs: 100,
      inputBytesMax: 1_048_576,
    });
    const make = (endpoints: readonly string[]): Devnet =>
      makeDevnet({
        seed,
        name: 'test',
        validators: options.validators,
        providers: options.providers,
        models: [manifest],
        roundMs,
        genesisMs,
        address: (role, index, id) => {
          const port = ports[role === 'validator' ? index : options.validators + index];
          return `${placeOf(options, port ?? 0)}/p2p/${peerIdText(id)}`;
        },
        endpoints,
        ...(options.parameters === undefined ? {} : { parameters: options.parameters }),
      });
    const server = await startBeaconServer({
      seed: make([]).beaconSeed,
      periodMs: roundMs,
      genesisMs,
      host: '127.0.0.1',
      port: 0,
    });
    const devnet = make([server.url]);
    const net = new TestDevnet({
      devnet,
      directory,
      options,
      stopBeacon: () => server.close(),
    });
    await net.#startAll(ports);
    return net;
  }

  /** What clients of this network need to reach it. */
  get transports(): NodeFolder['transports'] {
    return this.#options.wire === 'memory' ? [memory()] : undefined;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.validators, ...this.providers].map((node) => node.stop()));
    await this.#stopBeacon();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Starts one more validator: of a key that the network file does not know. */
  async join(member: DevnetMember): Promise<ValidatorNode> {
    const [port = 0] = await freePorts(1);
    const node = await openValidatorNode(await this.folder(member, port));
    this.validators.push(node);
    await node.start();
    return node;
  }

  async #startAll(ports: readonly number[]): Promise<void> {
    const { validators, providers } = this.devnet;
    for (const [i, member] of validators.entries()) {
      const folder = await this.folder(member, ports[i] ?? 0);
      this.validators.push(await openValidatorNode({ ...folder, ...this.#recording(member) }));
    }
    for (const [i, member] of providers.entries()) {
      const folder = await this.folder(member, ports[validators.length + i] ?? 0);
      const serves = this.devnet.file.models.map(({ model }) => model as never);
      const recording = this.#recording(member);
      this.providers.push(await openProviderNode({ ...folder, ...recording, serves }));
    }
    await Promise.all([...this.validators, ...this.providers].map((node) => node.start()));
  }

  /** The first validator has no endpoint: all its beacons come over gossip. [TIME-1] */
  #fileOf({ name }: DevnetMember): Devnet['file'] {
    const { file } = this.devnet;
    if (name !== 'validator-1') return file;
    return { ...file, beacon: { ...file.beacon, endpoints: [] } };
  }

  #recording({ name }: DevnetMember): {
    record?: (line: string) => void;
    observe?: StepObserver;
  } {
    const { record, observe } = this.#options;
    return {
      ...(record === undefined ? {} : { record: (line) => record(name, line) }),
      ...(observe === undefined ? {} : { observe }),
    };
  }

  /** The folder of a member, made if need be. */
  async folder(member: DevnetMember, port: number): Promise<NodeFolder> {
    const directory = join(this.directory, member.name);
    const networkId = Buffer.from(this.devnet.file.id, 'hex');
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const guard = await createGuard(join(directory, 'guard'), { networkId, owner: member.id });
    await guard.close();
    const models = await BlobDirectory.open(join(directory, 'models'));
    await models.put(this.model);
    const { logLevel = 'silent', writeLog = (text) => process.stderr.write(text) } = this.#options;
    const transports = this.transports;
    return {
      directory,
      file: this.#fileOf(member),
      seed: member.seed,
      listen: [placeOf(this.#options, port)],
      ...(transports === undefined ? {} : { transports }),
      softwareVersion: 'assay/test',
      log: createLog({
        level: logLevel,
        isPretty: true,
        write: (text) => void writeLog(`${member.name} ${text}`),
      }),
    };
  }
}

/** Returns bytes of an input of the demo model: another one for each `index`. */
export function mlpInput(index: number): Uint8Array {
  const shape = [1, ...INPUT_SHAPES.mlp];
  const [data = new Float32Array(0)] = structuredInputs('mlp', { seed: index, count: 1 });
  return encodeTensors([{ name: 'x', type: 'float32', shape, data }]);
}

function placeOf({ wire }: TestDevnetOptions, port: number): string {
  return wire === 'memory' ? `/memory/assay-${port}` : `/ip4/127.0.0.1/tcp/${port}`;
}
