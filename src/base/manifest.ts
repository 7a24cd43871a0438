/**
 * What the network says about a model: which bytes it is, and when two of its outputs are the same.
 */
import type { BlobId } from './ids.ts';

/** [COMPARE-1] How two outputs of a model are compared. */
export type Comparator =
  | { readonly kind: 'exact' }
  | {
      readonly kind: 'relative-rms';
      /** Distance up to which outputs match; above 0, dimensionless. */
      readonly tolerance: number;
      /** Distance above which they mismatch; at least `tolerance`, default 3 · tolerance. */
      readonly rejection: number;
      /** Norm of a whole output below which differences count absolutely; at least 0. */
      readonly scale: number;
    };

/** [MODEL-1] A model as the network admits it. */
export type ModelManifest = {
  readonly name: string;
  /** Content id of the ONNX file. */
  readonly model: BlobId;
  readonly sizeBytes: number;
  /** Execution classes a claim may name, e.g. `ort-1.30.0/cpu/disabled/avx2`. */
  readonly executionClasses: readonly string[];
  readonly comparator: Comparator;
  /** Upper bound of one execution on admitted hardware. */
  readonly executionMs: number;
  readonly inputBytesMax: number;
};
