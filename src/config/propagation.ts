/**
 * A propagation experiment: how fast and at what cost a network spreads messages, without the
 * protocol. The network is that of scenarios; the nodes may be millions.
 */
import { z } from 'zod';
import type { ConfigDocument } from './document.ts';
import { countField, numberField } from './fields.ts';
import { type RelationProblem, resolveConfig } from './loader.ts';
import { withLatencyCsv } from './scenario.ts';
import { NETWORKS, networkSchema } from './scenario-network.ts';
import { networkProblems } from './scenario-relations.ts';
import { isRecord } from './schema-tree.ts';

/** Most nodes: they are numbered by 21 bits, and a million is what was measured. */
const NODES_MAX = 2_000_000;

const propagation = z
  .strictObject({
    nodes: countField({ description: 'Nodes of the network' }, { min: 2, max: NODES_MAX }),
    messages: countField(
      { description: 'Messages that are counted', tooLow: 'intervals are wide' },
      { min: 1, max: 1_000_000 },
    ).default(10),
    ratePerSecond: numberField(
      {
        description: 'Messages of the whole network, at random times; all at once if left out',
        unit: 'messages per second',
        tooHigh: 'uplinks fall behind and the run ends with an error',
      },
      { min: 0.001, max: 1_000_000 },
    ).optional(),
    sizeBytes: countField(
      { description: 'Size of a message', unit: 'bytes' },
      { min: 1, max: 100_000_000 },
    ).default(1000),
    warmUpMs: numberField(
      {
        description: 'Time before messages are counted; at a rate, others are sent meanwhile',
        unit: 'ms',
        tooLow: 'a mesh is counted while it forms',
      },
      { min: 0, max: 86_400_000 },
    ).default(0),
    drainMs: numberField(
      {
        description: 'Time for messages to arrive after the last one was sent',
        unit: 'ms',
        tooLow: 'what is still on its way counts as not delivered',
      },
      { min: 1, max: 600_000 },
    ).default(30_000),
  })
  .meta({ description: 'What is sent through the network' });

/** The schema of a propagation file. */
export const propagationSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9-]{1,64}$/)
      .meta({ description: 'Name of the experiment, used for folders' }),
    description: z.string().max(1000).default('').meta({ description: 'What it shows' }),
    seed: countField(
      { description: 'Seed of all randomness' },
      { min: 0, max: Number.MAX_SAFE_INTEGER },
    ).default(1),
    network: networkSchema.prefault({}),
    propagation,
  })
  .meta({ title: 'Assay propagation', description: 'How a network spreads messages' });

/** A resolved propagation experiment. */
export type PropagationScenario = z.output<typeof propagationSchema>;

/** Tells whether a file describes a propagation experiment. */
export function isPropagationDocument({ value }: ConfigDocument): boolean {
  return isRecord(value) && 'propagation' in value;
}

/**
 * Checks a propagation document and fills in its defaults.
 * @param overrides texts such as `propagation.nodes=1000`, applied in order
 * @throws ConfigError with every fault that was found
 */
export function resolvePropagation(
  document: ConfigDocument,
  overrides: readonly string[] = [],
): PropagationScenario {
  const kind = { schema: propagationSchema, relations: propagationRelations };
  return withLatencyCsv(resolveConfig(kind, document, overrides), document.source);
}

function propagationRelations(scenario: PropagationScenario): readonly RelationProblem[] {
  const { network, propagation: sent } = scenario;
  const problems = [...networkProblems(scenario)];
  const { nodesMax } = NETWORKS[network.fidelity];
  if (network.fidelity !== 'analytic' && sent.nodes > nodesMax) {
    problems.push({
      path: ['propagation', 'nodes'],
      message: `${sent.nodes} nodes are too many for the ${network.fidelity} network`,
      remedy: `Take up to ${nodesMax}, or set network.fidelity to analytic.`,
    });
  }
  return problems;
}
