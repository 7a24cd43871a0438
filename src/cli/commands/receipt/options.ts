/** Options of `assay receipt …`. */
import { JSON_OPTION, TEXT } from '../../io.ts';

export const SHOW_OPTIONS = { ...JSON_OPTION } as const;

export const GET_OPTIONS = {
  net: { ...TEXT, demandOption: true, describe: 'Network file' },
  out: { ...TEXT, demandOption: true, describe: 'File for the receipt: .json or .cbor' },
  ...JSON_OPTION,
} as const;

export const VERIFY_OPTIONS = {
  net: { ...TEXT, demandOption: true, describe: 'Network file of the network it comes from' },
  ...JSON_OPTION,
} as const;

export const VERIFY_EPILOGUE = [
  'Offline: the receipt and the network file are all that is needed.',
  'Exit codes: 0 valid; 1 not valid; 2 a file cannot be read.',
].join('\n');
