/** What a receipt promises, in sentences for people who did not read the specification. */
import { unreachable, type Verdict } from '../base/index.ts';
import type { Network } from '../core/index.ts';
import type { HeaderMessage } from '../wire/index.ts';
import type { JudgementSummary, SetSummary } from './summary.ts';

/** Says what the receipt of an answer means that nobody re-executed. */
export function undrawnWords(
  network: Network,
  header: HeaderMessage,
  oneIn: number,
): readonly string[] {
  const { slashProvider } = network.parameters;
  return [
    'Nobody re-executed this answer: the beacon did not draw it.',
    'Proved: the provider committed to this very answer in a batch that a quorum of validators ' +
      `sealed before anybody could know what round ${header.round + 2} would draw.`,
    'Not proved: that the answer is right.',
    `Each answer of class ${header.assuranceClass} is drawn with a chance of 1 in ${oneIn}, and ` +
      'the provider could not know which. A cheater who falsifies one answer is caught with that ' +
      `chance, and then loses ${slashProvider} of its stake.`,
  ];
}

/** Says what the receipt of a judged answer means. */
export function drawnWords(judgement: JudgementSummary): readonly string[] {
  return [meaningOf(judgement.verdict), finalityWords(judgement), poolWords(judgement)];
}

/** Names a set: its number, its first epoch, and who confirmed it. */
export function setWords({ number, epoch, validators, confirmedBy }: SetSummary): string {
  const size = `${validators} ${validators === 1 ? 'validator' : 'validators'}`;
  if (confirmedBy === undefined) return `set 0, that of the network file, ${size}`;
  const { part, whole } = confirmedBy;
  return (
    `set ${number}, from epoch ${epoch}, ${size}, confirmed by ${percent(part, whole)} of the ` +
    `stake of set ${number - 1}`
  );
}

/** Says what it means that another set judged than that of the network file. */
export function changedSetWords(set: SetSummary): readonly string[] {
  if (set.number === 0) return [];
  return [
    `Judged by ${setWords(set)}. Each step to it from the network file was signed by the ` +
      'operator and confirmed by more than two thirds of the stake before it.',
  ];
}

function meaningOf(verdict: Verdict): string {
  switch (verdict) {
    case 'valid':
      return 'Validators ran the model themselves, without seeing this output, and found the same.';
    case 'invalid':
      return 'Validators ran the model themselves and found something else: the answer is wrong.';
    case 'unavailable':
      return 'The provider did not show what it had committed to, or the input was missing.';
    case 'inconclusive':
      return 'Validators could not tell whether the answer is right: it is too close to call.';
    default:
      return unreachable(verdict);
  }
}

function finalityWords({ reason, verdict, level, votes }: JudgementSummary): string {
  const counted = `${votes.signed} of ${votes.weight} ${votes.unit}`;
  switch (reason) {
    case 'all-weight':
      return `Final: all ${votes.unit} of level ${level} signed it, so nobody was left to object.`;
    case 'last-level':
      return `Final: level ${level} is the last one, and ${counted} signed it.`;
    case 'challenge-open':
      return (
        `Provisional: ${counted} signed it. Those who did not may have objected, and then a ` +
        'larger committee decided. Ask a node for the final verdict.'
      );
    case 'level-too-light':
      return (
        `Provisional: level ${level} is too small to make ${verdict} final, because that costs ` +
        'the provider money. A larger committee decides. Ask a node for the final verdict.'
      );
    default:
      return unreachable(reason);
  }
}

function poolWords({ poolStake, totalStake, verdict, votes }: JudgementSummary): string {
  // [QUORUM-5] `inconclusive` needs fewer votes of its own than the other verdicts
  const captured = verdict === 'inconclusive' ? 'a third' : 'two thirds';
  return (
    `The validators that could be drawn hold ${percent(poolStake, totalStake)} of all stake. The ` +
    `verdict is wrong only if dishonest ones got more than ${captured} of the ${votes.unit}.`
  );
}

/** Tenths of a percent, rounded down. */
function percent(part: bigint, whole: bigint): string {
  const tenths = whole === 0n ? 0n : (1000n * part) / whole;
  return `${tenths / 10n}.${tenths % 10n} %`;
}
