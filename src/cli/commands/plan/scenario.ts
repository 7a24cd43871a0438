/** The scenario that checks a plan: a cartel of the whole adversary, with providers that cheat. */
import {
  configYaml,
  parseConfigText,
  resolveScenario,
  type Scenario,
} from '../../../config/index.ts';
import type { Plan, PlanWish } from '../../../theory/index.ts';

/** One execution is worth this much stake. */
const UNIT_STAKE = 1000;
/** A seat earns a tenth more than it spends, silence costs twice that: as in the defaults. */
const SEAT_REWARD = 1.1;
const CHALLENGE_COST = 1.2;
const SILENCE_COST = 2.2;
/** Few enough for a laptop, enough that level 0 is drawn and not the whole set. */
const VALIDATORS_PER_SEAT = 4;
const PROVIDERS = 8;
const CLAIMS_PER_ROUND = 8;
/** Drawn claims of a run: it takes some seconds; replicas of a sweep make more. */
const DRAWN_CLAIMS = 60;
/** Batches that are bound at a time. */
const OPEN_BATCHES = 500;
const CLASS = 'planned';

/**
 * Returns the scenario that checks a plan, as YAML and checked.
 * @throws ConfigError if a relation of the protocol's parameters does not hold
 */
export function planScenario(
  plan: Plan,
  wish: PlanWish & { readonly adversary: number },
): { readonly yaml: string; readonly scenario: Scenario } {
  const stake = (amount: number): number => Math.ceil((amount / wish.cost) * UNIT_STAKE);
  const slash = stake(plan.slash);
  const seats = plan.levels[0]?.seats ?? 1;
  const claimValue = Math.ceil(slash / plan.runLength);
  const claims = DRAWN_CLAIMS * plan.runLength;
  const document = {
    name: 'plan',
    description: 'Checks a plan against a cartel with half of the providers.',
    durationRounds: Math.ceil(claims / (PROVIDERS * CLAIMS_PER_ROUND)),
    validators: { count: Math.max(16, VALIDATORS_PER_SEAT * seats) },
    providers: {
      count: PROVIDERS,
      stake: Math.max(slash, claimValue * CLAIMS_PER_ROUND) * OPEN_BATCHES,
    },
    workload: { claimsPerRound: CLAIMS_PER_ROUND, classes: { [CLASS]: 1 } },
    oracle: { kind: 'modelled' },
    economics: {
      executionCost: 1,
      claimPrice: wish.reward / wish.cost,
      unitStake: UNIT_STAKE,
    },
    adversaries: [{ behaviour: 'cartel', share: wish.adversary, providerShare: 0.5 }],
    parameters: {
      roundMs: 1000,
      classes: { [CLASS]: plan.runLength },
      levels: plan.levels.map((level) => level.seats),
      slashSeats: plan.slashSeats,
      slashProvider: slash,
      slashVoter: slash,
      claimValue,
      rewardPerSeat: SEAT_REWARD * UNIT_STAKE,
      challengeCost: CHALLENGE_COST * UNIT_STAKE,
      penaltySilent: SILENCE_COST * UNIT_STAKE,
      evidenceWindowRounds: 8,
    },
  };
  const yaml = configYaml(document);
  return { yaml, scenario: resolveScenario(parseConfigText(yaml, 'plan.yaml')) };
}
