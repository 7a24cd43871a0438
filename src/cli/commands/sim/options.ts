/** Options of `assay sim …`. */
import { JSON_OPTION, TEXT } from '../../io.ts';

/** Options of `sim run`. */
export const RUN_OPTIONS = {
  seed: { ...TEXT, describe: 'Seed of the run (default: that of the scenario)' },
  set: {
    ...TEXT,
    array: true,
    default: [] as string[],
    describe: 'Change a value, e.g. adversaries.0.share=0.3; repeatable',
  },
  out: { ...TEXT, describe: 'Output folder (default: runs/<scenario>-<seed>)' },
  ...JSON_OPTION,
  quiet: { type: 'boolean', default: false, describe: 'Print no report and no progress' },
} as const;

/** Options of `sim replay`. */
export const REPLAY_OPTIONS = {
  cell: { ...TEXT, describe: 'Which cell of a sweep: place in cells.csv, or id' },
  replica: { ...TEXT, describe: 'Which run of the cell, from 0 (default: 0)' },
  ...JSON_OPTION,
  quiet: { type: 'boolean', default: false, describe: 'Print no report and no progress' },
} as const;

/** Options of `sim view`. */
export const VIEW_OPTIONS = {
  port: { ...TEXT, default: '0', describe: 'Port of the page on loopback; 0: any free one' },
  open: { type: 'boolean', default: false, describe: 'Open the page in a browser' },
} as const;

/** What stands below the options of `sim replay`. */
export const REPLAY_EPILOGUE = [
  'A trace as .jsonl has one record per line (src/trace/README.md); as .json it',
  'opens in ui.perfetto.dev. assay sim view shows both.',
  'Exit codes: 0 the same as before, 1 it came out differently, 2 bad input,',
  '130 interrupted: no trace is written.',
].join('\n');

/** What stands below the options of `sim run`. */
export const RUN_EPILOGUE = [
  'Writes manifest.json, config.resolved.yaml, result.json and claims.csv.',
  'The same scenario and seed give the same trace digest on every machine.',
  'Exit codes: 0 done, 2 bad input, 3 a promise of the protocol broke (the',
  'message has the line to replay it), 130 interrupted: nothing is written.',
].join('\n');

/** What `sim list` can list. */
export const LISTS = ['adversaries', 'faults', 'networks', 'attacks', 'metrics'] as const;

/** Options of `sim list`. */
export const LIST_OPTIONS = { ...JSON_OPTION } as const;
