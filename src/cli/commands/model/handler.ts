/** Does the work of `assay model …`. */
import { AssayError } from '../../../base/index.ts';
import type { OutputTensor } from '../../../compare/index.ts';
import {
  admit,
  buildModel,
  formatValue,
  InferenceError,
  inspectModel,
  MODEL_LIMITS,
  type ModelKind,
  type ModelLimits,
  type ModelReport,
  type ModelVariant,
  type OptimizationLevel,
  openModel,
  openOnnxEngine,
} from '../../../inference/index.ts';
import { readLimited, writeWhole } from '../../files.ts';
import type { Answer } from '../../io.ts';
import { readNumber, readPositive } from '../../values.ts';
import { block, count, labelled, naming, printable, readInputs, showOutputs } from './tensors.ts';

const MEBIBYTE = 1024 ** 2;

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
  const { digest, outputs, lines } = showOutputs(result.outputs);
  const executionMs = Math.round(result.executionMs * 1000) / 1000;
  return {
    json: { model, executionClass, executionMs, digest, outputs },
    lines: [
      ...lines,
      '',
      labelled('digest', digest),
      labelled('class', executionClass),
      labelled('time', `${executionMs} ms`),
    ],
  };
}
