/** From the gossip of a scenario to the options of the class: none is left to its default. */
import type { Scenario } from '../../../src/config/index.ts';
import type { RouterOptions } from './router.ts';

type Settings = RouterOptions['settings'];
type Scores = NonNullable<Settings['scoreParams']>;

/** The library takes no parameter of P3 that is 0, whatever its weight. */
const UNUSED = 1;
const IDS_MAX = 5000;
/** Longer than any run asks: the scores of who left. */
const RETAIN_MS = 1_200_000;
const SEEN_MS = 120_000;

/** Returns the options of every router of a network. @param topics grows with the topics heard */
export function routerSettings(
  { mesh }: Scenario['network'],
  topics: NonNullable<Scores['topics']>,
): Settings {
  const { score } = mesh;
  return {
    ...{ globalSignaturePolicy: 'StrictNoSign', asyncValidation: true, emitSelf: false },
    ...{ fallbackToFloodsub: false, batchPublish: false, doPX: false, directPeers: [] },
    ...{ tagMeshPeers: false, allowPublishToZeroTopicPeers: true },
    floodPublish: mesh.floodPublish,
    ...{ D: mesh.degree, Dlo: mesh.degreeLow, Dhi: mesh.degreeHigh },
    ...{ Dscore: mesh.degreeScore, Dout: mesh.degreeOut, Dlazy: mesh.degreeLazy },
    gossipFactor: mesh.gossipFactor,
    heartbeatInterval: mesh.heartbeatMs,
    mcacheLength: mesh.cacheHeartbeats,
    mcacheGossip: mesh.cacheGossipHeartbeats,
    seenTTL: SEEN_MS,
    pruneBackoff: mesh.pruneBackoffMs,
    idontwantMinDataSize: mesh.idontwantMinBytes,
    scoreParams: scoreParameters(score, topics),
    scoreThresholds: {
      gossipThreshold: score.gossipThreshold,
      publishThreshold: score.publishThreshold,
      graylistThreshold: score.graylistThreshold,
      acceptPXThreshold: IDS_MAX,
      opportunisticGraftThreshold: score.opportunisticGraftThreshold,
    },
  };
}

/** Returns how peers are scored in one topic. */
export function topicParameters({
  mesh,
}: Scenario['network']): NonNullable<Scores['topics']>[string] {
  const { score } = mesh;
  const on = score.enabled ? 1 : 0;
  return {
    topicWeight: 1,
    timeInMeshWeight: on * score.timeInMeshWeight,
    timeInMeshQuantum: 1000,
    timeInMeshCap: score.timeInMeshCapSeconds,
    firstMessageDeliveriesWeight: on * score.firstDeliveriesWeight,
    firstMessageDeliveriesDecay: score.firstDeliveriesDecay,
    firstMessageDeliveriesCap: score.firstDeliveriesCap,
    meshMessageDeliveriesWeight: on * score.meshDeliveriesWeight,
    meshMessageDeliveriesDecay: score.meshDeliveriesDecay,
    meshMessageDeliveriesCap: Math.max(UNUSED, score.meshDeliveriesCap),
    meshMessageDeliveriesThreshold: score.meshDeliveriesThreshold,
    meshMessageDeliveriesWindow: 0,
    meshMessageDeliveriesActivation: Math.max(1000, score.meshDeliveriesActivationMs),
    meshFailurePenaltyWeight: on * score.meshFailureWeight,
    meshFailurePenaltyDecay: score.meshFailureDecay,
    invalidMessageDeliveriesWeight: on * score.invalidWeight,
    invalidMessageDeliveriesDecay: score.invalidDecay,
  };
}

function scoreParameters(
  score: Scenario['network']['mesh']['score'],
  topics: NonNullable<Scores['topics']>,
): Partial<Scores> {
  const on = score.enabled ? 1 : 0;
  return {
    topics,
    topicScoreCap: score.topicCap,
    appSpecificWeight: on,
    IPColocationFactorWeight: on * score.colocationWeight,
    IPColocationFactorThreshold: Math.max(1, score.colocationThreshold),
    IPColocationFactorWhitelist: new Set(),
    behaviourPenaltyWeight: on * score.behaviourWeight,
    behaviourPenaltyThreshold: score.behaviourThreshold,
    behaviourPenaltyDecay: score.behaviourDecay,
    decayInterval: 1000,
    decayToZero: score.decayToZero,
    retainScore: RETAIN_MS,
  };
}
