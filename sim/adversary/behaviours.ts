/** From the scenario's word for an adversary to what it does. */
import { unreachable } from '../../src/base/index.ts';
import type { Adversary } from '../../src/config/index.ts';
import { beaconBiaser } from './beacon-biaser.ts';
import type { AdversaryTools, Behaviour } from './behaviour.ts';
import { boundaryRacer } from './boundary-racer.ts';
import { bribedValidator } from './briber.ts';
import { cachedOutput } from './cached-output.ts';
import { cartelProvider, cartelValidator } from './cartel.ts';
import { commitCopier } from './commit-copier.ts';
import { earlyLeaver } from './early-leaver.ts';
import { equivocator } from './equivocator.ts';
import { falseChallenger } from './false-challenger.ts';
import { grinder } from './grinder.ts';
import { lateSealer } from './late-sealer.ts';
import { lazyValidator } from './lazy-validator.ts';
import { nonOpener } from './non-opener.ts';
import { nonRevealer } from './non-revealer.ts';
import { replayer } from './replayer.ts';
import { revealWithholder } from './reveal-withholder.ts';
import { samplingAware } from './sampling-aware.ts';
import { selectiveCheat } from './selective-cheat.ts';
import { silentValidator } from './silent-validator.ts';
import { sleeper } from './sleeper.ts';
import { spammer } from './spammer.ts';
import { substituteModel } from './substitute-model.ts';
import { toleranceEdge } from './tolerance-edge.ts';
import { twin } from './twin.ts';
import { voteCopier } from './vote-copier.ts';
import { withholder } from './withholder.ts';

/** Returns the behaviour of one dishonest node. */
export function createBehaviour(
  adversary: Adversary,
  group: 'validator' | 'provider',
  tools: AdversaryTools,
): Behaviour {
  switch (adversary.behaviour) {
    case 'substitute-model':
      return substituteModel(tools, adversary);
    case 'cached-output':
      return cachedOutput(tools, adversary);
    case 'selective-cheat':
      return selectiveCheat(tools, adversary);
    case 'non-opener':
      return nonOpener(tools, adversary);
    case 'non-revealer':
      return nonRevealer(tools, adversary);
    case 'late-sealer':
      return lateSealer(tools, adversary);
    case 'beacon-biaser':
      return beaconBiaser(tools, adversary);
    case 'early-leaver':
      return earlyLeaver(tools, adversary);
    case 'grinder':
      return grinder(tools, adversary);
    case 'replayer':
      return replayer(tools, adversary);
    case 'sampling-aware':
      return samplingAware(tools, adversary);
    case 'sleeper':
      return sleeper(tools, adversary);
    case 'tolerance-edge':
      return toleranceEdge(tools, adversary);
    case 'withholder':
      return withholder(tools, adversary);
    default:
      return validatorBehaviour(adversary, group, tools);
  }
}

type ValidatorAdversary = Extract<
  Adversary,
  {
    readonly behaviour:
      | 'lazy-validator'
      | 'vote-copier'
      | 'false-challenger'
      | 'cartel'
      | 'silent-validator'
      | 'equivocator'
      | 'sybil-split'
      | 'commit-copier'
      | 'briber'
      | 'reveal-withholder'
      | 'boundary-racer'
      | 'spammer'
      | 'twin';
  }
>;

/** Behaviours of validators, and of the providers that they serve. */
function validatorBehaviour(
  adversary: ValidatorAdversary,
  group: 'validator' | 'provider',
  tools: AdversaryTools,
): Behaviour {
  switch (adversary.behaviour) {
    case 'lazy-validator':
      return lazyValidator(tools, adversary);
    case 'vote-copier':
      return voteCopier();
    case 'false-challenger':
      return falseChallenger(tools, adversary);
    case 'cartel':
      return group === 'provider'
        ? cartelProvider(tools, adversary)
        : cartelValidator(tools, adversary);
    case 'silent-validator':
      return silentValidator();
    case 'equivocator':
      return equivocator(tools);
    case 'sybil-split':
      return {};
    case 'commit-copier':
      return commitCopier(tools, adversary);
    case 'briber':
      return group === 'provider'
        ? cartelProvider(tools, adversary)
        : bribedValidator(tools, adversary);
    case 'reveal-withholder':
      return revealWithholder(tools, adversary);
    case 'boundary-racer':
      return boundaryRacer(tools, adversary);
    case 'spammer':
      return spammer(tools, adversary);
    case 'twin':
      return twin();
    default:
      return unreachable(adversary);
  }
}
