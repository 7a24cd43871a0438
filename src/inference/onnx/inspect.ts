/**
 * Judges an ONNX file before the runtime sees a byte of it: what goes in and out, what it is made
 * of, and every reason against running it.
 *
 * Nothing here throws on the file's content. It is no proof of harmlessness: the sandbox bounds
 * what a model that passes may still cost.
 */
import type { BlobId } from '../../base/index.ts';
import { contentId } from '../content-id.ts';
import { admit, type ModelHandle } from '../engine.ts';
import { InferenceError } from '../error.ts';
import {
  MODEL_LIMITS,
  type ModelLimits,
  type ModelReport,
  type ModelValue,
  type Refusal,
} from '../model-report.ts';
import { tensorTypeOf } from './operators.ts';
import { type ParsedModel, type ParsedValue, parseModel } from './parse.ts';
import { ProtoError, ProtoLimitError } from './proto-reader.ts';
import { operatorName, refusalsOf } from './refusals.ts';

/** Depth of graphs within graphs that anybody writes by hand is two or three. */
const GRAPH_DEPTH_MAX = 16;

/**
 * Returns what a model file contains and why it is refused, if it is.
 * @param bytes any bytes; not kept
 */
export function inspectModel(bytes: Uint8Array, limits: ModelLimits = MODEL_LIMITS): ModelReport {
  if (bytes.length > limits.sizeBytesMax) {
    return emptyReport(bytes, {
      code: 'too-large',
      message: `the file has ${bytes.length} bytes; at most ${limits.sizeBytesMax} are admitted`,
      remedy: 'raise the size limit, or use a smaller model',
    });
  }
  let model: ParsedModel;
  try {
    model = parseModel(bytes, { nodesMax: limits.nodesMax, depthMax: GRAPH_DEPTH_MAX });
  } catch (error) {
    return emptyReport(bytes, unreadable(bytes, error));
  }
  if (model.graph === undefined || model.irVersion < 1n) {
    return emptyReport(bytes, NOT_ONNX);
  }
  return describe(bytes, model, limits);
}

const NOT_ONNX: Refusal = {
  code: 'not-onnx',
  message: 'the file is no ONNX model',
  remedy: 'give a file written by an ONNX exporter, such as torch.onnx.export',
};

function unreadable(bytes: Uint8Array, error: unknown): Refusal {
  if (error instanceof ProtoLimitError) return { code: 'too-many-nodes', message: error.message };
  if (!(error instanceof ProtoError)) throw error;
  // An ONNX file begins with field 1, the IR version, as a small number.
  if (bytes[0] !== 8 || !((bytes[1] ?? 0) > 0 && (bytes[1] ?? 0) < 128)) return NOT_ONNX;
  if (error.fault === 'truncated') {
    return {
      code: 'truncated',
      message: `the file ends too early: ${error.message}`,
      remedy: 'copy or download the file again',
    };
  }
  return { code: 'malformed', message: `the file is damaged: ${error.message}` };
}

function emptyReport(bytes: Uint8Array, refusal: Refusal): ModelReport {
  return {
    model: contentId(bytes),
    sizeBytes: bytes.length,
    irVersion: 0,
    producer: '',
    opsets: [],
    inputs: [],
    outputs: [],
    operators: [],
    nodeCount: 0,
    parameterCount: 0,
    refusals: [refusal],
  };
}

function describe(bytes: Uint8Array, model: ParsedModel, limits: ModelLimits): ModelReport {
  const graph = model.graph ?? { inputs: [], outputs: [], initializers: [], nodes: [] };
  const initialized = new Set(graph.initializers.map((tensor) => tensor.name));
  const { nodeCount, operators } = countOperators(model);
  return {
    model: contentId(bytes),
    sizeBytes: bytes.length,
    irVersion: Number(model.irVersion),
    producer: model.producer,
    opsets: model.opsets.map(({ domain, version }) => ({ domain, version: Number(version) })),
    // Files of IR version 3 list their weights as inputs with a default: not asked for.
    inputs: graph.inputs.filter((value) => !initialized.has(value.name)).map(modelValue),
    outputs: graph.outputs.map(modelValue),
    operators,
    nodeCount,
    parameterCount: graph.initializers.reduce(
      (sum, tensor) => sum + Number(tensor.dims.reduce((product, size) => product * size, 1n)),
      0,
    ),
    refusals: refusalsOf(model, limits),
  };
}

/** A type that no tensor here can hold is refused beside; the report shows it as `string`. */
function modelValue(value: ParsedValue): ModelValue {
  const shape = value.dims?.map((size) =>
    typeof size === 'bigint' ? Number(size) : (size ?? '?'),
  );
  return { name: value.name, type: tensorTypeOf(value.elementType) ?? 'string', shape };
}

function countOperators(model: ParsedModel): Pick<ModelReport, 'nodeCount' | 'operators'> {
  const counts = new Map<string, number>();
  let nodeCount = 0;
  for (const node of [
    ...(model.graph?.nodes ?? []),
    ...model.functions.flatMap((definition) => definition.nodes),
  ]) {
    const operator = operatorName(node);
    counts.set(operator, (counts.get(operator) ?? 0) + 1);
    nodeCount += 1;
  }
  const operators = Array.from(counts, ([operator, count]) => ({ operator, count }));
  operators.sort((a, b) => b.count - a.count || (a.operator < b.operator ? -1 : 1));
  return { nodeCount, operators };
}

/**
 * Inspects a model and returns it as one that may run.
 * @throws InferenceError `model-refused` with every reason, `model-mismatch` if it is not
 * `expected`
 */
export function openModel(
  bytes: Uint8Array,
  options: { readonly limits?: ModelLimits; readonly expected?: BlobId } = {},
): ModelHandle {
  const report = inspectModel(bytes, options.limits);
  if (options.expected !== undefined && report.model !== options.expected) {
    throw new InferenceError({
      code: 'model-mismatch',
      message: `the bytes are those of ${report.model}, not of ${options.expected}`,
    });
  }
  return admit(bytes, report);
}
