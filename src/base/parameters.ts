/**
 * The parameters of the protocol: one record, agreed by the whole network, validated before use.
 *
 * Each parameter is documented by `PARAMETER_DOCS`: meaning, unit, range, and what breaks beyond
 * it. Ranges and the relations between parameters are checked by `checkParameters`. Sources:
 * the specification, section 5; the sizes of levels and their errors are computed by `src/theory`.
 * Money is in the smallest unit of stake; the defaults take one execution to cost 1000 units.
 */
import type { Stake } from './ids.ts';
import { stake } from './ids.ts';

/** An exact ratio of two integers; the denominator is positive. */
export type Fraction = { readonly numerator: bigint; readonly denominator: bigint };

/** What all nodes of a network agree on; see `PARAMETER_DOCS` for each. */
export type ProtocolParameters = {
  readonly roundMs: number;
  /** Assurance class to m: one leaf of m is drawn. */
  readonly classes: ReadonlyMap<string, number>;
  readonly sealSeats: number;
  /** Seats of each level, strictly increasing. */
  readonly levels: readonly number[];
  readonly slashSeats: number;
  readonly openRounds: number;
  /** Without the E rounds that an execution takes, [TIME-5]. */
  readonly commitRounds: number;
  readonly outputRounds: number;
  readonly revealRounds: number;
  readonly challengeRounds: number;
  readonly settleRounds: number;
  readonly postWindowRounds: number;
  readonly evidenceWindowRounds: number;
  readonly epochRounds: number;
  readonly partitionRounds: number;
  readonly skewMaxMs: number;
  readonly sketchSize: number;
  readonly shards: number;
  readonly rewardPerSeat: Stake;
  readonly slashProvider: Stake;
  readonly slashVoter: Stake;
  /** Per seat of the next level: a level costs its seats times this. */
  readonly challengeCost: Stake;
  readonly penaltySilent: Stake;
  readonly claimValue: Stake;
  readonly minPoolStake: Fraction;
  readonly batchCountMax: number;
};

/** What a person needs to know to set a parameter. */
export type ParameterDoc = {
  readonly meaning: string;
  readonly unit: string;
  /** Least and greatest value; of each entry, if the parameter is a list or a map. */
  readonly min: number;
  readonly max: number;
  readonly tooLow: string;
  readonly tooHigh: string;
};

/** The parameters of a network that names none. */
export const DEFAULT_PARAMETERS: ProtocolParameters = {
  roundMs: 3000,
  classes: new Map([
    ['spot', 20],
    ['standard', 4],
    ['full', 1],
  ]),
  sealSeats: 64,
  levels: [16, 64, 256, 1024],
  slashSeats: 128,
  openRounds: 1,
  commitRounds: 1,
  outputRounds: 1,
  revealRounds: 1,
  challengeRounds: 1,
  settleRounds: 1,
  postWindowRounds: 20,
  evidenceWindowRounds: 40,
  epochRounds: 1200,
  partitionRounds: 28_800,
  skewMaxMs: 750,
  sketchSize: 32,
  shards: 1,
  rewardPerSeat: stake(1_100n),
  slashProvider: stake(150_000n),
  slashVoter: stake(150_000n),
  challengeCost: stake(1_200n),
  penaltySilent: stake(2_200n),
  claimValue: stake(150_000n),
  minPoolStake: { numerator: 2n, denominator: 3n },
  batchCountMax: 4096,
};

/** A billion coins of 18 decimals. */
const MONEY_MAX = 1e27;

