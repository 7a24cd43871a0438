/** Does the work of `assay model …`. */
import { AssayError, toHex } from '../../../base/index.ts';
import { numbersOf, type OutputTensor, outputDigest, type Tensor } from '../../../compare/index.ts';
import {
  admit,
  buildModel,
  formatValue,
  InferenceError,
  inputFromNpy,
  inputsFromJson,
  inspectModel,
  isNpy,
  MODEL_LIMITS,
  type ModelKind,
  type ModelLimits,
  type ModelReport,
  type ModelVariant,
  type OptimizationLevel,
  openModel,
  openOnnxEngine,
  orderInputs,
} from '../../../inference/index.ts';
import { readLimited, writeWhole } from '../../files.ts';
import type { Answer } from '../../io.ts';
import { wrapText } from '../../text.ts';
import { readNumber, readPositive } from '../../values.ts';

const MEBIBYTE = 1024 ** 2;
/** More than any model here takes in; a bound on what is read into memory. */
const INPUT_BYTES_MAX = 256 * MEBIBYTE;
const LABEL_WIDTH = 12;
/** Numbers of one output that are shown to people. */
const SHOWN_MAX = 10;

/**
 * Writes a model of the zoo; a reader never sees half a file.
 * @throws AssayError if the seed is none, or the file cannot be written
 */
export async function answerBuild(values: {
  readonly kind: ModelKind;
  readonly seed: string;
  readonly variant: ModelVariant;
  readonly out: string;
}): Promise<Answer> {
  const { kind, variant, out } = values;
  const seed = readNumber(values.seed, '--seed');
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) {
    throw new AssayError({
      code: 'seed-out-of-range',
      message: `${values.seed} is no seed`,
      where: '--seed',
      remedy: 'Give a whole number from 0 to 4294967295.',
    });
  }
  const bytes = buildModel(kind, { seed, variant });
  await writeWhole(out, bytes);
  const { model, parameterCount, sizeBytes } = inspectModel(bytes);
  return {
    json: { file: out, kind, seed, variant, model, sizeBytes, parameterCount },
    lines: [
      `Wrote ${out}`,
      labelled('model', model),
      labelled('size', `${count(sizeBytes)} bytes, ${count(parameterCount)} parameters`),
    ],
  };
}

/** Describes a model; `refusal` is there if it may not run. */
export async function answerInspect(values: {
  readonly file: string;
  readonly allowControlFlow: boolean;
}): Promise<{ readonly answer: Answer; readonly refusal: InferenceError | undefined }> {
  const bytes = await readLimited(values.file, MODEL_LIMITS.sizeBytesMax);
  const report = inspectModel(bytes, limitsOf(values));
  const answer = { json: report, lines: reportLines(report) };
  try {
    naming(values.file, () => admit(bytes, report));
    return { answer, refusal: undefined };
  } catch (error) {
    if (!(error instanceof InferenceError)) throw error;
    return { answer, refusal: error };
  }
}

/**
 * Runs a model once.
 * @throws AssayError if model, inputs or limits are at fault, or the execution ends early
 */
export async function answerRun(values: {
  readonly file: string;
  readonly input: string;
  readonly timeoutMs: string;
  readonly memoryMib: string;
  readonly optimization: OptimizationLevel;
  readonly allowControlFlow: boolean;
  readonly signal: AbortSignal;
}): Promise<Answer> {
  const timeoutMs = readPositive(values.timeoutMs, '--timeout-ms');
  const memoryBytes = Math.ceil(readPositive(values.memoryMib, '--memory-mib') * MEBIBYTE);
  const bytes = await readLimited(values.file, MODEL_LIMITS.sizeBytesMax);
  const model = naming(values.file, () => openModel(bytes, { limits: limitsOf(values) }));
  const inputs = await readInputs(values.input, model.report);
  const engine = openOnnxEngine({
    optimization: values.optimization,
    memoryBytesMax: memoryBytes,
  });
  const stop = (): void => void engine.close();
  values.signal.addEventListener('abort', stop);
  try {
    const result = await engine.run(model, inputs, { timeoutMs, memoryBytes });
    if (result.kind === 'failure') {
      throw new InferenceError({
        code: `execution-${result.reason}`,
        message: `the model did not finish (${result.reason}): ${result.detail}`,
        remedy: 'Raise --timeout-ms or --memory-mib if the model is meant to need more.',
      });
    }
    return outputAnswer(model.id, engine.executionClass, result);
  } finally {
    values.signal.removeEventListener('abort', stop);
    await engine.close();
  }
}

