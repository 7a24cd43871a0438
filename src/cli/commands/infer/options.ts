/** Options of `assay infer`. */
import { JSON_OPTION, TEXT } from '../../io.ts';
import { NET_OPTION, PASSPHRASE_OPTIONS } from '../../node-options.ts';

export const INFER_OPTIONS = {
  ...NET_OPTION,
  model: { ...TEXT, demandOption: true, describe: 'Name or content id of a model of the network' },
  input: { ...TEXT, demandOption: true, describe: 'Inputs: a .json or .npy file' },
  assurance: {
    ...TEXT,
    default: 'full',
    describe: 'Class of the network: how often answers are re-executed',
  },
  provider: { ...TEXT, describe: 'Id of a provider, or its beginning; any if left out' },
  wait: { type: 'boolean', default: false, describe: 'Wait for the verdict' },
  out: { ...TEXT, describe: 'File for the receipt, .json or .cbor; needs --wait' },
  timeout: { ...TEXT, default: '60s', describe: 'Time for answer and verdict, e.g. 90s or 2m' },
  'model-file': { ...TEXT, describe: 'The ONNX file, for its input names; else fetched if small' },
  key: { ...TEXT, describe: 'Folder with the key to ask with; a fresh key if left out' },
  ...PASSPHRASE_OPTIONS,
  ...JSON_OPTION,
} as const;

export const INFER_EPILOGUE = [
  'Exit codes with --wait: 0 a receipt says valid, or that the answer was not',
  'drawn; 1 the answer was judged otherwise, or there is no verdict; 2 no answer',
  'came.',
  'Without --wait: 0 an answer came. JSON inputs: see assay model run --help.',
].join('\n');
