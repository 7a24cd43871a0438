/** Does the work of `assay network admit`, `remove` and `stake`. */
import { existsSync } from 'node:fs';
import {
  AssayError,
  isNodeId,
  type NodeId,
  type Stake,
  stake,
  toHex,
} from '../../../base/index.ts';
import type { ChainLink, Network } from '../../../core/index.ts';
import {
  type Applicant,
  applicants,
  type JoinRequest,
  type Proposed,
} from '../../../node/index.ts';
import { bitmapIndices, type SetChange } from '../../../wire/index.ts';
import type { Answer } from '../../io.ts';
import { plural } from '../../text.ts';
import { readStake } from '../../values.ts';
import { modelIds, readRequest } from '../join/request-file.ts';
import {
  type OperatorSession,
  type ProposingValues,
  proposeAlone,
  timeoutOf,
  withOperator,
} from './operating.ts';
import { amountText, inForceText, shareOf, shortId } from './wording.ts';

export type AdmitValues = ProposingValues & {
  readonly who: string;
  readonly stake: string | undefined;
  readonly models: string | undefined;
  readonly provider: boolean;
};

/**
 * Admits who asked, or whose request file is given.
 * @throws AssayError no-request, ambiguous-id, stake-missing, unknown-model and those of request
 *   files; OperatorError
 */
export async function answerAdmit(values: AdmitValues): Promise<Answer> {
  const given = values.stake === undefined ? undefined : readStake(values.stake, '--stake');
  return await withOperator(values, async (session) => {
    const signal = timeoutOf(values);
    const change = await admission(session, { values, given, signal });
    return await changed(session, { values, change, signal, verb: 'admitted' });
  });
}

/** Takes a member out. @throws AssayError not-a-member, ambiguous-id; OperatorError */
export async function answerRemove(
  values: ProposingValues & { readonly who: string },
): Promise<Answer> {
  return await withOperator(values, async (session) => {
    const id = memberNamed(session.operator.head.state.network, values.who);
    const change: SetChange = { kind: 'stake', id, stake: stake(0n) };
    return await changed(session, { values, change, signal: timeoutOf(values), verb: 'removed' });
  });
}

/** Gives a member another stake. @throws as `answerRemove`; AssayError not-an-amount */
export async function answerStake(
  values: ProposingValues & { readonly who: string; readonly amount: string },
): Promise<Answer> {
  const amount = readStake(values.amount, 'amount');
  return await withOperator(values, async (session) => {
    const id = memberNamed(session.operator.head.state.network, values.who);
    const change: SetChange = { kind: 'stake', id, stake: amount };
    const verb = `has a stake of ${amountText(amount)}`;
    return await changed(session, { values, change, signal: timeoutOf(values), verb });
  });
}

/** The change that grants a request, with the stake that the operator gives. */
export function admissionOf(request: JoinRequest, given: Stake = request.stake): SetChange {
  const { role, id } = request;
  if (role === 'provider') return { kind: 'provider', id, stake: given };
  const { voteKey, models, possession, ownership } = request;
  return { kind: 'validator', id, voteKey, stake: given, models, possession, ownership };
}

async function admission(
  { operator }: OperatorSession,
  at: {
    readonly values: AdmitValues;
    readonly given: Stake | undefined;
    readonly signal: AbortSignal;
  },
): Promise<SetChange> {
  const { values, given, signal } = at;
  const { who, models, provider } = values;
  const { network } = operator.head.state;
  if (provider && isNodeId(who)) {
    // a provider proves no keys: its id is enough
    if (given === undefined) throw stakeMissing();
    return { kind: 'provider', id: who, stake: given };
  }
  const request = existsSync(who)
    ? readRequest(who, network).request
    : requestNamed(await applicants(operator.asking(signal)), who);
  const change = admissionOf(request, given);
  if (models === undefined || change.kind !== 'validator') return change;
  return { ...change, models: modelIds(network, models.split(','), '--models') };
}

