/**
 * A request to become a member of a network, as a file: for an operator whom it reaches by hand.
 * What its signature is worth is checked in `src/node/joining`.
 */
import { z } from 'zod';
import type { ConfigDocument } from './document.ts';
import { countField } from './fields.ts';
import { resolveConfig } from './loader.ts';
import { amount, heldModels, hex, identity, multiaddr, proofs } from './network-file.ts';

const asked = {
  format: z.literal(1).meta({ description: 'Version of the format of this file' }),
  network: hex(32, 'Id of the network that it wants to be a member of'),
  id: identity('Its Ed25519 public key, hexadecimal'),
  stake: amount('Stake that it wishes for'),
  addresses: z.array(multiaddr).max(4).default([]).meta({ description: 'Where it will listen' }),
  askedAtMs: countField(
    {
      description: 'When it was asked: of two requests the later one counts',
      unit: 'ms since 1970',
    },
    { min: 0, max: Number.MAX_SAFE_INTEGER },
  ),
  signature: hex(64, 'Its signature over all of this'),
};

/** The schema of a request to become a member. */
export const joinRequestSchema = z
  .discriminatedUnion('role', [
    z.strictObject({
      role: z.literal('validator'),
      ...asked,
      voteKey: hex(48, 'BLS12-381 public key of the validator, 48 bytes, hexadecimal'),
      proofs,
      models: heldModels,
    }),
    z.strictObject({ role: z.literal('provider'), ...asked }),
  ])
  .meta({ title: 'Request to become a member', description: 'From assay join' });

/** A request as read: its form holds, signature and proofs are not checked yet. */
export type JoinRequestFile = z.output<typeof joinRequestSchema>;

/** Checks the form of a request. @throws ConfigError with every fault */
export function resolveJoinRequest(document: ConfigDocument): JoinRequestFile {
  return resolveConfig({ schema: joinRequestSchema, relations: () => [] }, document, []);
}
