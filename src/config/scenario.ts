/**
 * A scenario: everything that a simulation depends on, except the code.
 *
 * Keys carry their units. Every key but `name` has a default, which the resolved configuration
 * spells out. Relations between keys are in `scenario-relations.ts`.
 */
import { z } from 'zod';
import type { ConfigDocument } from './document.ts';
import { countField, numberField, shareField } from './fields.ts';
import { parseLatencyTable, readLatencyCsv } from './latency-table.ts';
import { resolveConfig } from './loader.ts';
import { adversarySchema } from './scenario-adversaries.ts';
import { beaconSchema } from './scenario-beacon.ts';
import { faultSchema } from './scenario-faults.ts';
import { networkSchema } from './scenario-network.ts';
import { parametersSchema } from './scenario-parameters.ts';
import { scenarioRelations } from './scenario-relations.ts';

/** Rules that a run may switch off, each with what then becomes possible. */
export const ABLATIONS = {
  'TIME-3': 'seats seal after the draw is known: a provider waits for it, then orders its batch',
  'SAMPLE-1': 'no leaf is ever drawn: nobody looks at an answer',
  'SEAT-1': 'seats are drawn by identity, not by stake: who splits its stake gets more',
  'COMMIT-1': 'a commit binds nobody: who repeats that of another can repeat its reveal too',
  'COMMIT-2': 'measurements and outputs are shown at once: who waits can copy them in time',
  'VOTE-1': 'a vote need not follow from the measurement: always saying valid pays',
  'VOTE-4': 'a vote is paid however late its commit was: who waits can copy',
  'WIRE-4': 'what comes early is kept without limit: junk fills the memory of others',
  'QUORUM-2': 'dissent is no challenge: what a captured committee certified becomes final',
  'QUORUM-3': 'losing a challenge costs nothing of the next level',
  'QUORUM-4': 'small committees take money: a captured one slashes an honest provider',
  'SLASH-1': 'nobody is slashed but for a final invalid, and silence costs nothing',
} as const;

/** The tag of a rule that a run may switch off. */
export type Ablation = keyof typeof ABLATIONS;

const ABLATION_TAGS = Object.keys(ABLATIONS) as [Ablation, ...Ablation[]];

const durationMs = { min: 0.001, max: 3_600_000 };

const perValidator = countField(
  { description: 'Mean stake of a validator', unit: 'stake' },
  { min: 1, max: 1_000_000_000_000 },
).default(1_000_000);

const exponent = numberField(
  { description: 'How unequal stakes are', tooLow: 'all equal', tooHigh: 'one holds all' },
  { min: 0.01, max: 10 },
);

const stakes = z
  .discriminatedUnion('distribution', [
    z
      .strictObject({ distribution: z.literal('equal'), perValidator })
      .meta({ description: 'The same stake for all' }),
    z
      .strictObject({
        distribution: z.literal('zipf'),
        perValidator,
        exponent: exponent.default(1),
      })
      .meta({ description: 'The i-th largest stake goes as 1 / i^exponent' }),
    z
      .strictObject({
        distribution: z.literal('pareto'),
        perValidator,
        exponent: exponent.default(1.5),
      })
      .meta({ description: 'Stakes drawn from a Pareto law with this exponent' }),
    z
      .strictObject({
        distribution: z.literal('lognormal'),
        perValidator,
        exponent: exponent.default(1),
      })
      .meta({
        description: 'Logarithms of stakes drawn from a normal law, exponent its deviation',
      }),
    z
      .strictObject({
        distribution: z.literal('list'),
        values: z
          .array(z.int().min(1).max(1_000_000_000_000))
          .min(1)
          .meta({ description: 'Stake of each validator', unit: 'stake' }),
      })
      .meta({ description: 'Stakes given one by one' }),
  ])
  .default({ distribution: 'equal', perValidator: 1_000_000 })
  .meta({ description: 'Stakes of the validators' });

const validators = z
  .strictObject({
    count: countField(
      {
        description: 'Validators in the set',
        unit: 'validators',
        tooLow: 'committees are the whole set, nothing is sampled',
        tooHigh: 'a run takes long',
      },
      { min: 1, max: 1_000_000 },
    ).default(40),
    stake: stakes,
    modelShare: shareField('Share of validators that hold each model').default(1),
    silentShare: shareField('Share of honest validators, by count, down from the start').default(0),
    executionMs: numberField(
      { description: 'Time of one execution on a validator', unit: 'ms' },
      durationMs,
    ).default(40),
    slowShare: shareField('Share of honest validators that are slow').default(0),
    slowFactor: numberField(
      { description: 'How many times longer an execution takes on a slow one', unit: 'factor' },
      { min: 1, max: 1000 },
    ).default(4),
  })
  .meta({ description: 'The validators' });

