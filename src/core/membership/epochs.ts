/** [SET-1] Epochs: runs of `epochRounds` rounds, in each of which one set serves. */
import { type Round, round } from '../../base/index.ts';
import { type Network, windowRounds } from '../network.ts';

/** Returns the epoch of round `r`: rounds 1 .. epochRounds are epoch 0. */
export function epochOf({ parameters }: Pick<Network, 'parameters'>, r: number): number {
  return Math.max(0, Math.floor((r - 1) / parameters.epochRounds));
}

/** Returns the first round of `epoch`. */
export function firstRound({ parameters }: Pick<Network, 'parameters'>, epoch: number): Round {
  return round(epoch * parameters.epochRounds + 1);
}

/** [SETTLE-1] Returns the round from which on nothing new about `epoch` can come. */
export function settlingRound(network: Network, epoch: number): Round {
  return round(firstRound(network, epoch + 1) + windowRounds(network));
}

/**
 * [SET-4] Epochs that stake stays slashable after its owner had its last seat: that epoch, all
 * levels and windows of its last batch, a split of the network that held evidence back, and the
 * epoch in which it is settled.
 */
export function exitEpochs(network: Network): number {
  const { epochRounds, partitionRounds } = network.parameters;
  const rounds = 2 * epochRounds + windowRounds(network) + partitionRounds;
  return Math.ceil(rounds / epochRounds);
}
