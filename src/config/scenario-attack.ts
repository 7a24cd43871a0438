/**
 * Attackers on the overlay of a scenario: nodes that speak gossip and have no protocol core. The
 * kinds together make the twelve plans of libp2p/gossipsub-hardening, see each one's description.
 */
import { z } from 'zod';
import { countField, numberField, shareField } from './fields.ts';

const crew = {
  share: numberField(
    {
      description: 'Attacking nodes relative to the nodes of the network',
      unit: 'share',
      tooLow: 'nobody notices',
      tooHigh: 'the run takes long',
    },
    { min: 0, max: 100 },
  ).default(1),
  connections: countField(
    { description: 'Nodes that each attacker dials', unit: 'nodes' },
    { min: 1, max: 1000 },
  ).default(20),
  addresses: countField(
    {
      description: 'Addresses that the attackers share; 0 is one for each',
      unit: 'addresses',
    },
    { min: 0, max: 1_000_000 },
  ).default(0),
  fromMs: numberField(
    { description: 'Time at which good behaviour ends: a covert flash', unit: 'ms' },
    { min: 0, max: 1e12 },
  ).default(0),
  connectFirst: z
    .boolean()
    .default(false)
    .meta({ description: 'Whether attackers connect before honest nodes do: cold boot, dawn' }),
};

const victims = {
  victims: countField(
    { description: 'Honest nodes that are attacked', unit: 'nodes' },
    { min: 1, max: 1_000_000 },
  ).default(1),
  victimLinkShare: shareField('Share of the connections of a victim that attackers hold').default(
    1,
  ),
};

const rate = numberField(
  { description: 'What each attacker sends to each neighbour in a heartbeat', unit: 'messages' },
  { min: 0.01, max: 1000 },
);

/** The schema of one entry of `network.attack`. */
export const attackSchema = z.discriminatedUnion('kind', [
  z
    .strictObject({
      kind: z.literal('sybil'),
      ...crew,
      dropShare: shareField('Share of messages that are not forwarded').default(1),
    })
    .meta({
      description: 'Sits in every mesh and forwards nothing, or less: degrade, flash, boot',
    }),
  z
    .strictObject({ kind: z.literal('eclipse'), ...crew, ...victims })
    .meta({ description: 'Takes the connections of chosen nodes and forwards nothing to them' }),
  z
    .strictObject({ kind: z.literal('censor'), ...crew, ...victims })
    .meta({ description: 'Forwards all but the messages of chosen publishers' }),
  z
    .strictObject({ kind: z.literal('spam'), ...crew, perHeartbeat: rate.default(1) })
    .meta({ description: 'Sends messages that every node rejects' }),
  z
    .strictObject({ kind: z.literal('graft-flood'), ...crew, perHeartbeat: rate.default(5) })
    .meta({ description: 'Grafts again and again, whatever backoff it was told' }),
  z
    .strictObject({ kind: z.literal('ihave-spam'), ...crew, perHeartbeat: rate.default(5) })
    .meta({ description: 'Announces messages that it never sends' }),
]);

/** One attack on the overlay. */
export type Attack = z.output<typeof attackSchema>;
