/** Does the work of `assay config …`. */
import { basename } from 'node:path';
import { planSweep } from '../../../../sim/sweep/index.ts';
import type { ErrorDetail } from '../../../base/index.ts';
import type { Explanation } from '../../../config/index.ts';
import {
  type ConfigDocument,
  ConfigError,
  configHash,
  explainKey,
  isSweepDocument,
  jsonSchemaOf,
  networkFileSchema,
  operatorSchema,
  readDocument,
  resolveOperator,
  resolveScenario,
  resolveSweep,
  scenarioSchema,
  sweepSchema,
} from '../../../config/index.ts';
import { realCrypto } from '../../../crypto/index.ts';
import { loadNetworkFile, NetworkFileError } from '../../../network-file/index.ts';
import type { Answer } from '../../io.ts';
import { wrapText } from '../../text.ts';
import { readVersion } from '../../version.ts';
import type { SchemaKind } from './options.ts';

/**
 * Checks all files, and does not stop at the first bad one.
 * @throws ConfigError with the faults of all files
 */
export function checkFiles(values: {
  readonly files: readonly string[];
  readonly set: readonly string[];
}): Answer {
  const good: CheckedFile[] = [];
  const problems: ErrorDetail[] = [];
  for (const file of values.files) {
    try {
      good.push(checkFile(file, values.set));
    } catch (error) {
      if (!(error instanceof ConfigError || error instanceof NetworkFileError)) throw error;
      problems.push(...error.problems);
    }
  }
  if (problems.length > 0) throw new ConfigError(values.files.join(', '), problems);
  const lines = good.map(({ file, kind, hash }) => {
    const what = kind === 'network' ? 'network id' : 'config hash';
    return `${file}: ok, ${what} ${hash.slice(0, 16)}`;
  });
  return { json: { files: good }, lines };
}

/** `hash` is the hash of a scenario or a sweep, or the id of a network. */
type CheckedFile = {
  readonly file: string;
  readonly kind: SchemaKind;
  readonly name: string;
  readonly hash: string;
};

function checkFile(file: string, set: readonly string[]): CheckedFile {
  const document = readDocument(file);
  if (isSweepDocument(document)) return checkSweep(document, set);
  if (isOperatorFile(document)) {
    const hash = configHash(resolveOperator(document));
    return { file, kind: 'operator', name: 'operator', hash };
  }
  if (!isNetworkFile(document)) {
    const scenario = resolveScenario(document, set);
    return { file, kind: 'scenario', name: scenario.name, hash: configHash(scenario) };
  }
  const network = loadNetworkFile(document, realCrypto);
  return { file, kind: 'network', name: network.name, hash: network.id };
}

/** A sweep is right if all its cells are. */
function checkSweep(document: ConfigDocument, set: readonly string[]): CheckedFile {
  const sweep = resolveSweep(document, set);
  planSweep(sweep, { document, version: readVersion() });
  return { file: document.source, kind: 'sweep', name: sweep.name, hash: configHash(sweep) };
}

/** Told by a key that every network file has, and no scenario. */
function isNetworkFile({ value }: ConfigDocument): boolean {
  return typeof value === 'object' && value !== null && 'operator' in value;
}

/** Told by its name in the folder of an operator, or by a key that nothing else has. */
function isOperatorFile({ source, value }: ConfigDocument): boolean {
  if (basename(source) === 'operator.yaml') return true;
  return typeof value === 'object' && value !== null && 'admit' in value;
}

/** Explains one key, or lists the keys of the whole file. */
export function explain(key: string): Answer {
  const explanation = explainKey(jsonSchemaOf(scenarioSchema), key);
  return { json: explanation, lines: explanationLines(explanation) };
}

const SCHEMAS = {
  scenario: scenarioSchema,
  sweep: sweepSchema,
  network: networkFileSchema,
  operator: operatorSchema,
} as const;

/** Returns the JSON Schema of files of a kind, as it stands in configs/schema. */
export function schemaText(kind: SchemaKind): string {
  return `${JSON.stringify(jsonSchemaOf(SCHEMAS[kind]), null, 2)}\n`;
}

function explanationLines(explanation: Explanation): readonly string[] {
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['value', explanation.value],
    ['unit', explanation.unit],
    ['default', explanation.default],
    ['too low', explanation.tooLow],
    ['too high', explanation.tooHigh],
  ];
  const indent = 12;
  const factLines = facts.flatMap(([label, text]) =>
    text === undefined ? [] : labelled(label.padEnd(indent - 2), text, indent),
  );
  const partLines = explanation.parts.flatMap(({ meaning, keys }) => [
    ...labelled('keys'.padEnd(indent - 2), keys.join(', '), indent),
    ...(meaning === '' ? [] : labelled('', `(${meaning})`, indent)),
  ]);
  const title = explanation.path === '' ? explanation.meaning : explanation.path;
  const about =
    explanation.path === '' || explanation.meaning === ''
      ? []
      : wrapText(explanation.meaning, { indent: 2 });
  return [title, ...about, '', ...factLines, ...partLines];
}

function labelled(label: string, text: string, indent: number): readonly string[] {
  const [first = '', ...more] = wrapText(text, { indent });
  return [`  ${label}${first.slice(label.length + 2)}`, ...more];
}
