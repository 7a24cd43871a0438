/** Options of `assay model …`. Numbers are read as text, so that no mistake becomes NaN. */
import type { ModelKind, ModelVariant } from '../../../inference/index.ts';
import { JSON_OPTION, TEXT } from '../../io.ts';
import { DIR_OPTION } from '../../node-options.ts';

/** The kinds and variants of the zoo, repeated so that `--help` need not load it. */
export const KINDS = ['mlp', 'conv', 'transformer'] as const satisfies readonly ModelKind[];
export const VARIANTS = [
  'reference',
  'fp16',
  'fp16-first-layer',
  'bf16',
  'int8',
  'int4',
  'pruned-10',
  'noise-1e-5',
  'smaller',
  'stale',
  'other-seed',
] as const satisfies readonly ModelVariant[];

export const BUILD_OPTIONS = {
  seed: { ...TEXT, demandOption: true, describe: 'Seed of the weights, 0 .. 2^32-1' },
  variant: {
    choices: VARIANTS,
    default: 'reference' as const,
    describe: 'The model itself, or what a dishonest provider runs instead',
  },
  out: { ...TEXT, demandOption: true, describe: 'File to write; replaced if it exists' },
  ...JSON_OPTION,
} as const;

const CONTROL_FLOW = {
  'allow-control-flow': {
    type: 'boolean',
    default: false,
    describe: 'Admit loops and branches; only the time limit ends them',
  },
} as const;

export const INSPECT_OPTIONS = { ...CONTROL_FLOW, ...JSON_OPTION } as const;

export const RUN_OPTIONS = {
  input: { ...TEXT, demandOption: true, describe: 'Inputs: a .json or .npy file' },
  'timeout-ms': { ...TEXT, default: '10000', describe: 'Time the execution may take, ms' },
  'memory-mib': { ...TEXT, default: '2048', describe: 'Memory it may take, MiB' },
  optimization: {
    choices: ['disabled', 'basic', 'extended', 'all'] as const,
    default: 'disabled' as const,
    describe: 'Graph optimisation; networks pin disabled',
  },
  ...CONTROL_FLOW,
  ...JSON_OPTION,
} as const;

export const RUN_EPILOGUE = [
  'JSON inputs, for a model with the input x of shape [N, 2]:',
  '  [[0.5, 1]]                                    if x is the only input',
  '  {"x": [[0.5, 1]]}',
  '  {"x": {"shape": [1, 2], "data": [0.5, 1]}}',
].join('\n');

export const ADD_OPTIONS = { ...DIR_OPTION, ...JSON_OPTION } as const;

export const LIST_OPTIONS = {
  ...DIR_OPTION,
  net: {
    ...TEXT,
    describe: 'Network file: which of its models are missing here',
    defaultDescription: 'network.yaml in the folder',
  },
  ...JSON_OPTION,
} as const;
