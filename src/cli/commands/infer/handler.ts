/** Does the work of `assay infer`: asks, prints the answer at once, then waits for the verdict. */
import { extname } from 'node:path';
import { AssayError } from '../../../base/index.ts';
import { type NetworkFile, networkOf, readNetworkFile } from '../../../network-file/index.ts';
import {
  type Answered,
  type ClaimOutcome,
  inspectKeystore,
  keystorePath,
  lockDirectory,
  openKeystore,
  Requester,
} from '../../../node/index.ts';
import { encodeReceipt, encodeReceiptJson, type Receipt } from '../../../receipt/index.ts';
import { writeWhole } from '../../files.ts';
import type { Io } from '../../io.ts';
import type { PassphraseValues } from '../../node-options.ts';
import { passphraseOf } from '../../node-session.ts';
import { terminalOf } from '../../terminal.ts';
import { readVersion } from '../../version.ts';
import { terminalColumns } from '../receipt/handler.ts';
import { assertReadable, inputBytes, reportOfFile, reportOfPeers } from './input.ts';
import { type InferPlan, type InferWords, planInfer } from './plan.ts';
import { startWaiting } from './waiting.ts';
import {
  answerPart,
  type Conclusion,
  concludeBroken,
  concludeReceipt,
  concludeWithout,
  evidenceText,
  laterLines,
  type Told,
} from './wording.ts';

export type InferValues = PassphraseValues &
  InferWords & {
    readonly net: string;
    readonly input: string;
    readonly 'model-file': string | undefined;
    readonly key: string | undefined;
    readonly json: boolean;
    readonly io: Io;
  };

type Identity = { readonly seed: Uint8Array | undefined; readonly release: () => Promise<void> };

/**
 * Asks for an inference and, with `wait`, follows it to its verdict.
 * @throws NotValidError unless a receipt confirms the answer; AssayError, InferError, NodeError
 *   if there is no answer
 */
export async function runInfer(values: InferValues): Promise<void> {
  const file = readNetworkFile(values.net);
  const network = networkOf(file);
  const plan = await planInfer(network, values);
  const { manifest } = plan;
  const { input: inputFile, 'model-file': modelFile } = values;
  const report = modelFile === undefined ? undefined : await reportOfFile(modelFile, manifest);
  // What is wrong with the input is told, if it can be, before anybody is asked.
  const input = report && (await inputBytes(inputFile, report, manifest));
  if (input === undefined) await assertReadable(inputFile);
  const identity = await identityOf(values);
  try {
    await ask(values, { file, plan, input, identity });
  } finally {
    await identity.release();
  }
}

type Session = {
  readonly file: NetworkFile;
  readonly plan: InferPlan;
  /** Absent until the model is known. */
  readonly input: Uint8Array | undefined;
  readonly identity: Identity;
};

async function ask(values: InferValues, session: Session): Promise<void> {
  const { plan, file, identity } = session;
  const timeout = AbortSignal.timeout(plan.timeoutMs);
  const signal = AbortSignal.any([values.io.signal, timeout]);
  const requester = await Requester.open({
    file,
    softwareVersion: `assay/${readVersion()}`,
    ...(identity.seed === undefined ? {} : { seed: identity.seed }),
  });
  try {
    const answered = await answerOf(requester, { values, session, signal }).catch((cause) => {
      throw timeout.aborted ? outOfTime(values.timeout, cause) : cause;
    });
    const { manifest, oneIn } = plan;
    const { network } = requester;
    const columns = terminalColumns();
    const told = { network, net: values.net, model: manifest, oneIn, columns };
    await tell(values, { requester, answered, signal, told });
  } finally {
    await requester.close();
  }
}

