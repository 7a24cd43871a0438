/**
 * Gossip in a scenario: degrees of the mesh, times, caches, scores. Read by the fidelities `mesh`
 * and `gossipsub`. The defaults are those of a real node (`src/node/libp2p`), a test compares.
 */
import { z } from 'zod';
import { countField, numberField } from './fields.ts';

const MINUTE_MS = 60_000;

/** The schema of `network.mesh`. */
export const meshSchema = z
  .strictObject({
    connections: degree('Connections of each node, half of them dialled by it', {
      tooLow: 'the mesh has nobody to choose from',
      tooHigh: 'each heartbeat costs more',
    }).default(20),
    degree: degree('Neighbours that the mesh of a topic is filled up to', {
      tooLow: 'few silent neighbours delay a message',
      tooHigh: 'each message arrives more often',
    }).default(6),
    degreeLow: degree('Neighbours below which the mesh is filled up').default(4),
    degreeHigh: degree('Neighbours above which the mesh is pruned').default(12),
    degreeScore: degree('Best neighbours that a pruned mesh keeps').default(4),
    degreeOut: countField(
      {
        description: 'Neighbours in the mesh that a node dialled itself',
        unit: 'nodes',
        tooLow: 'who dials many nodes can be all of their mesh',
      },
      { min: 0, max: 1000 },
    ).default(2),
    degreeLazy: degree('Least neighbours outside of the mesh that hear of new messages').default(6),
    gossipFactor: share('Share of the neighbours outside of the mesh that hear of them').default(
      0.25,
    ),
    heartbeatMs: duration('Time between two heartbeats', { min: 100, max: MINUTE_MS }).default(
      1000,
    ),
    cacheHeartbeats: heartbeats('Heartbeats for which a message can be asked for').default(5),
    cacheGossipHeartbeats: heartbeats('Heartbeats for which a message is announced').default(3),
    pruneBackoffMs: duration('Time for which a pruned neighbour may not graft', {
      min: 1000,
      max: 60 * MINUTE_MS,
    }).default(60_000),
    floodPublish: z
      .boolean()
      .default(true)
      .meta({ description: 'Whether a publisher sends to all neighbours, not to its mesh only' }),
    idontwantMinBytes: countField(
      {
        description: 'Size from which neighbours are told not to send what is here',
        unit: 'bytes',
      },
      { min: 1, max: 1_073_741_824 },
    ).default(1_048_576),
    coalesceMs: duration('Time that a message waits for others to the same neighbour', {
      min: 0,
      max: 1000,
    }).default(8),
    warmUpMs: duration('Time before the run in which nodes connect and meshes form', {
      min: 0,
      max: MINUTE_MS,
    }).default(5000),
    score: scoreSchema().prefault({}),
  })
  .meta({ description: 'Gossip: degrees, times and scores of the mesh and gossipsub fidelities' });

/** Scores of peers, with the numbers of the specification of gossipsub v1.1. */
function scoreSchema() {
  return z
    .strictObject({
      enabled: z.boolean().default(true).meta({ description: 'Whether peers are scored' }),
      gossipThreshold: points('Score below which no announcements are exchanged').default(-40),
      publishThreshold: points('Score below which own messages are not sent').default(-60),
      graylistThreshold: points('Score below which everything is dropped').default(-100),
      opportunisticGraftThreshold: points(
        'Median score of a mesh below which better neighbours are grafted',
      ).default(1),
      topicCap: points('Largest sum of what a peer earns in topics').default(10),
      timeInMeshWeight: points('P1: points for a second in the mesh').default(0.05),
      timeInMeshCapSeconds: counter('P1: seconds that count').default(40),
      firstDeliveriesWeight: points('P2: points for a message delivered first').default(0.5),
      firstDeliveriesCap: counter('P2: messages that count').default(8),
      firstDeliveriesDecay: share('P2: what remains of the count after a second').default(0.97),
      meshDeliveriesWeight: points('P3: points for the square of missing deliveries').default(0),
      meshDeliveriesThreshold: counter('P3: deliveries that are due').default(0),
      meshDeliveriesCap: counter('P3: deliveries that count').default(1),
      meshDeliveriesDecay: share('P3: what remains of the count after a second').default(0.5),
      meshDeliveriesActivationMs: counter('P3: time in the mesh before it counts, ms').default(
        MINUTE_MS,
      ),
      meshFailureWeight: points('P3b: points for the deficit of a neighbour that left').default(0),
      meshFailureDecay: share('P3b: what remains of it after a second').default(0.5),
      invalidWeight: points('P4: points for the square of rejected messages').default(-20),
      invalidDecay: share('P4: what remains of the count after a second').default(0.998),
      relayPenalty: points('P5: points for four messages due in the mesh and not sent').default(
        -30,
      ),
      colocationWeight: points(
        'P6: points for the square of neighbours too many at one address',
      ).default(-5),
      colocationThreshold: counter('P6: neighbours at one address that are free').default(10),
      behaviourWeight: points('P7: points for the square of broken rules').default(-10),
      behaviourThreshold: counter('P7: broken rules that are free').default(6),
      behaviourDecay: share('P7: what remains of the count after a second').default(0.98),
      decayToZero: share('Counts below this are 0').default(0.01),
    })
    .meta({ description: 'Scores of peers, P1 to P7 of gossipsub v1.1' });
}

function degree(description: string, dangers: { tooLow?: string; tooHigh?: string } = {}) {
  return countField({ description, unit: 'nodes', ...dangers }, { min: 1, max: 1000 });
}

function heartbeats(description: string) {
  return countField({ description, unit: 'heartbeats' }, { min: 1, max: 100 });
}

function duration(description: string, range: { min: number; max: number }) {
  return numberField({ description, unit: 'ms' }, range);
}

function share(description: string) {
  return numberField({ description, unit: 'share' }, { min: 0, max: 1 });
}

function points(description: string) {
  return numberField({ description, unit: 'points' }, { min: -10_000, max: 10_000 });
}

function counter(description: string) {
  return numberField({ description }, { min: 0, max: 1_000_000 });
}