function limitsOf({ allowControlFlow }: { readonly allowControlFlow: boolean }): ModelLimits {
  return { ...MODEL_LIMITS, allowControlFlow };
}

/** What is wrong with a file is told with its name. */
function naming<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof InferenceError) || error.detail.where !== undefined) throw error;
    throw new InferenceError({ ...error.detail, where: file }, { cause: error });
  }
}

async function readInputs(file: string, report: ModelReport): Promise<Tensor[]> {
  const bytes = await readLimited(file, INPUT_BYTES_MAX);
  return naming(file, () => orderInputs(report, inputsOf(bytes, report)));
}

function inputsOf(bytes: Uint8Array, report: ModelReport): Tensor[] {
  if (!isNpy(bytes)) return inputsFromJson(new TextDecoder().decode(bytes), report);
  const [only, ...others] = report.inputs;
  if (only === undefined || others.length > 0) {
    throw new InferenceError({
      code: 'input-missing',
      message: `a .npy file holds one input, but the model has ${report.inputs.length}`,
      remedy: 'Give a .json file that names the inputs.',
    });
  }
  return [inputFromNpy(bytes, only.name)];
}

function reportLines(report: ModelReport): string[] {
  const isReadable = report.irVersion > 0;
  const opsets = report.opsets.map(({ domain, version }) => `${domain || 'ai.onnx'} ${version}`);
  const operators = report.operators.map((entry) => `${entry.operator} ×${entry.count}`);
  return [
    labelled('model', report.model),
    labelled('size', `${count(report.sizeBytes)} bytes`),
    ...(isReadable
      ? [
          labelled('parameters', count(report.parameterCount)),
          labelled('format', `IR ${report.irVersion}, opset ${opsets.join(', ')}`),
          ...report.inputs.map((value) => labelled('input', valueText(value))),
          ...report.outputs.map((value) => labelled('output', valueText(value))),
          ...block('operators', `${count(report.nodeCount)}: ${operators.join(', ')}`),
        ]
      : []),
    labelled('admission', report.refusals.length === 0 ? 'may run' : 'refused'),
  ].map(printable);
}

function valueText(value: ModelReport['inputs'][number]): string {
  return `${value.name}: ${formatValue(value.type, value.shape)}`;
}

function outputAnswer(
  model: string,
  executionClass: string,
  result: { readonly outputs: readonly OutputTensor[]; readonly executionMs: number },
): Answer {
  const digest = toHex(outputDigest(result.outputs));
  const outputs = result.outputs.map((tensor) => {
    const { name, type, shape } = tensor;
    // 16-bit floats are held as bits.
    const items = type === 'float16' || type === 'bfloat16' ? numbersOf(tensor) : tensor.data;
    return { name, type, shape, data: Array.from<unknown, unknown>(items, jsonItem) };
  });
  const executionMs = Math.round(result.executionMs * 1000) / 1000;
  const lines = outputs.flatMap(({ name, type, shape, data }) => {
    const shown = data.slice(0, SHOWN_MAX).map(shortItem).join(', ');
    const more = data.length > SHOWN_MAX ? `, … (${count(data.length)} in all)` : '';
    return [`${name}: ${formatValue(type, shape)}`, ...wrapText(`${shown}${more}`, { indent: 2 })];
  });
  return {
    json: { model, executionClass, executionMs, digest, outputs },
    lines: [
      ...lines.map(printable),
      '',
      labelled('digest', digest),
      labelled('class', executionClass),
      labelled('time', `${executionMs} ms`),
    ],
  };
}

/** What JSON cannot say goes as text, as inputs take it. */
function jsonItem(item: unknown): unknown {
  if (typeof item === 'bigint') return item.toString();
  return typeof item === 'number' && !Number.isFinite(item) ? String(item) : item;
}

function shortItem(item: unknown): string {
  return typeof item === 'number' && !Number.isInteger(item)
    ? String(Number(item.toPrecision(7)))
    : String(item);
}

/** Names and strings come from strangers: control characters would obey them in a terminal. */
function printable(line: string): string {
  return line.replace(/[^\x20-\x7e\u00a0-\uffff]/g, '\ufffd');
}

function labelled(label: string, text: string): string {
  return `${label.padEnd(LABEL_WIDTH)}${text}`;
}

function block(label: string, text: string): string[] {
  const [first = '', ...more] = wrapText(text, { indent: LABEL_WIDTH });
  return [labelled(label, first.trimStart()), ...more];
}

function count(value: number): string {
  return value.toString().replace(/\B(?=(\d{3})+$)/g, ',');
}
