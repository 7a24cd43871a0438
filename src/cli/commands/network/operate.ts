/**
 * Does the work of `assay network operate`: proposes the next set once an epoch, with the
 * settlement that the members agreed on and with those whom the policy of the operator admits.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  type OperatorPolicy,
  parseConfigText,
  readDocument,
  resolveOperator,
} from '../../../config/index.ts';
import { epochOf } from '../../../core/index.ts';
import { type Applicant, applicants, OperatorError, pause } from '../../../node/index.ts';
import { LIMITS, type SetChange } from '../../../wire/index.ts';
import type { Io } from '../../io.ts';
import { admissionOf, confirmedShare } from './change.ts';
import {
  type OperatorSession,
  type OperatorValues,
  proposeAlone,
  withOperator,
} from './operating.ts';
import { changeLines } from './sets.ts';
import { inForceText } from './wording.ts';

const POLICY_FILE = 'operator.yaml';
/** Rounds between two looks, and that a proposal may take before it is said again. */
const LOOK_ROUNDS = 4;
const PROPOSAL_ROUNDS = 60;
const ASK_MS = 20_000;

/** Runs until the user stops it. @throws what opening the operator throws; ConfigError */
export async function runOperator(values: OperatorValues): Promise<void> {
  const { dir, io } = values;
  const policy = readPolicy(dir);
  await withOperator(values, async (session) => {
    const { name } = session.file;
    say(io, `operates ${name}: admits ${WORDS[policy.admit]}, settles once an epoch`);
    const { roundMs } = session.operator.head.state.network.parameters;
    let proposedIn = -1;
    while (!io.signal.aborted) {
      const epoch = epochOf(session.operator.head.state.network, session.operator.round);
      const isDone = await turn(session, { values, policy, isDue: epoch > proposedIn });
      if (isDone) proposedIn = epoch;
      await pause(LOOK_ROUNDS * roundMs, io.signal);
    }
  });
}

const WORDS = {
  'by-hand': 'nobody by itself',
  listed: 'those listed',
  all: 'all who ask',
} as const;

/** The policy in the folder of an operator; without a file, all is done by hand. */
export function readPolicy(dir: string): OperatorPolicy {
  const path = join(dir, POLICY_FILE);
  return resolveOperator(existsSync(path) ? readDocument(path) : parseConfigText('{}', path));
}

/** Whom a policy admits of those who ask, with which stake; those who asked first come first. */
export function grantedBy(
  policy: OperatorPolicy,
  { asking, validators }: { readonly asking: readonly Applicant[]; readonly validators: number },
): readonly SetChange[] {
  if (policy.admit === 'by-hand') return [];
  const listed = new Set(policy.listed);
  let places = policy.membersMax - validators;
  const granted: SetChange[] = [];
  for (const { request, refusal } of asking) {
    const isWanted = policy.admit === 'all' || listed.has(request.id);
    if (!isWanted || refusal !== undefined || isFull(granted)) continue;
    if (request.role === 'validator' && places <= 0) continue;
    if (request.role === 'validator') places -= 1;
    const given = request.stake < policy.stakeMax ? request.stake : policy.stakeMax;
    granted.push(admissionOf(request, given));
  }
  return granted;
}

/** [WIRE-4] Others come with the next step. */
function isFull(changes: readonly SetChange[]): boolean {
  return changes.length >= LIMITS.changesPerStep;
}

/** Returns whether a step was confirmed. */
async function turn(
  { operator }: OperatorSession,
  at: { values: OperatorValues; policy: OperatorPolicy; isDue: boolean },
): Promise<boolean> {
  const { values, policy, isDue } = at;
  const { dir, io } = values;
  const asked = AbortSignal.any([io.signal, AbortSignal.timeout(ASK_MS)]);
  const before = operator.head;
  const { network } = before.state;
  const asking = policy.admit === 'by-hand' ? [] : await applicants(operator.asking(asked));
  const changes = grantedBy(policy, { asking, validators: network.validators.length });
  const settlement = isDue ? await operator.settlement(asked) : undefined;
  if (io.signal.aborted || (changes.length === 0 && settlement === undefined)) return false;
  const limit = AbortSignal.timeout(PROPOSAL_ROUNDS * network.parameters.roundMs);
  const signal = AbortSignal.any([io.signal, limit]);
  try {
    const proposed = await proposeAlone(operator, { dir, changes, signal });
    const { link } = proposed;
    const settled = link.state.settledEpoch > before.state.settledEpoch;
    const what = settled ? `, epochs to ${link.state.settledEpoch} settled` : '';
    const previous = operator.chain.link(link.number - 1) ?? before;
    const share = confirmedShare(previous, proposed);
    say(io, `set ${link.number}, ${inForceText(link)}${what}; ${share} confirmed it`);
    for (const line of changeLines(previous, link.step?.body.changes ?? [])) say(io, line.trim());
    return true;
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    if (!io.signal.aborted) say(io, `not done, will try again: ${error.message}`);
    return false;
  }
}

function say(io: Io, text: string): void {
  const [time = ''] = new Date().toISOString().slice(11).split('.');
  io.out(`${time}  ${text.split('\n')[0]}\n`);
}