async function answerOf(
  requester: Requester,
  at: {
    readonly values: InferValues;
    readonly session: Session;
    readonly signal: AbortSignal;
  },
): Promise<Answered> {
  const { values, session, signal } = at;
  const { manifest, provider } = session.plan;
  const input =
    session.input ??
    (await inputBytes(
      values.input,
      await reportOfPeers(requester.client, manifest, signal),
      manifest,
    ));
  return requester.infer({
    model: manifest.model,
    input,
    assurance: values.assurance,
    ...(provider === undefined ? {} : { provider }),
    signal,
  });
}

type Following = {
  readonly requester: Requester;
  readonly answered: Answered;
  readonly signal: AbortSignal;
  readonly told: Told;
};

/** Prints the answer and, if it is waited for, the verdict. */
async function tell(values: InferValues, following: Following): Promise<void> {
  const { io, json, wait } = values;
  const { answered, told } = following;
  const part = answerPart(answered, told);
  const print = (lines: readonly string[]): void => {
    if (!json) io.out(`${lines.join('\n')}\n`);
  };
  print(part.lines);
  if (!wait) {
    print(laterLines(answered, told));
    if (json) io.out(`${JSON.stringify(part.json, null, 2)}\n`);
    return;
  }
  const outcome = await follow(io, following);
  if (io.signal.aborted) {
    io.err(`${['Stopped waiting.', ...laterLines(answered, told)].join('\n')}\n`);
    return;
  }
  const conclusion = await conclude(outcome, { ...following, out: values.out });
  print(['', ...conclusion.lines]);
  if (json) {
    io.out(`${JSON.stringify({ ...part.json, outcome: conclusion.json }, null, 2)}\n`);
  }
  if (conclusion.failure !== undefined) throw conclusion.failure;
}

async function follow(io: Io, { requester, answered, signal }: Following): Promise<ClaimOutcome> {
  const waiting = startWaiting(io, terminalOf(process.stderr));
  try {
    return await requester.outcome(answered, { signal, onStep: waiting.step });
  } finally {
    waiting.end();
  }
}

/** Writes what is to be kept, and says what became of the answer. */
async function conclude(
  outcome: ClaimOutcome,
  { answered, told, out, signal }: Following & { readonly out: string | undefined },
): Promise<Conclusion> {
  switch (outcome.kind) {
    case 'receipt':
      if (out !== undefined) await writeWhole(out, receiptBytes(outcome.receipt, out));
      return concludeReceipt(outcome, { file: out, isOver: !signal.aborted, told });
    case 'promise-broken': {
      const name = out ?? `assay-${answered.promise.claim.slice(-12)}`;
      const file = `${name.replace(/\.(json|cbor)$/, '')}.evidence.json`;
      await writeWhole(file, new TextEncoder().encode(evidenceText(outcome, told)));
      return concludeBroken(outcome, { file, told });
    }
    default:
      return concludeWithout(outcome, { answered, told });
  }
}

function receiptBytes(receipt: Receipt, out: string): Uint8Array {
  return extname(out) === '.cbor' ? encodeReceipt(receipt) : encodeReceiptJson(receipt);
}

/** The key to ask with; a folder is locked, because one key never runs twice. */
async function identityOf(values: InferValues): Promise<Identity> {
  const { key } = values;
  if (key === undefined) return { seed: undefined, release: () => Promise.resolve() };
  // Locking makes a folder: a mistyped name shall leave none behind.
  await inspectKeystore(keystorePath(key));
  const lock = await lockDirectory(key);
  try {
    const passphrase = await passphraseOf(values, {
      question: `Passphrase of ${key}`,
      isNew: false,
    });
    const { seed } = await openKeystore(keystorePath(key), passphrase);
    return { seed: seed.reveal(), release: () => lock.release() };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

function outOfTime(timeout: string, cause: unknown): AssayError {
  const detail = {
    code: 'infer-timeout',
    message: `no answer within ${timeout}`,
    remedy: 'Give more time with --timeout, or see with `assay status` who is up.',
  };
  return new AssayError(detail, { cause });
}