async function changed(
  { operator }: OperatorSession,
  at: {
    readonly values: ProposingValues;
    readonly change: SetChange;
    readonly signal: AbortSignal;
    readonly verb: string;
  },
): Promise<Answer> {
  const { values, change, signal, verb } = at;
  const before = operator.head;
  const proposed = await proposeAlone(operator, { dir: values.dir, changes: [change], signal });
  const { link } = proposed;
  const confirmed = confirmedShare(operator.chain.link(link.number - 1) ?? before, proposed);
  const { network } = link.state;
  const again = proposed.isRepeated ? 'It had been proposed before; now it is confirmed.' : [];
  const json = { id: change.id, number: link.number, epoch: link.epoch, confirmed };
  const { validators, providers } = network;
  const members = `${plural(validators, 'validator')}, ${plural(providers, 'provider')}`;
  const left = link.state.leaving.filter((each) => each.number === link.number);
  return {
    json: { ...json, isRepeated: proposed.isRepeated, step: toHex(link.digest) },
    lines: [
      `${shortId(change.id)} ${verb}: set ${link.number}, ${inForceText(link)}.`,
      `Confirmed by members of ${confirmed} of the stake. ${members}.`,
      ...left.map((each) => {
        const amount = amountText(each.stake);
        return `What was taken off, ${amount}, stays slashable to epoch ${each.untilEpoch}.`;
      }),
      ...[again].flat(),
    ],
  };
}

/** Stake of the members that confirmed a step. @param before whose members they are */
export function confirmedShare({ state }: ChainLink, { link }: Pick<Proposed, 'link'>): string {
  const { validators, totalStake } = state.network;
  const indices = bitmapIndices(link.step?.holders ?? new Uint8Array(0), validators.length) ?? [];
  const weight = indices.reduce((sum, index) => sum + (validators[index]?.stake ?? 0n), 0n);
  return shareOf(weight, totalStake);
}

/** The member of which an id, or the beginning of one, is given. */
function memberNamed(network: Network, text: string): NodeId {
  const all = [...network.validators, ...network.providers].map(({ id }) => id);
  const found = [...new Set(all)].filter((id) => id.startsWith(text.toLowerCase()));
  const [id] = found;
  if (id !== undefined && found.length === 1) return id;
  if (id !== undefined) throw ambiguous(text, found);
  throw new AssayError({
    code: 'not-a-member',
    message: 'no member has an id that begins so',
    where: text.slice(0, 80),
    remedy: '`assay network sets` shows who is a member.',
  });
}

/** The request of which the id, or its beginning, is given. @throws no-request, ambiguous-id */
export function requestNamed(all: readonly Applicant[], text: string): JoinRequest {
  const found = all.filter(({ request }) => request.id.startsWith(text.toLowerCase()));
  const [applicant] = found;
  if (applicant !== undefined && found.length === 1) return applicant.request;
  const ids = found.map(({ request }) => request.id);
  if (applicant !== undefined) throw ambiguous(text, ids);
  throw new AssayError({
    code: 'no-request',
    message: 'no node knows of a request from an id that begins so, and it is no file',
    where: text.slice(0, 80),
    remedy: 'Let the other run `assay join NETWORK --dir DIR`, or give its request.yaml.',
  });
}

function ambiguous(text: string, found: readonly string[]): AssayError {
  return new AssayError({
    code: 'ambiguous-id',
    message: `${found.length} ids begin so: ${found.slice(0, 4).map(shortId).join(', ')}`,
    where: text.slice(0, 80),
    remedy: 'Give more digits.',
  });
}

function stakeMissing(): AssayError {
  return new AssayError({
    code: 'stake-missing',
    message: 'a provider that is admitted by its id needs a stake',
    where: '--stake',
    remedy: 'Give its stake, such as --stake 1000000.',
  });
}