const providers = z
  .strictObject({
    count: countField(
      { description: 'Providers', unit: 'providers' },
      { min: 1, max: 100_000 },
    ).default(4),
    stake: countField(
      {
        description: 'Stake of each provider; it bounds what may be sealed and not closed',
        unit: 'stake',
        tooLow: 'its batches are not sealed',
      },
      { min: 1, max: Number.MAX_SAFE_INTEGER },
    ).default(100_000_000),
    executionMs: numberField(
      { description: 'Time of one execution on a provider', unit: 'ms' },
      durationMs,
    ).default(40),
  })
  .meta({ description: 'The providers' });

const modelFields = {
  share: shareField('Share of claims that ask for this model').default(1),
  tolerance: numberField(
    {
      description: 'Distance up to which two outputs are the same',
      unit: 'relative rms',
      tooLow: 'honest machines disagree',
      tooHigh: 'a cheaper model passes',
    },
    { min: 1e-12, max: 1 },
  ).default(5e-6),
  executionMs: numberField(
    { description: 'Upper bound of one execution on admitted hardware', unit: 'ms' },
    durationMs,
  ).default(100),
};

const modelSeed = countField(
  { description: 'Seed of the weights' },
  { min: 0, max: 4_294_967_295 },
).default(1);

const model = z.discriminatedUnion('model', [
  z
    .strictObject({ model: z.literal('mlp'), seed: modelSeed, ...modelFields })
    .meta({ description: 'A multi-layer perceptron' }),
  z
    .strictObject({ model: z.literal('conv'), seed: modelSeed, ...modelFields })
    .meta({ description: 'A convolution net' }),
  z
    .strictObject({ model: z.literal('transformer'), seed: modelSeed, ...modelFields })
    .meta({ description: 'A stack of transformer blocks' }),
  z
    .strictObject({
      model: z.literal('file'),
      path: z.string().min(1).meta({ description: 'ONNX file, relative to the working directory' }),
      ...modelFields,
    })
    .meta({ description: 'An ONNX model of your own' }),
]);

const workload = z
  .strictObject({
    models: z
      .array(model)
      .min(1)
      .max(100)
      .prefault([{ model: 'mlp' }])
      .meta({ description: 'Models that are asked for', default: [{ model: 'mlp' }] }),
    claimsPerRound: numberField(
      { description: 'Mean number of claims of each provider in a round', unit: 'claims' },
      { min: 0.001, max: 1_000_000 },
    ).default(4),
    arrivals: z
      .enum(['poisson', 'fixed'])
      .default('poisson')
      .meta({ description: 'Whether the number of claims in a round varies' }),
    classes: z
      .record(z.string(), z.number().min(0).max(1))
      .default({ standard: 1 })
      .meta({ description: 'Shares of the assurance classes that requesters ask for' }),
    distinctInputs: countField(
      {
        description: 'Different inputs of each model',
        unit: 'inputs',
        tooLow: 'cached outputs are often right',
        tooHigh: 'the measured oracle runs the models for longer',
      },
      { min: 1, max: 1_000_000 },
    ).default(32),
  })
  .meta({ description: 'What requesters ask' });

const oracle = z
  .discriminatedUnion('kind', [
    z
      .strictObject({
        kind: z.literal('measured'),
        honestClasses: z
          .partialRecord(z.enum(['disabled', 'basic', 'extended', 'all']), z.number().min(0).max(1))
          .default({ disabled: 0.5, all: 0.5 })
          .meta({
            description: 'Shares of honest machines by optimisation level of the runtime',
          }),
      })
      .meta({ description: 'Outputs come from real executions of the real models' }),
    z
      .strictObject({
        kind: z.literal('modelled'),
        honestDistance: distance('Distance between two honest outputs').default(5e-7),
        cheatDistance: distance('Distance of a substituted output').default(1e-3),
        missShare: shareField('Share of wrong outputs that an honest seat takes for right').default(
          0,
        ),
        falseAlarmShare: shareField(
          'Share of right outputs that an honest seat takes for wrong',
        ).default(0),
        drift: z
          .strictObject({
            share: shareField('Share of honest machines, a class of their own, that drift'),
            factor: numberField(
              {
                description: 'How far they drift from the others, all alike',
                unit: 'tolerances',
                tooHigh: 'beyond 3 honest machines accuse each other',
              },
              { min: 0, max: 1000 },
            ).default(0.5),
          })
          .optional()
          .meta({ description: 'Honest machines that err together', defaultText: 'none' }),
      })
      .meta({ description: 'Distances are drawn; nothing is executed' }),
  ])
  .prefault({ kind: 'measured' })
  .meta({ description: 'What an execution yields', default: { kind: 'measured' } });

