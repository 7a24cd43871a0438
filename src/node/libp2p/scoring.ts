/**
 * How gossipsub scores peers, and what follows. The per-topic defaults of the library are unusable
 * (one point per millisecond in the mesh), so every number is ours.
 *
 * Scale: all that a peer can earn is capped at 10. One message judged `reject` costs 20 and with it
 * the place in the mesh; two cost 80: no gossip, no publications; three cost 180: gray list and
 * ban. Counters of invalid messages halve in six minutes. What a peer is punished for beyond that
 * (not forwarding, faults, the word of the application) enters by P5, see `relay-watch.ts` for why
 * P3 is off on both topics.
 */
import type { GossipsubOpts } from '@chainsafe/libp2p-gossipsub';

type ScoreParams = NonNullable<GossipsubOpts['scoreParams']>;
type TopicScoreParams = NonNullable<ScoreParams['topics']>[string];

/** Scores at which the router and we stop doing things for a peer. */
export const SCORE_THRESHOLDS = Object.freeze({
  gossipThreshold: -40,
  publishThreshold: -60,
  graylistThreshold: -100,
  /** Unreachable: peer exchange is off. */
  acceptPXThreshold: 1_000,
  /** A healthy peer earns 2 for its time and up to 4 per topic for being first. */
  opportunisticGraftThreshold: 1,
});

/** The largest sum of the topic scores. */
export const TOPIC_SCORE_CAP = 10;

const TOPIC_SCORE: TopicScoreParams = Object.freeze({
  topicWeight: 1,
  timeInMeshWeight: 0.05,
  timeInMeshQuantum: 1_000,
  timeInMeshCap: 40,
  firstMessageDeliveriesWeight: 0.5,
  firstMessageDeliveriesDecay: 0.97,
  firstMessageDeliveriesCap: 8,
  meshMessageDeliveriesWeight: 0,
  meshMessageDeliveriesDecay: 0.5,
  meshMessageDeliveriesCap: 1,
  meshMessageDeliveriesThreshold: 0,
  meshMessageDeliveriesWindow: 0,
  meshMessageDeliveriesActivation: 60_000,
  meshFailurePenaltyWeight: 0,
  meshFailurePenaltyDecay: 0.5,
  invalidMessageDeliveriesWeight: -20,
  invalidMessageDeliveriesDecay: 0.998,
});

/**
 * Returns the parameters of scoring.
 * @param options.appScore what we know of a peer (by its libp2p name) beyond gossip
 * @param options.isLoopback whether all peers share one address by nature
 */
export function scoreParams(options: {
  readonly topics: readonly string[];
  readonly isLoopback: boolean;
  readonly appScore: (peer: string) => number;
}): ScoreParams {
  return {
    topics: Object.fromEntries(options.topics.map((topic) => [topic, { ...TOPIC_SCORE }])),
    topicScoreCap: TOPIC_SCORE_CAP,
    appSpecificScore: options.appScore,
    appSpecificWeight: 1,
    IPColocationFactorWeight: options.isLoopback ? 0 : -5,
    IPColocationFactorThreshold: 10,
    IPColocationFactorWhitelist: new Set(['127.0.0.1', '::1']),
    behaviourPenaltyWeight: -10,
    behaviourPenaltyThreshold: 6,
    behaviourPenaltyDecay: 0.98,
    decayInterval: 1_000,
    decayToZero: 0.01,
    retainScore: 1_200_000,
  };
}