/** Meaning, unit, range and dangers of each parameter. */
export const PARAMETER_DOCS: Readonly<Record<keyof ProtocolParameters, ParameterDoc>> = {
  roundMs: {
    meaning: 'Period of the beacon: the clock of the network',
    unit: 'ms',
    min: 250,
    max: 60_000,
    tooLow: 'messages miss their deadlines, honest providers look unavailable',
    tooHigh: 'a disputed claim takes long to become final',
  },
  classes: {
    meaning: 'Assurance classes: name to m, one leaf of each m is drawn and re-executed',
    unit: 'leaves per drawn leaf',
    min: 1,
    max: 1_000_000,
    tooLow: 'every claim is re-executed by a committee: safe, and as costly as it gets',
    tooHigh: 'cheating pays, because it is caught too rarely for the slash',
  },
  sealSeats: {
    meaning: 'Seats that acknowledge a batch before anybody can know what will be drawn',
    unit: 'seats',
    min: 4,
    max: 1024,
    tooLow: 'a provider can wait for a captured sealing committee, then choose what is drawn',
    tooHigh: 'more acknowledgements per batch than the network can carry',
  },
  levels: {
    meaning: 'Seats of the committees, level by level; the last one decides',
    unit: 'seats',
    min: 1,
    max: 16_384,
    tooLow: 'a minority of the stake captures a committee by luck',
    tooHigh: 'many executions per drawn claim',
  },
  slashSeats: {
    meaning: 'Seats without which no verdict takes money',
    unit: 'seats',
    min: 1,
    max: 16_384,
    tooLow: 'honest providers lose stake to a captured committee',
    tooHigh: 'each cheat costs the network a committee of this size',
  },
  openRounds: {
    meaning: 'Rounds from the drawing beacon to the deadline for openings',
    unit: 'rounds',
    min: 1,
    max: 100,
    tooLow: 'openings of honest providers come too late',
    tooHigh: 'every level takes longer',
  },
  commitRounds: {
    meaning: 'Rounds for commits, besides those that the execution itself takes',
    unit: 'rounds',
    min: 1,
    max: 100,
    tooLow: 'honest validators miss the commit deadline',
    tooHigh: 'a silent seat delays the certificate for longer',
  },
  outputRounds: {
    meaning: 'Rounds from the commit deadline to the deadline for the output',
    unit: 'rounds',
    min: 1,
    max: 100,
    tooLow: 'outputs of honest providers come too late: they look unavailable',
    tooHigh: 'a provider that withholds its output delays the verdict for longer',
  },
  revealRounds: {
    meaning: 'Rounds from the output deadline to the deadline for reveals',
    unit: 'rounds',
    min: 1,
    max: 100,
    tooLow: 'votes of honest validators come too late to count',
    tooHigh: 'every undecided level takes longer',
  },
  challengeRounds: {
    meaning: 'Rounds after the reveal deadline in which a challenge counts',
    unit: 'rounds',
    min: 1,
    max: 100,
    tooLow: 'a challenge does not reach everybody: nodes disagree on what is final',
    tooHigh: 'an undisputed verdict stays provisional for longer',
  },
  settleRounds: {
    meaning: 'Rounds from the end of the challenges to the next level, or to final',
    unit: 'rounds',
    min: 1,
    max: 100,
    tooLow: 'the next committee is known while challenges can still be timed against it',
    tooHigh: 'every level takes longer',
  },
  postWindowRounds: {
    meaning: 'Rounds in which a promise can be posted to have its leaf drawn',
    unit: 'rounds',
    min: 1,
    max: 10_000,
    tooLow: 'a requester cannot enforce a promise in time',
    tooHigh: 'every node keeps undrawn batches for longer',
  },
  evidenceWindowRounds: {
    meaning: 'Rounds after the last level in which evidence counts; then a subject closes',
    unit: 'rounds',
    min: 1,
    max: 1_000_000,
    tooLow: 'proof of a double vote comes too late to be punished',
    tooHigh: 'memory grows with every subject kept, and the stake of providers stays bound',
  },
  epochRounds: {
    meaning: 'Rounds of an epoch: within one the validator set never changes',
    unit: 'rounds',
    min: 8,
    max: 1_000_000,
    tooLow: 'a change of the set does not reach everybody before it takes effect',
    tooHigh: 'who joins, leaves, earns or is slashed waits for long',
  },
  partitionRounds: {
    meaning:
      'Longest split of the network that evidence must survive: stake in exit stays that long',
    unit: 'rounds',
    min: 1,
    max: 10_000_000,
    tooLow: 'who signed twice in a long split has left with its stake when the split heals',
    tooHigh: 'honest leavers wait for their stake',
  },
  skewMaxMs: {
    meaning: 'Greatest clock error; seals are refused this long before the drawing beacon is due',
    unit: 'ms',
    min: 1,
    max: 30_000,
    tooLow: 'ordinary clock errors stop validators from sealing',
    tooHigh: 'too little of a round is left for sealing',
  },
  sketchSize: {
    meaning: 'Sums that stand for one output tensor in a measurement',
    unit: 'float64 numbers',
    min: 32,
    max: 512,
    tooLow: 'distances are too blurred: honest drift and substitution overlap',
    tooHigh: 'larger reveals for nothing',
  },
  shards: {
    meaning: 'Topics among which the votes about claims are spread; seats hear only their own',
    unit: 'shards',
    min: 1,
    max: 1024,
    tooLow: 'every node hears and checks every vote: large networks drown',
    tooHigh: 'few nodes hear each topic: votes about a claim are easier to hold back',
  },
  rewardPerSeat: {
    meaning: 'What a seat earns for one verified claim',
    unit: 'stake',
    min: 0,
    max: MONEY_MAX,
    tooLow: 'executing does not pay: validators copy or stay silent',
    tooHigh: 'verification costs more than the inference is worth',
  },
  slashProvider: {
    meaning: 'What a provider loses for a final `invalid` or `unavailable`',
    unit: 'stake',
    min: 1,
    max: MONEY_MAX,
    tooLow: 'cheating pays at low sampling rates',
    tooHigh: 'one mishap ruins an honest provider',
  },
  slashVoter: {
    meaning: 'What a validator loses for a vote against the final verdict and its own class',
    unit: 'stake',
    min: 1,
    max: MONEY_MAX,
    tooLow: 'selling votes pays',
    tooHigh: 'one faulty machine ruins an honest validator',
  },
  challengeCost: {
    meaning: 'What the losing challengers pay, for each seat of the level they started',
    unit: 'stake per seat',
    min: 0,
    max: MONEY_MAX,
    tooLow: 'false challenges are a cheap way to make everybody work',
    tooHigh: 'an honest dissenter does not dare to challenge',
  },
  penaltySilent: {
    meaning: 'What a holder loses for silence or abstention at a level with a certificate',
    unit: 'stake',
    min: 0,
    max: MONEY_MAX,
    tooLow: 'silence is cheaper than work',
    tooHigh: 'a short outage ruins an honest validator',
  },
  claimValue: {
    meaning: 'Stake that a provider binds for each claim it has sealed and not closed',
    unit: 'stake per claim',
    min: 1,
    max: MONEY_MAX,
    tooLow: 'a provider cheats on more claims at once than its stake can pay for',
    tooHigh: 'little stake, little throughput',
  },
  minPoolStake: {
    meaning: 'Least share of all stake that must hold a model for verdicts that take money',
    unit: 'share',
    min: 0.5,
    max: 1,
    tooLow: 'a cartel that alone holds a rare model slashes whom it likes',
    tooHigh: 'cheats on all but the commonest models go unpunished',
  },
  batchCountMax: {
    meaning: 'Greatest number of leaves in one batch',
    unit: 'leaves',
    min: 1,
    max: 1_048_576,
    tooLow: 'many batches, and a committee of acknowledgements for each',
    tooHigh: 'one header makes every node draw and keep a great many subjects',
  },
};
