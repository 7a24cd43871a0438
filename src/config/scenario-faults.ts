/**
 * What goes wrong by itself in a scenario: links, machines, clocks, the beacon. Timed, or drawn
 * from the seed. Nobody of these is dishonest: an honest node must come through without a slash.
 *
 * `harms` names what may suffer; the JSON Schema carries it to `assay sim list faults`.
 */
import { z } from 'zod';
import { ABSTENTION_REASONS } from '../base/index.ts';
import { countField, numberField, shareField } from './fields.ts';

/** Rounds after the last requests before a run may end: headers, seals and draws take that long. */
export const QUIET_ROUNDS = 4;

const fromRound = countField(
  { description: 'Round in which it begins', unit: 'rounds' },
  { min: 0, max: 1_000_000 },
).default(0);
const rounds = countField(
  { description: 'How long it lasts; to the end of the run if left out', unit: 'rounds' },
  { min: 1, max: 1_000_000 },
).optional();
const when = { fromRound, rounds };
const linkShare = shareField('Share of links, by direction, that it strikes').default(1);
const nodeShare = shareField('Share of nodes, by count, that it strikes: one node at least');
const of = z
  .enum(['validators', 'providers', 'all'])
  .default('validators')
  .meta({ description: 'Among whom it strikes' });

const loss = z
  .strictObject({
    kind: z.literal('loss'),
    ...when,
    linkShare,
    lossShare: shareField('Share of copies that are lost for good').default(0.1),
  })
  .meta({ description: 'Links lose copies', harms: ['time'] });

const delay = z
  .strictObject({
    kind: z.literal('delay'),
    ...when,
    linkShare,
    extraMs: numberField(
      { description: 'Added to the delay of each copy', unit: 'ms' },
      { min: 0, max: 600_000 },
    ).default(200),
  })
  .meta({ description: 'Links are slower than usual', harms: ['time'] });

const reorder = z
  .strictObject({
    kind: z.literal('reorder'),
    ...when,
    linkShare,
    spreadMs: numberField(
      { description: 'Copies are delayed by up to this, each by its own draw', unit: 'ms' },
      { min: 0, max: 600_000 },
    ).default(200),
  })
  .meta({ description: 'Links deliver in another order than they took', harms: ['time'] });

const duplicate = z
  .strictObject({
    kind: z.literal('duplicate'),
    ...when,
    linkShare,
    duplicateShare: shareField('Share of copies that arrive twice').default(0.5),
  })
  .meta({ description: 'Links deliver copies twice', harms: ['traffic'] });

const partition = z
  .strictObject({
    kind: z.literal('partition'),
    ...when,
    of,
    nodeShare: nodeShare.default(0.3),
    mode: z
      .enum(['two-way', 'one-way', 'bridge'])
      .default('two-way')
      .meta({
        description:
          'two-way: the two sides hear nothing of each other; one-way: the struck side is not ' +
          'heard, and hears; bridge: one node still hears both sides and is heard by both',
      }),
  })
  .meta({ description: 'The network falls into two sides', harms: ['time', 'liveness'] });

const clog = z
  .strictObject({ kind: z.literal('clog'), ...when, of, nodeShare: nodeShare.default(0.1) })
  .meta({
    description: 'What nodes send is held back until the end, then all of it arrives',
    harms: ['time'],
  });

const crash = z
  .strictObject({
    kind: z.literal('crash'),
    fromRound,
    of,
    nodeShare: nodeShare.default(0.1),
    downRounds: countField(
      { description: 'Rounds until it starts again; never if left out', unit: 'rounds' },
      { min: 0, max: 1_000_000 },
    ).optional(),
    lostRecords: countField(
      {
        description: 'Last records of the sign guard that the disk had not written: it lied',
        unit: 'records',
        tooHigh: 'the node may sign again what it forgot, and be slashed',
      },
      { min: 0, max: 1_000_000 },
    ).default(0),
  })
  .meta({
    description: 'Processes are killed between two effects, and start again from their disk',
    harms: ['liveness', 'slash'],
  });

const pause = z
  .strictObject({
    kind: z.literal('pause'),
    fromRound,
    of,
    nodeShare: nodeShare.default(0.1),
    pauseMs: numberField(
      { description: 'How long processes are stopped', unit: 'ms' },
      { min: 1, max: 3_600_000 },
    ).default(3000),
  })
  .meta({ description: 'Processes stop, then take at once what came meanwhile', harms: ['time'] });

