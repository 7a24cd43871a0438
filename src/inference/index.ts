/** Runs models: inspection, the sandboxed engine, inputs from files, and a zoo built from seeds. */
export { contentId } from './content-id.ts';
export {
  admit,
  type ExecutionResult,
  formatValue,
  type InferenceEngine,
  type ModelHandle,
  orderInputs,
  type RunLimits,
} from './engine.ts';
export { InferenceError } from './error.ts';
export { inputsFromJson } from './input-json.ts';
export { inputFromNpy, isNpy } from './input-npy.ts';
export { DEFAULT_COMPARATOR, type ManifestOptions, manifestOf } from './manifest.ts';
export {
  MODEL_LIMITS,
  type ModelLimits,
  type ModelReport,
  type ModelValue,
  REFUSAL_CODES,
  type Refusal,
  type RefusalCode,
} from './model-report.ts';
export { executionClassOf, type OptimizationLevel } from './onnx/execution-class.ts';
export { inspectModel, openModel } from './onnx/inspect.ts';
export {
  ONNX_ENGINE_DEFAULTS,
  type OnnxEngineOptions,
  openOnnxEngine,
} from './onnx/onnx-engine.ts';
export { type NumberSource, sampleInputs } from './sample-inputs.ts';
export { structuredInputs } from './zoo/inputs.ts';
export {
  buildModel,
  INPUT_SHAPES,
  MODEL_KINDS,
  type ModelKind,
  type ModelSpec,
} from './zoo/models.ts';
export { MODEL_VARIANTS, type ModelVariant } from './zoo/variants.ts';
export { varyModel } from './zoo/vary-model.ts';
