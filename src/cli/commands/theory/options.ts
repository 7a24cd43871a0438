/** Options of `assay theory …`. Numbers are read as text, so that 1/3 stays 1/3. */
import { JSON_OPTION, TEXT } from '../../io.ts';

const ADVERSARY = {
  adversary: { ...TEXT, demandOption: true, describe: "Adversary's share of stake, 0..1" },
} as const;

/** Options of `theory committee`. */
export const COMMITTEE_OPTIONS = {
  seats: { ...TEXT, demandOption: true, describe: 'Seats of the committee, k' },
  ...ADVERSARY,
  quorum: { ...TEXT, describe: 'Seats of a verdict, q (default: floor(2k/3) + 1)' },
  silent: { ...TEXT, default: '0', describe: 'Share of honest seats that are silent, 0..1' },
  ...JSON_OPTION,
} as const;

/** Options of `theory size`. */
export const SIZE_OPTIONS = {
  ...ADVERSARY,
  target: { ...TEXT, demandOption: true, describe: 'Greatest probability of failure' },
  rule: {
    choices: ['two-thirds', 'majority', 'escalate', 'veto'],
    default: 'two-thirds',
    describe: 'What counts as failure: see below',
  },
  ...JSON_OPTION,
} as const;

/** What stands below the options of `theory size`. */
export const SIZE_EPILOGUE = [
  'Rules, for k seats of which X are the adversary’s:',
  '  two-thirds  X ≥ floor(2k/3) + 1: it certifies what it likes',
  '  majority    X > k/2: the same, if a majority were enough',
  '  escalate    X = k: nobody dissents, since any dissent asks a larger committee',
  '  veto        X ≥ k − floor(2k/3): it can prevent any verdict',
].join('\n');

/** Options of `theory detect`. */
export const DETECT_OPTIONS = {
  rate: { ...TEXT, demandOption: true, describe: 'Share of claims that are drawn, 0..1' },
  'cheat-share': { ...TEXT, demandOption: true, describe: 'Share of claims cheated on' },
  claims: { ...TEXT, demandOption: true, describe: 'Number of claims' },
  catch: { ...TEXT, default: '1', describe: 'Probability that a drawn cheat is convicted' },
  ...JSON_OPTION,
} as const;

/** Options of `theory deter`. */
export const DETER_OPTIONS = {
  cost: { ...TEXT, demandOption: true, describe: 'Cost of computing honestly, C' },
  reward: { ...TEXT, demandOption: true, describe: 'What an accepted answer earns, R' },
  slash: { ...TEXT, demandOption: true, describe: 'What a convicted cheater loses, S' },
  collusion: { ...TEXT, default: '0', describe: 'Share of checkers that collude, r' },
  miss: { ...TEXT, default: '0', describe: 'Share of cheats a checker misses, δ' },
  'false-alarm': { ...TEXT, default: '0', describe: 'Share of right answers refused, ε' },
  ...JSON_OPTION,
} as const;
