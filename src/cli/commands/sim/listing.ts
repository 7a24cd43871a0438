/**
 * `assay sim list …`: what a scenario may contain, read from its schema so that nothing is left
 * out; one page for each name.
 */
import { PROTOCOL_METRICS } from '../../../../sim/statistics/protocol-metrics.ts';
import { PROPAGATION_METRICS } from '../../../../sim/sweep/index.ts';
import { AssayError, nearestText } from '../../../base/index.ts';
import { jsonSchemaOf, NETWORKS, scenarioSchema } from '../../../config/index.ts';
import type { Answer } from '../../io.ts';
import { wrapText } from '../../text.ts';
import type { LISTS } from './options.ts';

type Option = { readonly name: string; readonly meaning: string; readonly default: unknown };

type Entry = {
  readonly name: string;
  readonly meaning: string;
  /** What else there is to say, by label. */
  readonly facts: readonly (readonly [label: string, text: string])[];
  readonly options: readonly Option[];
  /** The entry as `--json` gives it. */
  readonly json: object;
};

type Listing = {
  readonly entries: readonly Entry[];
  /** How to use what is listed. */
  readonly use: readonly string[];
};

/**
 * Lists what there is of a kind, or one of them.
 * @throws AssayError not-listed if there is none of this name
 */
export function answerList(what: (typeof LISTS)[number], name: string | undefined): Answer {
  const { entries, use } = LISTINGS[what]();
  const shown = name === undefined ? entries : entries.filter((entry) => entry.name === name);
  if (name !== undefined && shown.length === 0) {
    const names = entries.map((entry) => entry.name);
    const nearest = nearestText(name, names);
    const meant = nearest === undefined ? '' : `Did you mean ${nearest}? `;
    throw new AssayError({
      code: 'not-listed',
      where: `sim list ${what}`,
      message: `there is no ${name}`,
      remedy: `${meant}There is ${names.join(', ')}.`,
    });
  }
  const lines = shown.flatMap((entry) => [...entryLines(entry), '']);
  return { json: { [what]: shown.map(({ json }) => json) }, lines: [...lines, ...use] };
}

const LISTINGS: Readonly<Record<(typeof LISTS)[number], () => Listing>> = {
  adversaries: () => ({
    entries: kindsAt(['adversaries', 'items'], 'behaviour').map(adversary),
    use: [
      'In a scenario:  adversaries: [{ behaviour: substitute-model, share: 0.25 }]',
      'What a key takes:  assay config explain adversaries.<key>',
      'What a rule says:  src/core/README.md. To see it matter:  ablate: [COMMIT-2]',
    ],
  }),
  faults: () => ({
    entries: kindsAt(['faults', 'items'], 'kind').map((schema) => plainKind(schema, 'harms')),
    use: [
      'In a scenario:  faults: [{ kind: crash, fromRound: 5, downRounds: 3 }]',
      'What a key takes:  assay config explain faults.<key>',
    ],
  }),
  networks: () => ({
    entries: Object.entries(NETWORKS).map(([name, { description, ...rest }]) => ({
      name,
      meaning: description,
      facts: [
        ['models', rest.models],
        ['leaves out', rest.leavesOut],
        ['up to', `${rest.nodesMax} nodes`],
      ],
      options: [
        ...optionsAt(['network']),
        ...(name === 'analytic' ? [] : prefixed('mesh', optionsAt(['network', 'mesh']))),
      ],
      json: { name, meaning: description, ...rest },
    })),
    use: [
      'In a scenario:  network: { fidelity: mesh, mesh: { degree: 8 } }',
      'What a key takes:  assay config explain network.mesh.degree',
    ],
  }),
  attacks: () => ({
    entries: kindsAt(['network', 'attack', 'items'], 'kind').map((schema) =>
      plainKind(schema, 'plans'),
    ),
    use: ['In a scenario:  network: { fidelity: mesh, attack: [{ kind: sybil, share: 2 }] }'],
  }),
  metrics: () => ({
    entries: [...PROTOCOL_METRICS, ...PROPAGATION_METRICS].map((doc) => ({
      name: doc.name,
      meaning: doc.meaning,
      facts: [['unit', doc.unit]],
      options: [],
      json: doc,
    })),
    use: ['In a sweep:  metrics: [wrongAccepted, latencyMsP99]'],
  }),
};

