/** What a network model tells the simulator: when a message arrives where, at what traffic. */
import type { Micros } from '../kernel/queue.ts';

export type Arrival = { readonly node: number; readonly at: Micros };

/** A message that leaves a node. */
export type Transmission = {
  readonly from: number;
  readonly at: Micros;
  readonly sizeBytes: number;
  /** Running number of the message in the run: names its random draws. */
  readonly message: number;
};

export type Broadcast = {
  /** First arrival at every node that it reaches, the sender left out. */
  readonly arrivals: readonly Arrival[];
  /** Copies sent over links, duplicates included. */
  readonly transmissions: number;
};

export interface NetworkModel {
  /** Floods a message through the overlay. */
  broadcast(transmission: Transmission): Broadcast;
  /** When a message sent straight from one node to another arrives. */
  direct(transmission: Transmission & { readonly to: number }): Micros;
}
