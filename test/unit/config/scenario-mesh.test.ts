/** Gossip of a scenario stands, unless told, as real nodes set it. */
import assert from 'node:assert/strict';
import { explainKey, jsonSchemaOf, NETWORKS, scenarioSchema } from '../../../src/config/index.ts';
import { GOSSIP_LIMITS, SCORE_THRESHOLDS } from '../../../src/node/libp2p/index.ts';
import { scoreParams, TOPIC_SCORE_CAP } from '../../../src/node/libp2p/scoring.ts';
import { networkOf } from '../../support/gossip-workload.ts';

const { mesh } = networkOf('fidelity: mesh');
const { score } = mesh;

describe('gossip of a scenario', () => {
  it('has the degrees, times and sizes of real nodes', () => {
    const limits = GOSSIP_LIMITS;
    assert.deepEqual(
      [mesh.degree, mesh.degreeLow, mesh.degreeHigh, mesh.degreeScore, mesh.degreeOut],
      [limits.degree, limits.degreeLow, limits.degreeHigh, limits.degreeScore, limits.degreeOut],
    );
    assert.deepEqual(
      [mesh.degreeLazy, mesh.heartbeatMs, mesh.cacheHeartbeats, mesh.cacheGossipHeartbeats],
      [
        ...[limits.degreeLazy, limits.heartbeatMs],
        ...[limits.cacheHeartbeats, limits.cacheGossipHeartbeats],
      ],
    );
    assert.deepEqual(
      [mesh.pruneBackoffMs, mesh.idontwantMinBytes, mesh.coalesceMs],
      [limits.pruneBackoffMs, limits.idontwantMinBytes, limits.coalesceMs],
    );
  });

  it('has the scores of real nodes', () => {
    const params = scoreParams({ topics: ['t'], isLoopback: false, appScore: () => 0 });
    const topic = params.topics?.['t'];
    assert.ok(topic !== undefined);
    assert.deepEqual(score, {
      enabled: true,
      gossipThreshold: SCORE_THRESHOLDS.gossipThreshold,
      publishThreshold: SCORE_THRESHOLDS.publishThreshold,
      graylistThreshold: SCORE_THRESHOLDS.graylistThreshold,
      opportunisticGraftThreshold: SCORE_THRESHOLDS.opportunisticGraftThreshold,
      topicCap: TOPIC_SCORE_CAP,
      timeInMeshWeight: topic.timeInMeshWeight,
      timeInMeshCapSeconds: topic.timeInMeshCap,
      firstDeliveriesWeight: topic.firstMessageDeliveriesWeight,
      firstDeliveriesCap: topic.firstMessageDeliveriesCap,
      firstDeliveriesDecay: topic.firstMessageDeliveriesDecay,
      meshDeliveriesWeight: topic.meshMessageDeliveriesWeight,
      meshDeliveriesThreshold: topic.meshMessageDeliveriesThreshold,
      meshDeliveriesCap: topic.meshMessageDeliveriesCap,
      meshDeliveriesDecay: topic.meshMessageDeliveriesDecay,
      meshDeliveriesActivationMs: topic.meshMessageDeliveriesActivation,
      meshFailureWeight: topic.meshFailurePenaltyWeight,
      meshFailureDecay: topic.meshFailurePenaltyDecay,
      invalidWeight: topic.invalidMessageDeliveriesWeight,
      invalidDecay: topic.invalidMessageDeliveriesDecay,
      relayPenalty: -30,
      colocationWeight: params.IPColocationFactorWeight,
      colocationThreshold: params.IPColocationFactorThreshold,
      behaviourWeight: params.behaviourPenaltyWeight,
      behaviourThreshold: params.behaviourPenaltyThreshold,
      behaviourDecay: params.behaviourPenaltyDecay,
      decayToZero: params.decayToZero,
    });
    assert.equal(topic.topicWeight, 1);
    assert.equal(topic.timeInMeshQuantum, 1_000);
    assert.equal(params.decayInterval, 1_000);
  });

  it('says of each network what it models, what not, and how far it goes', () => {
    const text = explainKey(jsonSchemaOf(scenarioSchema), 'network.fidelity').meaning;
    for (const [name, { description, leavesOut, nodesMax }] of Object.entries(NETWORKS)) {
      for (const part of [name, description, leavesOut, `${nodesMax}`]) {
        assert.ok(text.includes(part), `${part} is missing`);
      }
    }
  });
});
