/** Does the work of `assay config …`. */
import type { ErrorDetail } from '../../../base/index.ts';
import type { Explanation } from '../../../config/index.ts';
import {
  ConfigError,
  configHash,
  explainKey,
  jsonSchemaOf,
  readDocument,
  resolveScenario,
  scenarioSchema,
} from '../../../config/index.ts';
import type { Answer } from '../../io.ts';
import { wrapText } from '../../text.ts';

/**
 * Checks all files, and does not stop at the first bad one.
 * @throws ConfigError with the faults of all files
 */
export function checkFiles(values: {
  readonly files: readonly string[];
  readonly set: readonly string[];
}): Answer {
  const good: { readonly file: string; readonly name: string; readonly hash: string }[] = [];
  const problems: ErrorDetail[] = [];
  for (const file of values.files) {
    try {
      const scenario = resolveScenario(readDocument(file), values.set);
      good.push({ file, name: scenario.name, hash: configHash(scenario) });
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      problems.push(...error.problems);
    }
  }
  if (problems.length > 0) throw new ConfigError(values.files.join(', '), problems);
  const lines = good.map(({ file, hash }) => `${file}: ok, config hash ${hash.slice(0, 16)}`);
  return { json: { files: good }, lines };
}

/** Explains one key, or lists the keys of the whole file. */
export function explain(key: string): Answer {
  const explanation = explainKey(jsonSchemaOf(scenarioSchema), key);
  return { json: explanation, lines: explanationLines(explanation) };
}

/** Returns the JSON Schema of scenario files, as it stands in configs/schema. */
export function scenarioSchemaText(): string {
  return `${JSON.stringify(jsonSchemaOf(scenarioSchema), null, 2)}\n`;
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