function entryLines({ name, meaning, facts, options }: Entry): readonly string[] {
  return [
    name,
    ...wrapText(meaning, { indent: 2 }),
    ...facts.flatMap(([label, text]) => wrapText(`${label} ${text}`, { indent: 2 })),
    ...options.flatMap((option) => {
      const preset = option.default === undefined ? '' : ` (${JSON.stringify(option.default)})`;
      return wrapText(`${option.name}: ${option.meaning}${preset}`, { indent: 4 });
    }),
  ];
}

function adversary(schema: unknown): Entry {
  const entry = kindEntry(schema, 'behaviour');
  const stoppedBy = arrayAt(schema, 'stoppedBy').map(String);
  const control = textAt(schema, 'control');
  const metric = textAt(schema, 'metric');
  const shareOption = entry.options.find(({ name }) => name === 'share');
  const share = shareOption?.meaning ?? '';
  const options = entry.options.filter(({ name }) => name !== 'share');
  return {
    ...entry,
    facts: [
      ['stopped by', stoppedBy.join(', ')],
      ['to see it succeed', control],
      ['look at', metric],
      ['  share:', share],
    ],
    options,
    json: {
      behaviour: entry.name,
      meaning: entry.meaning,
      share,
      stoppedBy,
      control,
      metric,
      options,
    },
  };
}

/** @param tags name of a list in the schema that says more */
function plainKind(schema: unknown, tags: string): Entry {
  const entry = kindEntry(schema, 'kind');
  const tagged = arrayAt(schema, tags).map(String);
  const facts = tagged.length === 0 ? [] : [[tags, tagged.join(', ')] as const];
  const { name, meaning, options } = entry;
  return { ...entry, facts, json: { name, meaning, [tags]: tagged, options } };
}

function kindEntry(schema: unknown, key: string): Entry {
  const properties = recordAt(schema, 'properties');
  const name = textAt(recordAt(properties, key), 'const');
  const options = optionsIn(properties).filter((option) => option.name !== key);
  return { name, meaning: textAt(schema, 'description'), facts: [], options, json: {} };
}

function optionsIn(properties: Readonly<Record<string, unknown>>): readonly Option[] {
  return Object.keys(properties).map((name) => {
    const { default: preset, description } = recordAt(properties, name);
    return { name, meaning: String(description), default: preset };
  });
}

function optionsAt(path: readonly string[]): readonly Option[] {
  const schema = schemaAt(path);
  const isGroup = (name: string): boolean =>
    Object.keys(recordAt(recordAt(recordAt(schema, 'properties'), name), 'properties')).length > 0;
  const options = optionsIn(recordAt(schema, 'properties')).filter(({ name }) => !isGroup(name));
  return options.filter(({ name }) => name !== 'fidelity' && name !== 'attack');
}

function prefixed(group: string, options: readonly Option[]): readonly Option[] {
  return options.map((option) => ({ ...option, name: `${group}.${option.name}` }));
}

/** The alternatives of a list in the scenario, told apart by one key. */
function kindsAt(path: readonly string[], key: string): readonly unknown[] {
  const kinds = arrayAt(schemaAt(path), 'oneOf');
  return kinds.filter((kind) => 'const' in recordAt(recordAt(kind, 'properties'), key));
}

function schemaAt(path: readonly string[]): unknown {
  const root: unknown = jsonSchemaOf(scenarioSchema);
  return path.reduce<unknown>(
    (node, key) =>
      key === 'items' ? recordAt(node, key) : recordAt(recordAt(node, 'properties'), key),
    root,
  );
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
