/**
 * Relations between the keys of a network file: each alone may be right and both together wrong.
 *
 * What a core would take for a fault of ours (an identity twice, amounts beyond 64 bits, no stake)
 * is refused here, with its line.
 */
import { checkParameters, nearestText } from '../base/index.ts';
import type { KeyPath } from './document.ts';
import type { RelationProblem } from './loader.ts';
import type { NetworkDraft, NetworkFile } from './network-file.ts';

/** Amounts are hashed as integers of 64 bits. */
const AMOUNT_MAX = 2n ** 64n - 1n;

/** Returns all relations of a network file that do not hold. */
export function networkFileRelations(file: NetworkDraft): readonly RelationProblem[] {
  return [
    ...parameterProblems(file),
    ...beaconProblems(file),
    ...repeatProblems(file),
    ...comparatorProblems(file),
    ...holdingProblems(file),
    ...amountProblems(file),
  ];
}

/** Returns the relations of a signed file that do not hold, beside those of its draft. */
export function activationRelations(file: NetworkFile): readonly RelationProblem[] {
  const { activations = [] } = file;
  return activations.flatMap((activation, index) => {
    const before = activations[index - 1];
    const path = ['activations', index];
    const version = before?.protocolVersion ?? file.protocolVersion;
    if (activation.protocolVersion <= version) {
      const message = `version ${activation.protocolVersion} does not follow on ${version}`;
      const remedy = 'Versions ascend, from the one of this network on.';
      return [{ path: [...path, 'protocolVersion'], message, remedy }];
    }
    if (before === undefined || activation.epoch > before.epoch) return [];
    const message = `epoch ${activation.epoch} is not after ${before.epoch}, of the version before`;
    return [{ path: [...path, 'epoch'], message, remedy: 'Each version has an epoch of its own.' }];
  });
}

function parameterProblems({ parameters }: NetworkDraft): readonly RelationProblem[] {
  return checkParameters(parameters).map(({ key, message, remedy }) => {
    return { path: ['parameters', key], message, remedy };
  });
}

function beaconProblems({ beacon, parameters }: NetworkDraft): readonly RelationProblem[] {
  if (beacon.periodMs === parameters.roundMs) return [];
  return [
    {
      path: ['beacon', 'periodMs'],
      message: `periodMs (${beacon.periodMs}) is not parameters.roundMs (${parameters.roundMs})`,
      remedy: 'A round is one period of the beacon: make them equal.',
    },
  ];
}

/** [KEY-1] A key enters a set once; names and ids name one thing. */
function repeatProblems(file: NetworkDraft): readonly RelationProblem[] {
  return [
    ...repeats('validators', 'id', file.validators),
    ...repeats('validators', 'voteKey', file.validators),
    ...repeats('providers', 'id', file.providers),
    ...repeats('models', 'name', file.models),
    ...repeats('models', 'model', file.models),
  ];
}

function repeats<K extends string>(
  list: string,
  key: K,
  items: readonly Readonly<Record<K, string>>[],
): readonly RelationProblem[] {
  const seen = new Map<string, number>();
  return items.flatMap((item, index) => {
    const first = seen.get(item[key]);
    if (first === undefined) {
      seen.set(item[key], index);
      return [];
    }
    return [
      {
        path: [list, index, key],
        message: `${list}.${index}.${key} is also that of ${list}.${first}`,
        remedy: 'Each occurs once: remove one of the two.',
      },
    ];
  });
}

function comparatorProblems({ models }: NetworkDraft): readonly RelationProblem[] {
  return models.flatMap(({ comparator }, index) => {
    if (comparator.kind === 'exact' || comparator.rejection >= comparator.tolerance) return [];
    return [
      {
        path: ['models', index, 'comparator', 'rejection'],
        message: `rejection (${comparator.rejection}) is below tolerance (${comparator.tolerance})`,
        remedy: 'Use 3 times the tolerance.',
      },
    ];
  });
}

function holdingProblems({ models, validators }: NetworkDraft): readonly RelationProblem[] {
  const idOf = new Map(
    models.flatMap(({ name, model }) => [
      [name, model],
      [model, model],
    ]),
  );
  const names = models.map(({ name }) => name);
  return validators.flatMap((validator, index) => {
    const held = new Set<string>();
    return validator.models.flatMap((word, position) => {
      const path = ['validators', index, 'models', position];
      const id = idOf.get(word);
      if (id === undefined) {
        const nearest = nearestText(word, names);
        const meant = nearest === undefined ? '' : `Did you mean ${nearest}? `;
        const remedy = `${meant}models has ${names.join(', ')}.`;
        return [{ path, message: `there is no model ${word}`, remedy }];
      }
      if (!held.has(id)) {
        held.add(id);
        return [];
      }
      return [{ path, message: `${word} is listed before`, remedy: 'List it once.' }];
    });
  });
}

function amountProblems(file: NetworkDraft): readonly RelationProblem[] {
  const amounts: (readonly [KeyPath, bigint])[] = [
    ...file.validators.map(({ stake }, i) => [['validators', i, 'stake'], stake] as const),
    ...file.providers.map(({ stake }, i) => [['providers', i, 'stake'], stake] as const),
    ...Object.entries(file.parameters).flatMap(([key, value]) =>
      bigIntsOf(value).map((each) => [['parameters', key], each] as const),
    ),
  ];
  const problems = amounts
    .filter(([, value]) => value > AMOUNT_MAX)
    .map(([path, value]): RelationProblem => {
      const message = `${value} does not fit into 64 bits`;
      return { path, message, remedy: `The greatest amount is ${AMOUNT_MAX}.` };
    });
  if (file.validators.some(({ stake }) => stake > 0n)) return problems;
  const message = 'no validator has stake';
  return [...problems, { path: ['validators'], message, remedy: 'Give one some: seats go by it.' }];
}

function bigIntsOf(value: unknown): readonly bigint[] {
  if (typeof value === 'bigint') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).filter((each): each is bigint => typeof each === 'bigint');
}
