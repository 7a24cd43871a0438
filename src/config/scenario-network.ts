/** The network of a scenario: how messages are modelled, how far apart nodes are, what links do. */
import { z } from 'zod';
import { countField, numberField, shareField } from './fields.ts';

const latency = z
  .discriminatedUnion('kind', [
    z
      .strictObject({ kind: z.literal('regions') })
      .meta({ description: 'Measured delays between eight regions of the world' }),
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
  ])
  .default({ kind: 'regions' })
  .meta({ description: 'Delay between two nodes, one way' });

/** The schema of the network of a scenario. */
export const networkSchema = z
  .strictObject({
    fidelity: z
      .enum(['analytic'])
      .default('analytic')
      .meta({ description: 'How messages are modelled: analytic computes arrival times' }),
    latency,
    jitter: shareField('Random part of each delay, relative to it').default(0.1),
    degree: countField(
      {
        description: 'Links of each node in the overlay',
        unit: 'links',
        tooLow: 'the overlay falls apart when links lose messages',
        tooHigh: 'traffic grows with every link',
      },
      { min: 1, max: 1000 },
    ).default(8),
    bandwidthMbps: numberField(
      { description: 'Uplink of each node; unlimited if left out', unit: 'Mbit/s' },
      { min: 0.01, max: 1_000_000 },
    ).optional(),
    lossShare: numberField(
      { description: 'Share of transmissions over a link that are lost', unit: 'share' },
      { min: 0, max: 0.9 },
    ).default(0),
  })
  .meta({ description: 'The network between the nodes' });

function delay(description: string) {
  return numberField({ description, unit: 'ms' }, { min: 0, max: 60_000 });
}
