/** What all commands of an operator share: key, connection, one proposal at a time. */
import { createSigner, type Signer } from '../../../crypto/index.ts';
import { type NetworkFile, readNetworkFile } from '../../../network-file/index.ts';
import {
  createLog,
  KeyError,
  keystorePath,
  lockDirectory,
  Operator,
  OperatorError,
  openKeystore,
  type Proposed,
  parseLogLevels,
  pause,
} from '../../../node/index.ts';
import type { SetChange } from '../../../wire/index.ts';
import type { Io } from '../../io.ts';
import { networkPathOf } from '../../network-path.ts';
import { type PassphraseValues, readWhole } from '../../node-options.ts';
import { passphraseOf } from '../../node-session.ts';
import { readVersion } from '../../version.ts';
import { shareOf, shortId } from './wording.ts';

export type OperatorValues = PassphraseValues & {
  readonly dir: string;
  readonly net: string | undefined;
  readonly io: Io;
};

export type ProposingValues = OperatorValues & { readonly timeout: string };

/** An operator that is connected. */
export type OperatorSession = {
  readonly operator: Operator;
  readonly signer: Signer;
  readonly file: NetworkFile;
};

const TIMEOUT_S = { min: 1, max: 86_400 } as const;
const LOCK_POLL_MS = 500;
/** Members named as missing. */
const NAMED_MAX = 8;

/**
 * Opens the folder of an operator, joins, does something, and leaves.
 * @throws AssayError no-network-file; KeyError; NetworkFileError; OperatorError not-the-operator
 */
export async function withOperator<T>(
  values: OperatorValues,
  action: (session: OperatorSession) => Promise<T>,
): Promise<T> {
  const { dir: directory, io } = values;
  const file = readNetworkFile(networkPathOf(values));
  const passphrase = await passphraseOf(values, {
    question: `Passphrase of ${directory}`,
    isNew: false,
  });
  const keystore = await openKeystore(keystorePath(directory), passphrase);
  const signer = createSigner(keystore.seed.reveal());
  const isPretty = process.stderr.isTTY === true;
  const log = createLog({ ...parseLogLevels('error'), isPretty, write: io.err });
  const softwareVersion = `assay/${readVersion()}`;
  const operator = await Operator.open({ file, signer, directory, softwareVersion, log });
  try {
    return await action({ operator, signer, file });
  } finally {
    await operator.close();
  }
}

/** What `--timeout` says. @throws AssayError not-a-whole-number */
export function timeoutOf({ timeout, io }: ProposingValues): AbortSignal {
  const seconds = readWhole(timeout, { option: '--timeout', ...TIMEOUT_S });
  return AbortSignal.any([io.signal, AbortSignal.timeout(1000 * seconds)]);
}

/**
 * Proposes, alone: two proposals of one number, of two commands at once, would split the members.
 * @throws OperatorError step-refused; step-not-confirmed, with who is missing; KeyError
 */
export async function proposeAlone(
  operator: Operator,
  at: {
    readonly dir: string;
    readonly changes: readonly SetChange[];
    readonly signal: AbortSignal;
  },
): Promise<Proposed> {
  const lock = await lockPatiently(at.dir, at.signal);
  try {
    return await operator.propose(at.changes, at.signal);
  } catch (error) {
    const isOpen = error instanceof OperatorError && error.detail.code === 'step-not-confirmed';
    throw isOpen ? unconfirmed(operator, error) : error;
  } finally {
    await lock.release();
  }
}

async function lockPatiently(dir: string, signal: AbortSignal) {
  for (;;) {
    try {
      return await lockDirectory(dir);
    } catch (error) {
      const isHeld = error instanceof KeyError && error.detail.code === 'directory-locked';
      if (!isHeld || signal.aborted) throw error;
      await pause(LOCK_POLL_MS, signal);
    }
  }
}

function unconfirmed(operator: Operator, cause: OperatorError): OperatorError {
  const { network } = operator.head.state;
  const { quorum, proposals } = operator.standing();
  const [proposal] = proposals;
  const confirmed = new Set(proposal?.confirmedBy);
  const silent = network.validators.filter(({ id }) => !confirmed.has(id));
  const absent = new Set(operator.absent());
  const named = silent.slice(0, NAMED_MAX).map(({ id, stake }) => {
    const why = absent.has(id) ? 'not connected' : 'connected';
    return `${shortId(id)} (${shareOf(stake, network.totalStake)}, ${why})`;
  });
  const more = silent.length > NAMED_MAX ? ` and ${silent.length - NAMED_MAX} more` : '';
  const weight = shareOf(proposal?.weight ?? 0n, network.totalStake);
  const needed = shareOf(quorum, network.totalStake);
  return new OperatorError(
    {
      code: 'step-not-confirmed',
      message:
        `no quorum: members of ${weight} of the stake confirmed the step, ${needed} is needed; ` +
        `missing: ${named.join(', ')}${more}`,
      remedy: 'It stays proposed. Run the command again when more validators are up.',
    },
    { cause },
  );
}
