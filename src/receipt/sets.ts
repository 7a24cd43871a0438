/**
 * [SET-1] Which validator set a receipt was judged by: that of the network file, or the one to
 * which the steps lead that the receipt carries or names.
 *
 * Limit: steps prove that a set came to be. That no later one served the round is proved only by a
 * chain that reaches beyond it: validators of an old set could sign for it long after they left.
 */
import { equalBytes } from '../base/index.ts';
import { type ChainLink, Draws, type Network, type SetChain, walkChain } from '../core/index.ts';
import type { Crypto } from '../crypto/index.ts';
import { bitmapIndices, doStepsFit, type HeaderMessage, type Receipt } from '../wire/index.ts';

/** The set that judged, or why it is not known. */
export type ServingSet =
  | { readonly kind: 'set'; readonly link: ChainLink; readonly share: StakeShare | undefined }
  | { readonly kind: 'fault'; readonly detail: string };

/** Stake that confirmed the step of a set, of all stake of the set before it. */
export type StakeShare = { readonly part: bigint; readonly whole: bigint };

/** A chain that was walked from the network file, if one is at hand. */
export type KnownChain = SetChain | undefined;

const fault = (detail: string): ServingSet => ({ kind: 'fault', detail });

/** Returns the set of the round of a receipt. Total. */
export function servingSet(at: {
  readonly network: Network;
  readonly crypto: Crypto;
  readonly receipt: Receipt;
  readonly header: HeaderMessage;
  readonly known: KnownChain;
}): ServingSet {
  const { receipt, header, known } = at;
  const { step, steps = [] } = receipt;
  if (step !== undefined) {
    if (steps.length > 0) return fault('it carries steps and names one: it may do one of the two');
    return namedSet(step, header, known);
  }
  const walked = walkedChain(at);
  if (typeof walked === 'string') return fault(walked);
  const link = walked.link(steps.length) ?? walked.genesis;
  const serving = walked.at(header.round).number;
  if (serving < link.number) {
    const epoch = (walked.link(serving + 1) ?? walked.genesis).epoch;
    return fault(`step ${serving + 1} begins with epoch ${epoch}, after its round`);
  }
  if (known !== undefined) {
    const number = Math.min(link.number, known.head.number);
    if (!equalBytes(digestAt(walked, number), digestAt(known, number))) {
      return fault(`its step ${number} is not that of the set chain given`);
    }
    const right = known.at(header.round).number;
    if (right > link.number) return fault(`set ${right} served its round: steps are missing`);
  }
  return { kind: 'set', link, share: shareOf(walked, link.number) };
}

/** What a receipt carries or names so that its set is known to whoever has the network file. */
export function stepsFor(chain: SetChain, round: number): Pick<Receipt, 'step' | 'steps'> {
  const { number, digest } = chain.at(round);
  if (number === 0) return {};
  const steps = chain.steps.slice(0, number);
  return doStepsFit(steps) ? { steps } : { step: { number, digest } };
}

function namedSet(
  step: NonNullable<Receipt['step']>,
  { round }: HeaderMessage,
  known: KnownChain,
): ServingSet {
  const { number } = step;
  if (known === undefined) {
    return fault(`it names step ${number} and does not carry it: the set chain must be given`);
  }
  if (number > known.head.number) {
    return fault(`it names step ${number}: the set chain given ends with ${known.head.number}`);
  }
  if (!equalBytes(digestAt(known, number), step.digest)) {
    return fault(`the step ${number} that it names is not that of the set chain given`);
  }
  const link = known.at(round);
  if (link.number !== number) {
    return fault(`it names step ${number}, but set ${link.number} served its round`);
  }
  return { kind: 'set', link, share: shareOf(known, number) };
}

/** The chain of the steps that are carried, or what is wrong with one. */
function walkedChain(at: {
  readonly network: Network;
  readonly crypto: Crypto;
  readonly receipt: Receipt;
  readonly known: KnownChain;
}): SetChain | string {
  const { network, crypto, receipt, known } = at;
  const { steps = [] } = receipt;
  // the very steps of a chain that was walked are not walked again
  const isKnown = known !== undefined && steps.every((step, i) => step === known.steps[i]);
  if (isKnown && steps.length > 0) return known;
  const walked = walkChain(crypto, new Draws(network), steps);
  if (walked.fault === undefined) return walked.chain;
  return `step ${walked.chain.head.number + 1} is wrong: ${stepFaultWords(walked.fault)}`;
}

const STEP_FAULTS = new Map([
  ['number', 'it is out of order'],
  ['predecessor', 'it follows another step'],
  ['epoch', 'its epoch does not come after that of the step before'],
  ['state', 'it does not lead to the set that it says'],
  ['operator-signature', 'the operator of the network did not sign it'],
  ['key-proofs', 'a validator that it admits did not prove its keys'],
  ['settlement-quorum', 'no quorum signed the settlement in it'],
  ['confirmation', 'no quorum of the set before confirmed it'],
]);

/** Says what is wrong with a step, for people. @param check as `walkChain` names it */
export function stepFaultWords(check: string): string {
  return STEP_FAULTS.get(check) ?? check;
}

function digestAt(chain: SetChain, number: number): Uint8Array {
  return (chain.link(number) ?? chain.genesis).digest;
}

/** `undefined` for the set of the network file. */
function shareOf(chain: SetChain, number: number): StakeShare | undefined {
  const step = chain.steps[number - 1];
  const before = chain.link(number - 1)?.state.network;
  if (step === undefined || before === undefined) return undefined;
  const { validators, totalStake: whole } = before;
  const members = bitmapIndices(step.holders, validators.length) ?? [];
  const part = members.reduce((sum, index) => sum + (validators[index]?.stake ?? 0n), 0n);
  return { part, whole };
}
