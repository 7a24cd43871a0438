/** Faults drawn from the seed: each run has others, and leaves out a random half of all kinds. */
import { defaultFault, FAULT_KINDS, type Fault, type TimedFault } from '../../src/config/index.ts';
import { logarithm } from '../kernel/elementary.ts';
import type { RandomStream } from '../kernel/random.ts';

type RandomFaults = Fault & { readonly kind: 'random' };

/**
 * Draws the faults of a run: begins as a Poisson process, lengths exponential.
 * @param endRound round after which none begins
 */
export function drawFaults(
  faults: RandomFaults,
  { endRound, random }: { endRound: number; random: RandomStream },
): readonly TimedFault[] {
  if (faults.perRound === 0) return [];
  const kinds = faults.kinds ?? halfOf(random);
  const last = Math.min(endRound, faults.fromRound + (faults.rounds ?? endRound));
  const drawn: TimedFault[] = [];
  let at = faults.fromRound;
  for (;;) {
    at += exponentialOf(random) / faults.perRound;
    if (at >= last) return drawn;
    const kind = kinds[random.below(kinds.length)] as TimedFault['kind'];
    const rounds = Math.max(1, Math.round(exponentialOf(random) * faults.meanRounds));
    drawn.push(timed(kind, { fromRound: Math.floor(at), rounds, random }));
  }
}

/** Swarm testing (Groce et al. 2012): what is left out lets the rest go further. */
function halfOf(random: RandomStream): readonly TimedFault['kind'][] {
  return random.shuffled([...FAULT_KINDS]).slice(0, Math.ceil(FAULT_KINDS.length / 2));
}

/** A fault of a kind, with its strength drawn up to twice the default. */
function timed(
  kind: TimedFault['kind'],
  { fromRound, rounds, random }: { fromRound: number; rounds: number; random: RandomStream },
): TimedFault {
  const fault = defaultFault(kind);
  const strength = 2 * random.uniform();
  switch (fault.kind) {
    case 'crash':
      return { ...fault, fromRound, downRounds: rounds };
    case 'pause':
      return { ...fault, fromRound, pauseMs: 1 + Math.round(fault.pauseMs * strength) };
    case 'partition':
      return { ...fault, fromRound, rounds, mode: partitionMode(random) };
    case 'delay':
      return { ...fault, fromRound, rounds, extraMs: fault.extraMs * strength };
    case 'reorder':
      return { ...fault, fromRound, rounds, spreadMs: fault.spreadMs * strength };
    case 'loss':
      return { ...fault, fromRound, rounds, lossShare: fault.lossShare * strength };
    case 'clock-skew': {
      const sign = random.chance(0.5) ? 1 : -1;
      return { ...fault, fromRound, rounds, offsetMs: sign * fault.offsetMs * strength };
    }
    default:
      return { ...fault, fromRound, rounds };
  }
}

function partitionMode(random: RandomStream): (TimedFault & { kind: 'partition' })['mode'] {
  return (['two-way', 'one-way', 'bridge'] as const)[random.below(3)] ?? 'two-way';
}

function exponentialOf(random: RandomStream): number {
  return -logarithm(1 - random.uniform());
}