const clockSkew = z
  .strictObject({
    kind: z.literal('clock-skew'),
    ...when,
    of,
    nodeShare: nodeShare.default(0.1),
    offsetMs: numberField(
      { description: 'How far wall clocks stand off, fast above 0', unit: 'ms' },
      { min: -86_400_000, max: 86_400_000 },
    ).default(1000),
  })
  .meta({ description: 'Wall clocks are wrong', harms: ['sealing'] });

const clockDrift = z
  .strictObject({
    kind: z.literal('clock-drift'),
    ...when,
    of,
    nodeShare: nodeShare.default(0.1),
    partsPerMillion: numberField(
      { description: 'How much too fast monotonic clocks run, slow below 0', unit: 'ppm' },
      { min: -500_000, max: 500_000 },
    ).default(200),
  })
  .meta({ description: 'Monotonic clocks run fast or slow', harms: ['time'] });

const beaconLate = z
  .strictObject({
    kind: z.literal('beacon-late'),
    ...when,
    extraMs: numberField(
      { description: 'How much later than due each beacon appears', unit: 'ms' },
      { min: 0, max: 3_600_000 },
    ).default(500),
  })
  .meta({ description: 'Beacons appear late', harms: ['time', 'sealing'] });

const beaconStall = z
  .strictObject({
    kind: z.literal('beacon-stall'),
    fromRound: fromRound.default(5),
    rounds: rounds.unwrap().default(5),
  })
  .meta({
    description: 'No beacon appears for some rounds, then all of them at once',
    harms: ['time', 'sealing'],
  });

const slowExecutor = z
  .strictObject({
    kind: z.literal('slow-executor'),
    ...when,
    of,
    nodeShare: nodeShare.default(0.1),
    factor: numberField(
      { description: 'How many times longer executions take' },
      { min: 1, max: 1_000_000 },
    ).default(10),
  })
  .meta({ description: 'Executions take longer than the model allows', harms: ['penalty'] });

const failingExecutor = z
  .strictObject({
    kind: z.literal('failing-executor'),
    ...when,
    of,
    nodeShare: nodeShare.default(0.1),
    failureShare: shareField('Share of executions that fail').default(0.5),
    reason: z
      .enum(ABSTENTION_REASONS)
      .default('crash')
      .meta({ description: 'What the node says why it abstains' }),
  })
  .meta({ description: 'Executions fail: the node abstains', harms: ['penalty'] });

const timed = [
  loss,
  delay,
  reorder,
  duplicate,
  partition,
  clog,
  crash,
  pause,
  clockSkew,
  clockDrift,
  beaconLate,
  beaconStall,
  slowExecutor,
  failingExecutor,
] as const;

const timedFault = z.discriminatedUnion('kind', [...timed]);

/** A fault that strikes at a given time. */
export type TimedFault = z.output<typeof timedFault>;

/** Kinds of faults, in the order of the list. */
export const FAULT_KINDS = timed.map(({ shape }) => shape.kind.value);

const randomFaults = z
  .strictObject({
    kind: z.literal('random'),
    ...when,
    perRound: numberField(
      { description: 'Mean number of faults that begin in a round' },
      { min: 0, max: 100 },
    ).default(0.3),
    meanRounds: numberField(
      { description: 'Mean length of a fault', unit: 'rounds' },
      { min: 0.1, max: 10_000 },
    ).default(3),
    kinds: z
      .array(z.enum(FAULT_KINDS as [TimedFault['kind'], ...TimedFault['kind'][]]))
      .min(1)
      .optional()
      .meta({
        description: 'Kinds to draw from; if left out, each seed leaves out a random half of all',
      }),
  })
  .meta({ description: 'Faults drawn from the seed, with random strength', harms: ['all'] });

/** The schema of one fault of a scenario. */
export const faultSchema = z
  .discriminatedUnion('kind', [...timed, randomFaults])
  .meta({ description: 'Something that goes wrong' });

/** A fault of a scenario, with its options. */
export type Fault = z.output<typeof faultSchema>;

/** Returns a fault of a kind with default options, to be struck between two rounds. */
export function defaultFault(kind: TimedFault['kind']): TimedFault {
  return timedFault.parse({ kind });
}
