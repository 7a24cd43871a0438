/** The policy of an operator: whom `assay network operate` admits without a person. */
import { z } from 'zod';
import type { ConfigDocument } from './document.ts';
import { countField } from './fields.ts';
import { resolveConfig } from './loader.ts';
import { amount, identity } from './network-file.ts';

const LISTED_MAX = 1_000;
const MEMBERS_MAX = 1_000;

/** The schema of `operator.yaml`. */
export const operatorSchema = z
  .strictObject({
    admit: z.enum(['by-hand', 'listed', 'all']).default('by-hand').meta({
      description: "Whose requests are granted: nobody's, those of listed ids, everybody's",
    }),
    listed: z
      .array(identity('Ed25519 public key, hexadecimal'))
      .max(LISTED_MAX)
      .default([])
      .meta({ description: 'Who is admitted with `admit: listed`' }),
    stakeMax: amount('Greatest stake that is given; who wishes for more gets this').prefault(
      1_000_000_000,
    ),
    membersMax: countField(
      { description: 'Validators up to which somebody is admitted', unit: 'validators' },
      { min: 1, max: MEMBERS_MAX },
    ).default(256),
  })
  .meta({
    title: 'Policy of an operator',
    description: 'Whom assay network operate admits to a network, in the folder of the operator',
  });

/** Whom an operator admits. */
export type OperatorPolicy = z.output<typeof operatorSchema>;

/** Checks the policy of an operator. @throws ConfigError with every fault */
export function resolveOperator(document: ConfigDocument): OperatorPolicy {
  return resolveConfig({ schema: operatorSchema, relations: () => [] }, document, []);
}
