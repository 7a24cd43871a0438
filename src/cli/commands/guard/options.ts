/** Options of `assay guard …`. */
import { JSON_OPTION, TEXT } from '../../io.ts';
import { DIR_OPTION, FOLDER_NET_OPTION } from '../../node-options.ts';

/** Options of `guard import` and `guard renew`. */
export const GUARD_OPTIONS = { ...DIR_OPTION, ...FOLDER_NET_OPTION, ...JSON_OPTION } as const;

export const EXPORT_OPTIONS = {
  ...GUARD_OPTIONS,
  out: { ...TEXT, demandOption: true, describe: 'File to write; replaced if it exists' },
  move: {
    type: 'boolean',
    default: false,
    describe: 'Mark the folder as moved: no node starts on it any more',
  },
} as const;

export const UNMOVE_OPTIONS = {
  ...GUARD_OPTIONS,
  'UNSAFE-runs-nowhere-else': {
    ...TEXT,
    demandOption: true,
    describe: 'Id of the key, by which you say that no other machine has it',
  },
} as const;

export const UNMOVE_EPILOGUE = [
  'Only for a key that was exported and never ran elsewhere. If it did, import the',
  'guard from there instead. The key then signs nothing for the rounds up to now.',
].join('\n');

export const RENEW_EPILOGUE = [
  'Only for a guard that is lost. A key that runs on two machines signs two',
  'answers to one question, is convicted and loses its stake: make sure that the',
  'old machine never starts again. The key then signs nothing for the rounds up',
  'to now.',
].join('\n');
