/** The network of a scenario: how messages are modelled, how far apart nodes are, what links do. */
import { z } from 'zod';
import { countField, numberField, shareField } from './fields.ts';
import { LATENCY_TABLES, type LatencyTableName } from './latency-table.ts';
import { attackSchema } from './scenario-attack.ts';
import { meshSchema } from './scenario-mesh.ts';

/** The ways to model messages: what each holds, what it leaves out, and up to how many nodes. */
export const NETWORKS = {
  analytic: {
    description: 'Floods over a random overlay, with queues at uplinks',
    models: 'delays, jitter, queues at uplinks, loss repaired after a heartbeat, relays',
    leavesOut: 'downlinks, validation time, meshes, scores, overlay attackers',
    nodesMax: 2_000_000,
  },
  mesh: {
    description: 'GossipSub v1.1 and v1.2 link by link',
    models:
      'meshes, heartbeats, IHAVE and IWANT, scores, queues up and down, validation, churn, ' +
      'overlay attackers',
    leavesOut: 'TCP windows, encryption, CPU time of nodes, peer exchange',
    nodesMax: 10_000,
  },
  gossipsub: {
    description: 'The GossipSub class of real nodes in virtual time',
    models: 'everything that the class does; delays, loss and the uplink around it',
    leavesOut: 'streams, encryption, downlink queues, overlay attackers, CPU time of nodes',
    nodesMax: 1_000,
  },
} as const;

/** A way to model messages. */
export type Fidelity = keyof typeof NETWORKS;

const FIDELITIES = Object.keys(NETWORKS) as [Fidelity, ...Fidelity[]];
const TABLES = Object.keys(LATENCY_TABLES) as [LatencyTableName, ...LatencyTableName[]];

const latency = z
  .discriminatedUnion('kind', [
    z
      .strictObject({
        kind: z.literal('regions'),
        table: z
          .enum(TABLES)
          .default('gossipsub-interop')
          .meta({ description: `Which table: ${listed(LATENCY_TABLES)}` }),
        weights: z
          .record(z.string(), z.number().min(0).max(1e9))
          .optional()
          .meta({ description: 'Relative numbers of nodes by region, in place of the table’s' }),
      })
      .meta({ description: 'Measured delays between regions of the world' }),
    z
      .strictObject({
        kind: z.literal('matrix'),
        file: z
          .string()
          .min(1)
          .optional()
          .meta({ description: 'CSV file of delays, relative to the file of the scenario' }),
        csv: z
          .string()
          .max(1_000_000)
          .optional()
          .meta({ description: 'The delays themselves; resolving a scenario puts them here' }),
      })
      .meta({ description: 'Your own delays between regions, with weights if you like' }),
    z
      .strictObject({
        kind: z.literal('constant'),
        delayMs: delay('Delay of every link, one way'),
      })
      .meta({ description: 'The same delay everywhere' }),
    z
      .strictObject({
        kind: z.literal('uniform'),
        minMs: delay('Least delay of a link, one way'),
        maxMs: delay('Greatest delay of a link, one way'),
      })
      .meta({ description: 'Delays drawn evenly between two limits' }),
    z
      .strictObject({
        kind: z.literal('lognormal'),
        medianMs: delay('Median delay of a link, one way'),
        sigma: numberField(
          { description: 'Deviation of the logarithm of the delay', tooHigh: 'a few links crawl' },
          { min: 0, max: 3 },
        ).default(0.5),
      })
      .meta({ description: 'Delays drawn from a log-normal law: few links are much slower' }),
  ])
  .default({ kind: 'regions', table: 'gossipsub-interop' })
  .meta({ description: 'Delay between two nodes, one way' });

const bandwidthClasses = z
  .array(
    z
      .strictObject({
        share: shareField('Share of the nodes'),
        upMbps: bandwidth('What such a node can send'),
        downMbps: bandwidth('What such a node can receive'),
      })
      .meta({ description: 'Nodes with the same line' }),
  )
  .min(1)
  .max(20)
  .optional()
  .meta({ description: 'Lines of the nodes by class, in place of bandwidthMbps' });

const churn = z
  .strictObject({
    share: shareField('Share of the nodes that come and go').default(1),
    meanUpMs: numberField(
      { description: 'Mean time that such a node is connected', unit: 'ms' },
      { min: 1000, max: 1e12 },
    ),
    meanDownMs: numberField(
      { description: 'Mean time that it is away', unit: 'ms' },
      { min: 100, max: 1e12 },
    ),
  })
  .optional()
  .meta({ description: 'Nodes whose connections come and go, at exponential times' });

/** The schema of the network of a scenario. */
export const networkSchema = z
  .strictObject({
    fidelity: z
      .enum(FIDELITIES)
      .default('analytic')
      .meta({ description: `How messages are modelled. ${described()}` }),
    relays: countField(
      {
        description: 'Further nodes that forward what is valid and take no part in the protocol',
        unit: 'nodes',
      },
      { min: 0, max: 1_000_000 },
    ).default(0),
    latency,
    jitter: shareField('Random part of each delay, relative to it').default(0.1),
    degree: countField(
      {
        description: 'Links of each node in the overlay of the analytic network',
        unit: 'links',
        tooLow: 'the overlay falls apart when links lose messages',
        tooHigh: 'traffic grows with every link',
      },
      { min: 1, max: 1000 },
    ).default(8),
    bandwidthMbps: bandwidth('Uplink of each node; unlimited if left out').optional(),
    bandwidthClasses,
    lossShare: numberField(
      { description: 'Share of transmissions over a link that are lost', unit: 'share' },
      { min: 0, max: 0.9 },
    ).default(0),
    validationMs: numberField(
      {
        description: 'Time to check a message before it is handled and forwarded',
        unit: 'ms',
        tooHigh: 'each hop takes as much longer',
      },
      { min: 0, max: 10_000 },
    ).default(1),
    mesh: meshSchema.prefault({}),
    churn,
    attack: z
      .array(attackSchema)
      .max(10)
      .default([])
      .meta({ description: 'Attackers on the overlay; for the mesh fidelity' }),
  })
  .meta({ description: 'The network between the nodes' });

function delay(description: string) {
  return numberField({ description, unit: 'ms' }, { min: 0, max: 60_000 });
}

function bandwidth(description: string) {
  return numberField({ description, unit: 'Mbit/s' }, { min: 0.01, max: 1_000_000 });
}

function listed(texts: Readonly<Record<string, string>>): string {
  return Object.entries(texts)
    .map(([name, text]) => `${name} (${text})`)
    .join(', ');
}

function described(): string {
  return Object.entries(NETWORKS)
    .map(([name, each]) => {
      const { description, models, leavesOut, nodesMax } = each;
      const limits = `leaves out ${leavesOut}; up to ${nodesMax} nodes`;
      return `${name}: ${description}; models ${models}; ${limits}`;
    })
    .join('. ');
}
