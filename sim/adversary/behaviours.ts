/** From the scenario's word for an adversary to what it does. */
import { unreachable } from '../../src/base/index.ts';
import type { Adversary } from '../../src/config/index.ts';
import type { AdversaryTools, Behaviour } from './behaviour.ts';
import { cachedOutput } from './cached-output.ts';
import { cartelProvider, cartelValidator } from './cartel.ts';
import { equivocator } from './equivocator.ts';
import { falseChallenger } from './false-challenger.ts';
import { lateSealer } from './late-sealer.ts';
import { lazyValidator } from './lazy-validator.ts';
import { nonOpener } from './non-opener.ts';
import { nonRevealer } from './non-revealer.ts';
import { selectiveCheat } from './selective-cheat.ts';
import { silentValidator } from './silent-validator.ts';
import { substituteModel } from './substitute-model.ts';
import { voteCopier } from './vote-copier.ts';

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
    case 'lazy-validator':
      return lazyValidator();
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
    default:
      return unreachable(adversary);
  }
}
