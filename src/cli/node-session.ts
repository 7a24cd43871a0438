/** Runs a node for a command: opens its folder, starts it, stops it when the user wants. */
import { appendFileSync, closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { AssayError } from '../base/index.ts';
import type { Network } from '../core/index.ts';
import { networkOf, readNetworkFile } from '../network-file/index.ts';
import {
  createLog,
  keepEpochsMin,
  type NodeFolder,
  type NodeLog,
  NodeMetrics,
  NodeTrace,
  openFolder,
  parseLogLevels,
  readPassphrase,
  type Secret,
  type ServedNode,
  type ValidatorNodeOptions,
  waitRoundsOf,
} from '../node/index.ts';
import { aborted, type Io } from './io.ts';
import { networkPathOf } from './network-path.ts';
import { type PassphraseValues, readDialFrom, readWhole } from './node-options.ts';
import { NodeServers } from './node-servers.ts';
import { readVersion } from './version.ts';

/** Values of `NODE_OPTIONS`. */
export type NodeValues = PassphraseValues & {
  readonly dir: string;
  readonly net: string | undefined;
  readonly listen: string;
  readonly announce: string | undefined;
  readonly 'dial-from': string | undefined;
  readonly 'log-level': string;
  readonly 'memory-mib': string;
  readonly 'heap-mib': string | undefined;
  readonly executions: string;
  readonly 'doppelganger-wait': string | undefined;
  readonly 'keep-epochs': string | undefined;
  readonly record: string | undefined;
  readonly explorer: string | undefined;
  readonly api: string | undefined;
  readonly 'api-token-file': string | undefined;
  readonly metrics: string | undefined;
  readonly io: Io;
};

/** What a node is opened from, and how the folder is given back. */
export type NodeSession = {
  readonly folder: NodeFolder;
  readonly log: NodeLog;
  /** What is told of each step of the node: the file of events, explorer, metrics. */
  readonly watching: Pick<ValidatorNodeOptions, 'record' | 'trace' | 'observe'>;
  readonly metrics: NodeMetrics | undefined;
  readonly release: () => Promise<void>;
};

/** Something that runs until it is told to stop. */
type Running = { start(): Promise<void>; stop(): Promise<void> };

/**
 * Reads the passphrase that the options name, or asks for it.
 * @param isNew asks twice
 */
export function passphraseOf(
  values: PassphraseValues,
  { question, isNew }: { readonly question: string; readonly isNew: boolean },
): Promise<Secret<string>> {
  const file = values['password-file'];
  const descriptor = values['password-fd'];
  return readPassphrase({
    ...(file === undefined ? {} : { file }),
    ...(descriptor === undefined
      ? {}
      : { descriptor: readWhole(descriptor, { option: '--password-fd', min: 0, max: 1023 }) }),
    prompt: { question, isNew },
  });
}

/**
 * Opens the folder of a node.
 * @param role what the explorer calls it
 * @throws the errors of network files, folders, keys and guards
 */
export async function openSession(
  values: NodeValues,
  role: 'validator' | 'provider',
): Promise<NodeSession> {
  const { dir: directory, listen, announce } = values;
  const dialFrom = readDialFrom(values['dial-from']);
  const memoryMib = readWhole(values['memory-mib'], { option: '--memory-mib', ...MEMORY_MIB });
  const heapText = values['heap-mib'];
  // the launcher has applied it
  if (heapText !== undefined) readWhole(heapText, { option: '--heap-mib', ...MEMORY_MIB });
  const executions = readWhole(values.executions, { option: '--executions', min: 1, max: 64 });
  const file = readNetworkFile(networkPathOf(values));
  const network = networkOf(file);
  const doppelgangerWaitRounds = waitOf(values, network);
  const keepEpochs = keepOf(values, network);
  const passphrase = await passphraseOf(values, {
    question: `Passphrase of ${directory}`,
    isNew: false,
  });
  const { keystore, lock } = await openFolder(directory, { network, passphrase });
  const log = logOf(values);
  const path = values.record;
  const softwareVersion = `assay/${readVersion()}`;
  const self = { id: keystore.id, role };
  const traced = { file, softwareVersion, self, nowMs: Date.now() };
  const trace = values.explorer === undefined ? undefined : new NodeTrace(traced);
  const metrics = values.metrics === undefined ? undefined : new NodeMetrics();
  return {
    folder: {
      directory,
      file,
      seed: keystore.seed.reveal(),
      listen: [listen],
      ...(announce === undefined ? {} : { announce: [announce] }),
      ...(dialFrom === undefined ? {} : { dialFrom }),
      softwareVersion,
      log,
      executionMemoryBytes: memoryMib * 1024 ** 2,
      executions,
      doppelgangerWaitRounds,
      ...keepEpochs,
    },
    log,
    watching: {
      ...(path === undefined ? {} : { record: recordTo(path) }),
      ...(trace === undefined ? {} : { trace }),
      ...(metrics === undefined ? {} : { observe: metrics.observe }),
    },
    metrics,
    release: () => lock.release(),
  };
}

/**
 * Runs a node until the user stops it, or it cannot go on; with the servers that are wanted.
 * @throws what its start throws; ApiError
 */
export async function runUntilStopped(
  node: Running & ServedNode,
  { values, session }: { readonly values: NodeValues; readonly session: NodeSession },
): Promise<void> {
  const { io } = values;
  const halted = new Promise<Error>((resolve) => {
    node.operated.node.onHalt((reason, cause) => resolve(haltedBy(reason, cause)));
  });
  const servers = new NodeServers();
  try {
    await servers.start(node, { values, session });
    await Promise.race([node.start(), halted, aborted(io.signal)]);
    const error = await Promise.race([halted, aborted(io.signal)]);
    if (error !== undefined) throw error;
  } finally {
    await servers.close();
    await node.stop();
  }
}

/** What went wrong in the world is told as such, with its remedy. */
function haltedBy(reason: string, cause: unknown): Error {
  if (cause instanceof AssayError) return cause;
  return new Error(`the node signs nothing any more: ${reason}`, { cause });
}

/** A day of the slowest network, and more. */
const WAIT_ROUNDS = { min: 0, max: 100_000 } as const;

function waitOf(values: NodeValues, { parameters }: Network): number {
  const text = values['doppelganger-wait'];
  if (text === undefined) return waitRoundsOf(parameters);
  return readWhole(text, { option: '--doppelganger-wait', ...WAIT_ROUNDS });
}

const KEEP_EPOCHS_MAX = 1_000_000;

function keepOf(values: NodeValues, network: Network): { readonly keepEpochs?: number } {
  const text = values['keep-epochs'];
  if (text === undefined) return {};
  const range = { min: keepEpochsMin(network), max: KEEP_EPOCHS_MAX };
  return { keepEpochs: readWhole(text, { option: '--keep-epochs', ...range }) };
}

/** Appends to a record; a line that a killed process did not finish is ended first. */
function recordTo(path: string): (line: string) => void {
  if (existsSync(path) && lastByte(path) !== LINE_END) appendFileSync(path, '\n');
  return (line) => appendFileSync(path, `${line}\n`);
}

const LINE_END = 0x0a;

/** The last byte of a file; a line's end if it is empty. */
function lastByte(path: string): number {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const byte = Buffer.alloc(1, LINE_END);
    if (size > 0) readSync(file, byte, 0, 1, size - 1);
    return byte.readUInt8(0);
  } finally {
    closeSync(file);
  }
}

/** From little to a machine of a data centre. */
const MEMORY_MIB = { min: 128, max: 1_048_576 } as const;

function logOf({ io, 'log-level': text }: NodeValues): NodeLog {
  return createLog({
    ...parseLogLevels(text),
    isPretty: process.stderr.isTTY === true,
    write: io.err,
  });
}
