/**
 * What the simulator asks of a network, whatever its fidelity: it takes messages and hands each to
 * the nodes that hear its topic, when it arrives, by events of the run's loop.
 */
import type { Micros } from '../kernel/queue.ts';

/** A topic of gossip: 0 is heard by all nodes; 1 + s is shard s. */
export type Topic = number;

/** A message on its way. Extended by whoever posts it; networks hand it back as it is. */
export type Posted = {
  /** Running number of the message in the run: names its random draws. */
  readonly id: number;
  readonly sizeBytes: number;
};

/** What a node says of a gossiped message: only what it accepts is forwarded. */
export type GossipVerdict = 'accept' | 'ignore' | 'reject';

/** Whoever posts messages and takes them. */
export interface NetworkClient<Message extends Posted> {
  /** Hands a message to a node, once each. @param from the neighbour it came from, or sender */
  deliver(node: number, from: number, message: Message): GossipVerdict;
  /** Counts copies of a message put on links, duplicates included. */
  sent(message: Message, copies: number): void;
  /** Counts what gossip itself says: announcements, requests, grafts and prunes. */
  controlled(messages: number, bytes: number): void;
}

export interface NetworkModel<Message extends Posted> {
  /** Lets a node hear a topic; topic 0 is heard by every node from the start. */
  subscribe(node: number, topic: Topic): void;
  unsubscribe(node: number, topic: Topic): void;
  /** Gossips a message. The sender hears nothing of its own, and need not hear the topic. */
  publish(from: number, topic: Topic, message: Message): void;
  /** Sends a message straight to one node, outside gossip; to itself, it arrives at once. */
  send(from: number, to: number, message: Message): void;
  /** Time of a question and its answer of this size outside gossip, or `LOST`. */
  roundTripUs(from: number, to: number, exchange: Posted): number;
  /** A node that is down takes nothing, sends nothing and forwards nothing. */
  setUp(node: number, isUp: boolean): void;
  /** Awaited after every event by whoever drives the loop, if the model needs it: real promises. */
  settle?(): Promise<void>;
}

/** A copy that never arrives. */
export const LOST = -1;

/** What faults do to links; models ask it for every copy that they put on a link. */
export interface LinkConditions {
  /** Microseconds to add to the delay of a copy, or `LOST`. */
  extraUs(from: number, to: number, at: Micros, id: number): number;
  /** Further copies of it that the network makes by itself. */
  duplicates(from: number, to: number, at: Micros, id: number): number;
}
