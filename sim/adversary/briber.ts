/**
 * Validators that sell votes to an outsider, and the providers who are served: they vote `valid`
 * for a client's wrong answer, or `invalid` for an honest one's right answer, wherever the offer,
 * times the chance that it is paid, exceeds what they would lose. Stopped by larger committees that
 * dissent calls for [QUORUM-2], by small ones that take no money [QUORUM-4], and by the stake of
 * who voted against the final verdict [SLASH-1].
 *
 * Limits: sellers know the share of stake that sells and believe that all of it does, which favours
 * the briber; the cost of a lost challenge, shared with an unknown number of others, is left out.
 */
import { defined, type NodeId, type Subject, subjectKey } from '../../src/base/index.ts';
import type { AdversaryTools, Behaviour, ExecuteEffect } from './behaviour.ts';
import { noteOpenings } from './cartel.ts';
import { inventedMeasurement } from './invention.ts';
import { boughtShare } from './odds.ts';
import { type Bench, benchOf } from './seats.ts';

export type BriberOptions = {
  readonly share: number;
  readonly wants: 'accept-wrong' | 'convict-right';
  /** Both in units of `economics.unitStake`. */
  readonly offer: number;
  readonly budget: number;
};

/** A validator that sells where it pays, and is honest elsewhere. */
export function bribedValidator(tools: AdversaryTools, options: BriberOptions): Behaviour {
  const { conspiracy, oracle } = tools;
  const { wants } = options;
  return {
    before: (event) => {
      noteOpenings(conspiracy, event);
      return [event];
    },
    execute: (effect) => {
      const { subject, level, beacon } = effect;
      if (!isWanted(tools, subject, wants) || !sells(tools, effect, options)) return undefined;
      if (wants === 'convict-right') {
        return inventedMeasurement(`bribe/${subjectKey(subject)}/${level}`);
      }
      const answer = defined(conspiracy.answerOf(subject), 'a client told what it answered');
      return oracle.measure(answer.digest, beacon);
    },
  };
}

function isWanted(
  { conspiracy }: AdversaryTools,
  subject: Subject,
  wants: BriberOptions['wants'],
): boolean {
  if (wants === 'accept-wrong') return conspiracy.answerOf(subject)?.isWrong === true;
  return conspiracy.claimOf(subject) !== undefined;
}

/** Takes the offer if it is worth it, and covered. */
function sells(tools: AdversaryTools, effect: ExecuteEffect, options: BriberOptions): boolean {
  const { draws, signer, scenario, treasury } = tools;
  const { share, wants, offer, budget } = options;
  const { parameters, ablated } = draws.network;
  const { unitStake } = scenario.economics;
  const bench = benchOf(tools, effect);
  const seats = ownSeats(bench, signer.id);
  const { level, lastLevel, poolSize } = bench;
  const won = boughtShare({
    level,
    lastLevel,
    poolSize,
    parameters,
    share,
    wants,
    isDissentHeard: !ablated.has('QUORUM-2'),
    isMoneySafe: !ablated.has('QUORUM-4'),
  });
  const slash = ablated.has('SLASH-1') ? 0 : Number(parameters.slashVoter);
  const lost = slash + seats * Number(parameters.rewardPerSeat);
  const stake = offer * unitStake * seats;
  if (won * stake <= (1 - won) * lost) return false;
  const verdict = wants === 'accept-wrong' ? 'valid' : 'invalid';
  const bribe = { subject: effect.subject, seller: signer.id, verdict, stake } as const;
  return treasury.promise(bribe, budget * unitStake);
}

/** Own seats; those of a level by stake in proportion. */
function ownSeats({ committee }: Bench, id: NodeId): number {
  const weight = Number(committee.weights[committee.indexOf.get(id) ?? -1] ?? 0n);
  if (committee.unit === 'seats') return weight;
  return (committee.seats * weight) / Number(committee.weight);
}
