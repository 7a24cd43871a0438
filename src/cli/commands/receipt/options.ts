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
  chain: { ...TEXT, describe: 'Set chain of that network, as `network sets --export` writes it' },
  ...JSON_OPTION,
} as const;

export const VERIFY_EPILOGUE = [
  'Offline: the receipt and the network file are all that is needed. A receipt from',
  'after many changes of the validator set names its set, and needs the set chain.',
  'Exit codes: 0 valid; 1 not valid; 2 a file cannot be read.',
].join('\n');