const economics = z
  .strictObject({
    executionCost: amount('Cost of one execution').default(1),
    claimPrice: amount(
      'What a provider earns for a claim, besides the reward of the seats',
    ).default(1.2),
    unitStake: countField(
      { description: 'Stake that one unit of cost and price is worth', unit: 'stake' },
      { min: 1, max: 1_000_000_000_000 },
    ).default(1000),
    unbondingRounds: countField(
      {
        description: 'Rounds from asking to leave until stake is free',
        unit: 'rounds',
        tooLow: 'who cheated is gone before it is convicted',
        tooHigh: 'stake is bound for long',
      },
      { min: 0, max: 1_000_000 },
    )
      .optional()
      .meta({ defaultText: 'until all that was sealed before is closed' }),
  })
  .meta({ description: 'Costs and prices, to tell whether cheating pays' });

/** The schema of a scenario file. */
export const scenarioSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9-]{1,64}$/)
      .meta({ description: 'Name of the scenario, used for folders' }),
    description: z.string().max(2000).default('').meta({ description: 'What the scenario shows' }),
    seed: countField(
      { description: 'Seed of all randomness of a run' },
      { min: 0, max: Number.MAX_SAFE_INTEGER },
    ).default(1),
    durationRounds: countField(
      {
        description: 'Rounds in which providers seal batches; then the run ends when all is final',
        unit: 'rounds',
        tooLow: 'too few claims for narrow intervals',
        tooHigh: 'a run takes long',
      },
      { min: 1, max: 1_000_000 },
    ).default(30),
    warmUpRounds: countField(
      {
        description: 'First rounds whose claims count in no rate and no time',
        unit: 'rounds',
        tooLow: 'a network that still fills up is measured',
        tooHigh: 'few claims are left',
      },
      { min: 0, max: 1_000_000 },
    ).default(0),
    crypto: z
      .enum(['stand-in', 'real'])
      .default('stand-in')
      .meta({ description: 'Whether signatures are computed, or only stood in for' }),
    beacon: beaconSchema,
    network: networkSchema.prefault({}),
    validators: validators.prefault({}),
    providers: providers.prefault({}),
    workload: workload.prefault({}),
    oracle,
    economics: economics.prefault({}),
    adversaries: z
      .array(adversarySchema)
      .max(100)
      .default([])
      .meta({ description: 'Dishonest actors; everybody else is honest' }),
    faults: z
      .array(faultSchema)
      .max(1000)
      .default([])
      .meta({ description: 'What goes wrong by itself; everything works otherwise' }),
    ablate: z
      .array(z.enum(ABLATION_TAGS))
      .default([])
      .meta({ description: 'Rules that are switched off, to show what they are for' }),
    checker: z
      .strictObject({
        enabled: z
          .boolean()
          .default(true)
          .meta({ description: 'Whether invariants are asserted after every event' }),
      })
      .prefault({})
      .meta({ description: 'The judge of safety and liveness' }),
    parameters: parametersSchema
      .prefault({})
      .meta({ description: 'The parameters of the protocol' }),
  })
  .meta({ title: 'Assay scenario', description: 'Everything that a simulation depends on' });

/** A resolved scenario: every default filled in, every relation checked. */
export type Scenario = z.output<typeof scenarioSchema>;

/**
 * Checks a scenario document and fills in its defaults.
 * @param overrides texts such as `network.degree=4`, applied in order
 * @throws ConfigError with every fault that was found
 */
export function resolveScenario(
  document: ConfigDocument,
  overrides: readonly string[] = [],
): Scenario {
  const kind = { schema: scenarioSchema, relations: scenarioRelations };
  return withLatencyCsv(resolveConfig(kind, document, overrides), document.source);
}

/** The resolved scenario holds what it depends on: a table of delays, not the name of its file. */
export function withLatencyCsv<T extends Pick<Scenario, 'network'>>(
  scenario: T,
  source: string,
): T {
  const { network } = scenario;
  const { latency } = network;
  if (latency.kind !== 'matrix') return scenario;
  const csv = latency.csv ?? readLatencyCsv(latency.file ?? '', source);
  parseLatencyTable(csv, `${source}: network.latency.csv`);
  return { ...scenario, network: { ...network, latency: { kind: 'matrix', csv } } };
}

function distance(description: string) {
  return numberField({ description, unit: 'relative rms' }, { min: 0, max: 10 });
}

function amount(description: string) {
  return numberField({ description, unit: 'units of unitStake' }, { min: 0, max: 1e12 });
}
