/**
 * What is known of a model before it runs, and why it is refused: plain data, for the engine, the
 * command line and the admission of models alike.
 */
import type { BlobId, TensorType } from '../base/index.ts';

/** One input or output of a model. */
export type ModelValue = {
  readonly name: string;
  readonly type: TensorType;
  /** Sizes; the name of a dynamic axis, `?` if it has none. `undefined`: even the rank is open. */
  readonly shape: readonly (number | string)[] | undefined;
};

/** Why a model is refused. Stable; listed in the README of this folder. */
export const REFUSAL_CODES = [
  'not-onnx',
  'truncated',
  'malformed',
  'too-large',
  'too-many-nodes',
  'no-outputs',
  'external-data',
  'unknown-domain',
  'unknown-operator',
  'random-operator',
  'control-flow',
  'recursive-function',
  'unsupported-type',
  'negative-dimension',
  'tensor-too-large',
  'sparse-tensor',
  'training-info',
  'duplicate-name',
] as const;
export type RefusalCode = (typeof REFUSAL_CODES)[number];

/** One reason against a model. */
export type Refusal = {
  readonly code: RefusalCode;
  /** What was found, a sentence without a full stop. */
  readonly message: string;
  /** What its author can do about it. */
  readonly remedy?: string;
};

/** What `inspectModel` finds. A model may run iff `refusals` is empty. */
export type ModelReport = {
  readonly model: BlobId;
  readonly sizeBytes: number;
  readonly irVersion: number;
  readonly producer: string;
  readonly opsets: readonly { readonly domain: string; readonly version: number }[];
  readonly inputs: readonly ModelValue[];
  readonly outputs: readonly ModelValue[];
  /** Operators by count, most frequent first; those of other domains as `domain.Operator`. */
  readonly operators: readonly { readonly operator: string; readonly count: number }[];
  readonly nodeCount: number;
  readonly parameterCount: number;
  readonly refusals: readonly Refusal[];
};

/** What admission allows. */
export type ModelLimits = {
  readonly sizeBytesMax: number;
  /** Nodes, with functions expanded. */
  readonly nodesMax: number;
  /** Elements of one tensor. */
  readonly elementsMax: number;
  /** Whether If, Loop and Scan may occur; the sandbox stops what they make run too long. */
  readonly allowControlFlow: boolean;
};

/** 512 MiB files; 20,000 nodes (a 96-layer transformer has about 6,000); 2^29 elements. */
export const MODEL_LIMITS: ModelLimits = {
  sizeBytesMax: 512 * 1024 * 1024,
  nodesMax: 20_000,
  elementsMax: 2 ** 29,
  allowControlFlow: false,
};
