/** `assay sim list adversaries`: read from the schema of scenario files, so that it is complete. */
import { jsonSchemaOf, scenarioSchema } from '../../../config/index.ts';
import type { Answer } from '../../io.ts';
import { wrapText } from '../../text.ts';

type Option = { readonly name: string; readonly meaning: string; readonly default: unknown };

type AdversaryKind = {
  readonly behaviour: string;
  readonly meaning: string;
  /** What its share is a share of. */
  readonly share: string;
  /** Tags of the rules that make it fail. */
  readonly stoppedBy: readonly string[];
  readonly options: readonly Option[];
};

/** Lists all behaviours with their options. */
export function listAdversaries(): Answer {
  const root = jsonSchemaOf(scenarioSchema);
  const items = recordAt(recordAt(root.properties, 'adversaries'), 'items');
  const adversaries = arrayAt(items, 'oneOf').map(adversaryKind);
  const lines = adversaries.flatMap((kind) => [
    kind.behaviour,
    ...wrapText(kind.meaning, { indent: 2 }),
    ...wrapText(`stopped by ${kind.stoppedBy.join(', ')}`, { indent: 2 }),
    ...wrapText(`share: ${kind.share}`, { indent: 4 }),
    ...kind.options.flatMap((option) => {
      const preset = option.default === undefined ? '' : ` (${JSON.stringify(option.default)})`;
      return wrapText(`${option.name}: ${option.meaning}${preset}`, { indent: 4 });
    }),
    '',
  ]);
  return { json: { adversaries }, lines: [...lines, ...HOW_TO_USE] };
}

const HOW_TO_USE = [
  'In a scenario:  adversaries: [{ behaviour: substitute-model, share: 0.25 }]',
  'What a key takes:  assay config explain adversaries.<key>',
  'What a rule says:  src/core/README.md. To see it matter:  ablate: [COMMIT-2]',
];

function adversaryKind(schema: unknown): AdversaryKind {
  const properties = recordAt(schema, 'properties');
  const own = Object.keys(properties).filter((key) => key !== 'behaviour' && key !== 'share');
  return {
    behaviour: textAt(recordAt(properties, 'behaviour'), 'const'),
    meaning: textAt(schema, 'description'),
    share: textAt(recordAt(properties, 'share'), 'description'),
    stoppedBy: arrayAt(schema, 'stoppedBy').map(String),
    options: own.map((name) => {
      const { default: preset, description } = recordAt(properties, name);
      return { name, meaning: String(description), default: preset };
    }),
  };
}

function recordAt(value: unknown, key: string): Readonly<Record<string, unknown>> {
  const inner = isRecord(value) ? value[key] : undefined;
  return isRecord(inner) ? inner : {};
}

function arrayAt(value: unknown, key: string): readonly unknown[] {
  const inner = isRecord(value) ? value[key] : undefined;
  return Array.isArray(inner) ? inner : [];
}

function textAt(value: unknown, key: string): string {
  return isRecord(value) ? String(value[key] ?? '') : '';
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
