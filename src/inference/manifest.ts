/** The manifest of a model file: what a network file lists. */
import type { Comparator, ModelManifest } from '../base/index.ts';
import type { ModelHandle } from './engine.ts';

/** What the file itself does not say. */
export type ManifestOptions = {
  readonly name: string;
  readonly executionClasses: readonly string[];
  readonly comparator: Comparator;
  /** Upper bound of one execution on admitted hardware, ms. */
  readonly executionMs: number;
  readonly inputBytesMax: number;
};

/**
 * Measured: honest drift between execution classes stays under 1e-6, half precision of the weights
 * begins at 1.5e-4, of the first layer alone at 1.6e-5. Calibrate per model where outputs can
 * cancel.
 */
export const DEFAULT_COMPARATOR: Comparator = {
  kind: 'relative-rms',
  tolerance: 5e-6,
  rejection: 1.5e-5,
  scale: 0,
};

/** [MODEL-1] Returns the manifest of an admitted model, with its content id. */
export function manifestOf(model: ModelHandle, options: ManifestOptions): ModelManifest {
  return { ...options, model: model.id, sizeBytes: model.bytes.length };
}
