/** Options of `assay plan`. Numbers are read as text, so that 1/3 stays 1/3. */
import { JSON_OPTION, TEXT } from '../../io.ts';

/** Options of `plan`. */
export const PLAN_OPTIONS = {
  epsilon: { ...TEXT, demandOption: true, describe: 'Greatest probability of failure per claim' },
  adversary: { ...TEXT, demandOption: true, describe: "Adversary's share of stake, at most 1/3" },
  cost: { ...TEXT, demandOption: true, describe: 'Cost of one execution' },
  reward: { ...TEXT, demandOption: true, describe: 'What a provider earns for a claim' },
  gain: { ...TEXT, default: '0', describe: 'What a wrong answer that passes is worth besides' },
  overhead: { ...TEXT, default: '0.5', describe: 'Part of the reward that verifying may cost' },
  out: { ...TEXT, describe: 'Write the scenario that checks the plan to this file' },
  ...JSON_OPTION,
} as const;

/** What stands below the options of `plan`. */
export const PLAN_EPILOGUE = [
  'Amounts are in one unit, whichever. Without --out the scenario is printed.',
  'Check it:  assay sim theory plan.yaml  and  assay sim run plan.yaml',
].join('\n');
