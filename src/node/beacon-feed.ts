/** Where a node gets beacons from, besides gossip. The core verifies each. [TIME-1] */
import type { Round } from '../base/index.ts';
import type { BeaconMessage } from '../wire/index.ts';

/** Rounds from endpoints of the network file. */
export interface BeaconFeed {
  /** Calls `onRound` for each round as it comes, until `stop`. */
  start(onRound: (message: BeaconMessage) => void): void;
  /** The signature of a round of the past, if an endpoint has it. Does not reject. */
  fetch(round: Round): Promise<Uint8Array | undefined>;
  /** Tells of a verified round that came another way: nothing is stalled then. */
  heard(round: Round): void;
  stop(): void;
}
