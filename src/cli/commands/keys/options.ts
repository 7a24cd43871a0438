/** Options of `assay keys …`. */
import { JSON_OPTION, TEXT } from '../../io.ts';
import { DIR_OPTION, NEW_DIR_OPTION, PASSPHRASE_OPTIONS } from '../../node-options.ts';

export const LIST_OPTIONS = { ...DIR_OPTION, ...JSON_OPTION } as const;

/** Options of `keys export` and `keys import`. */
const MOVE_OPTIONS = {
  ...DIR_OPTION,
  ...PASSPHRASE_OPTIONS,
  'new-password-file': {
    ...TEXT,
    describe: 'File that holds the passphrase of the copy; the same passphrase if left out',
  },
  ...JSON_OPTION,
} as const;

export const EXPORT_OPTIONS = {
  ...MOVE_OPTIONS,
  out: { ...TEXT, demandOption: true, describe: 'File to write; it must not be there yet' },
} as const;

export const IMPORT_OPTIONS = { ...MOVE_OPTIONS, ...NEW_DIR_OPTION } as const;

export const EXPORT_EPILOGUE = [
  'The file is encrypted, and marked so that no node starts on it: it is for moving',
  'a key to another machine. The sign guard must move with it: assay guard export.',
  'After that the old node must never start again.',
].join('\n');

export const IMPORT_EPILOGUE = [
  'Next comes the sign guard of the machine that the key comes from:',
  '  assay guard import GUARD.json --dir DIR --net network.yaml',
  'If it is lost:',
  '  assay guard renew --dir DIR --net network.yaml',
].join('\n');
