/**
 * Inputs from files and outputs for the terminal, as `model run` and `infer` read and print them.
 */
import { toHex } from '../../../base/index.ts';
import { numbersOf, type OutputTensor, outputDigest, type Tensor } from '../../../compare/index.ts';
import {
  formatValue,
  InferenceError,
  inputFromNpy,
  inputsFromJson,
  isNpy,
  type ModelReport,
  orderInputs,
} from '../../../inference/index.ts';
import { readLimited } from '../../files.ts';
import { wrapText } from '../../text.ts';
import { paragraph } from '../receipt/layout.ts';

/** More than any model here takes in; a bound on what is read into memory. */
const INPUT_BYTES_MAX = 256 * 1024 ** 2;
const LABEL_WIDTH = 12;
const COLUMNS = 80;
const INDENT = '  ';
/** Numbers of one output that are shown to people. */
const SHOWN_MAX = 10;

/** What is wrong with a file is told with its name. */
export function naming<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof InferenceError) || error.detail.where !== undefined) throw error;
    throw new InferenceError({ ...error.detail, where: file }, { cause: error });
  }
}

/**
 * Returns the inputs of a model in its order, from a `.json` or `.npy` file.
 * @throws AssayError file-unreadable, file-too-large; InferenceError if they do not fit the model
 */
export async function readInputs(file: string, report: ModelReport): Promise<Tensor[]> {
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

/** Outputs for programs and for people. */
export type ShownOutputs = {
  /** Hexadecimal. */
  readonly digest: string;
  readonly outputs: readonly object[];
  /** Lines without the digest. */
  readonly lines: readonly string[];
};

/** Shows what a model put out: all of it for programs, the beginning for people. */
export function showOutputs(tensors: readonly OutputTensor[], columns = COLUMNS): ShownOutputs {
  const outputs = tensors.map((tensor) => {
    const { name, type, shape } = tensor;
    // 16-bit floats are held as bits.
    const items = type === 'float16' || type === 'bfloat16' ? numbersOf(tensor) : tensor.data;
    return { name, type, shape, data: Array.from<unknown, unknown>(items, jsonItem) };
  });
  const lines = outputs.flatMap(({ name, type, shape, data }) => {
    const shown = data.slice(0, SHOWN_MAX).map(shortItem).join(', ');
    const more = data.length > SHOWN_MAX ? `, … (${count(data.length)} in all)` : '';
    const text = paragraph(`${shown}${more}`, columns - INDENT.length);
    return [`${name}: ${formatValue(type, shape)}`, ...text.map((line) => INDENT + line)];
  });
  return { digest: toHex(outputDigest(tensors)), outputs, lines: lines.map(printable) };
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
export function printable(line: string): string {
  return line.replace(/[^\x20-\x7e\u00a0-\uffff]/g, '\ufffd');
}

/** A label and what it labels, in two columns. */
export function labelled(label: string, text: string): string {
  return `${label.padEnd(LABEL_WIDTH)}${text}`;
}

/** A whole number with commas between thousands. */
export function count(value: number): string {
  return value.toString().replace(/\B(?=(\d{3})+$)/g, ',');
}

/** A label, and text in lines beside it. */
export function block(label: string, text: string): string[] {
  const [first = '', ...more] = wrapText(text, { indent: LABEL_WIDTH });
  return [labelled(label, first.trimStart()), ...more];
}
