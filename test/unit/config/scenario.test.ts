import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { DEFAULT_PARAMETERS } from '../../../src/base/index.ts';
import type { Scenario } from '../../../src/config/index.ts';
import {
  ConfigError,
  configHash,
  configYaml,
  isPropagationDocument,
  parseConfigText,
  readDocument,
  resolvePropagation,
  resolveScenario,
} from '../../../src/config/index.ts';

const SCENARIOS = 'configs/scenarios';
/** One line for each key, so that places can be told. */
const TEXT = [
  'name: test',
  'network:',
  '  degree: 8',
  'adversaries:',
  '  - { behaviour: cartel, share: 0.1 }',
];

function load(text: string, overrides: readonly string[] = []): Scenario {
  return resolveScenario(parseConfigText(text, 'test.yaml'), overrides);
}

/** The message of the faults that `text` has. */
function faultsOf(text: string, overrides: readonly string[] = []): string {
  try {
    load(text, overrides);
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.message;
  }
  assert.fail(`no fault in ${text} ${overrides.join(' ')}`);
}

describe('scenario files', () => {
  it('need nothing but a name', () => {
    const scenario = load('name: test');
    assert.equal(scenario.validators.count, 40);
    assert.deepEqual(scenario.network.latency, { kind: 'regions', table: 'gossipsub-interop' });
    assert.deepEqual(scenario.parameters, DEFAULT_PARAMETERS);
    assert.equal(scenario.oracle.kind, 'measured');
  });

  it('that ship are right', () => {
    for (const name of readdirSync(SCENARIOS)) {
      const document = readDocument(`${SCENARIOS}/${name}`);
      const resolve = isPropagationDocument(document) ? resolvePropagation : resolveScenario;
      assert.ok(resolve(document), name);
    }
  });

  it('refuse an unknown key with its line, column and the one that was meant', () => {
    const message = faultsOf(TEXT.join('\n').replace('degree', 'degre'));
    assert.match(
      message,
      /^test\.yaml:3:3: unknown key degre in network\n.*Did you mean degree\?/s,
    );
  });

  it('report all faults together', () => {
    const text = `${TEXT.join('\n')}\nseeed: 1\ncrypto: reel\ndurationRounds: x\nseed: -1`;
    const message = faultsOf(text);
    assert.match(message, /^test\.yaml: 4 faults/);
    for (const place of ['6:1', '7:1', '8:1', '9:1']) {
      assert.match(message, new RegExp(`test\\.yaml:${place}: `), place);
    }
    assert.match(message, /crypto must be one of stand-in, real, found "reel"/);
    assert.match(message, /durationRounds must be a whole number from 1 to 1000000, found "x"/);
    assert.match(message, /seed must be a whole number from 0, found -1/);
  });

  it('give each behaviour its own options only', () => {
    const lazy = 'adversaries: [{ behaviour: lazy-validator, share: 0.1, variant: int8 }]';
    assert.match(faultsOf(`name: t\n${lazy}`), /unknown key variant in adversaries\.0/);
    assert.match(faultsOf('name: t\nadversaries: [{ behaviour: cartl, share: 0.1 }]'), /cartel\?/);
    assert.match(faultsOf('name: t\nadversaries: [{ share: 0.1 }]'), /behaviour is missing/);
  });

  it('refuse what YAML or the disk does not give', () => {
    const cases: Record<string, string> = {
      'name: a\nname: b': '2:1: not valid YAML: Map keys must be unique',
      'name: [': 'not valid YAML',
      'name: !!js/function x': 'not valid YAML',
      'name: *a': 'the alias \\*a has no anchor',
      'name: &a [*a]': '&a contains itself',
      '--- \nname: a\n---\nname: b': 'not valid YAML',
      '': 'must be a group of keys, found nothing',
      '[]': 'must be a group of keys, found',
      'name:': 'name must be text .* found nothing \\(empty\\)',
      'name: t\n__proto__: { seed: 2 }': 'unknown key __proto__',
      'name: t\nseed: .nan': 'seed must be a whole number',
      'name: t\nnetwork: { jitter: .inf }': 'jitter must be a number from 0 to 1',
      'name: t\nseed: 9007199254740993': 'seed must be a whole number',
      'name: t\nproviders: { stake: 1.5 }': 'stake must be a whole number',
    };
    for (const [text, wanted] of Object.entries(cases)) {
      assert.match(faultsOf(text), new RegExp(wanted), text);
    }
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
    for (const [from, to] of ['ab', 'bc', 'cd', 'de']) {
      bomb.push(`${to}: &${to} [${Array.from({ length: 10 }, () => `*${from}`).join(', ')}]`);
    }
    assert.match(faultsOf(bomb.join('\n')), /through aliases/);
    assert.match(faultsOf(`name: ${'['.repeat(200)}${']'.repeat(200)}`), /nested too deeply/);
    assert.match(faultsOf(`name: ${'['.repeat(50_000)}`), /nested too deeply|not valid YAML/);
    assert.throws(() => readDocument('configs/none.yaml'), /there is no such file/);
    assert.throws(() => readDocument('configs'), /is a folder/);
  });

  it('refuse files that are too large or no text', () => {
    const folder = mkdtempSync(join(tmpdir(), 'assay-config-'));
    try {
      const path = join(folder, 'bad.yaml');
      writeFileSync(path, Uint8Array.of(0x6e, 0x3a, 0x20, 0xff));
      assert.throws(() => readDocument(path), /bad\.yaml: is not UTF-8 text/);
      writeFileSync(path, ' '.repeat(1_048_577));
      assert.throws(() => readDocument(path), /bad\.yaml: has 1048577 bytes/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('check relations between keys, with the place of the key to change', () => {
    const levels = 'name: t\nparameters:\n  levels: [7, 64]';
    assert.match(
      faultsOf(levels),
      /^test\.yaml:3:3: the last level \(64 seats\) is below slashSeats/,
    );
    const relations: Record<string, RegExp> = {
      'network: { latency: { kind: uniform, minMs: 2, maxMs: 1 } }': /minMs \(2\) is above maxMs/,
      'workload: { classes: { standrd: 1 } }': /no assurance class standrd.*Did you mean standard/s,
      'workload: { classes: { spot: 0.5 } }': /workload\.classes add up to 0\.5, not to 1/,
      'workload: { models: [{ model: mlp, share: 0.5 }] }': /workload\.models add up to 0\.5/,
      'workload: { models: [{ model: mlp, executionMs: 10 }] }': /takes 40 ms on a validator/,
      'oracle: { kind: measured, honestClasses: { all: 0.9 } }': /honestClasses add up to 0\.9/,
      'network: { fidelity: gossipsub, relays: 2000 }': /2044 nodes are more than the 1000/,
      'faults: [{ kind: loss, fromRound: 35 }]': /begins in round 35, .* over after round 34/,
      'providers: { stake: 1 }': /not even one batch would be sealed/,
      'validators: { stake: { distribution: list, values: [1, 2] } }': /2 stakes .* 40 validators/,
    };
    for (const [line, wanted] of Object.entries(relations)) {
      assert.match(faultsOf(`name: t\n${line}`), wanted, line);
    }
    const providers = '{ behaviour: cached-output, share: 0.6 }';
    const sum = /dishonest providers add up to 1\.2, more than 1/;
    assert.match(faultsOf(`name: t\nadversaries: [${providers}, ${providers}]`), sum);
    const validators = '{ behaviour: cartel, share: 0.6, withProvider: false }';
    const stakeSum = /dishonest validators add up to 1\.2/;
    assert.match(faultsOf(`name: t\nadversaries: [${validators}, ${validators}]`), stakeSum);
    const both = `adversaries: [${validators}, ${providers}]`;
    assert.equal(load(`name: t\n${both}`).adversaries.length, 2);
  });

  it('take a quarter of the round as greatest skew, unless told', () => {
    assert.equal(load('name: t\nparameters: { roundMs: 1000 }').parameters.skewMaxMs, 250);
    const told = load('name: t\nparameters: { roundMs: 1000, skewMaxMs: 100 }');
    assert.equal(told.parameters.skewMaxMs, 100);
  });

  it('take money beyond 2^53 as text, and fractions exactly', () => {
    const text = 'name: t\nparameters: { minPoolStake: 3/4, slashVoter: "36893488147419103232" }';
    const { parameters } = load(text);
    assert.equal(parameters.slashVoter, 2n ** 65n);
    assert.deepEqual(parameters.minPoolStake, { numerator: 3n, denominator: 4n });
    assert.match(faultsOf('name: t\nparameters: { slashVoter: "-1" }'), /slashVoter must be/);
    assert.match(faultsOf('name: t\nparameters: { minPoolStake: 1/0 }'), /minPoolStake must be/);
  });
});

describe('overrides of a scenario', () => {
  it('change, add and append values, read as YAML', () => {
    const scenario = load(TEXT.join('\n'), [
      'network.degree=4',
      'adversaries.0.share=0.3',
      'adversaries.1={ behaviour: equivocator, share: 0.1 }',
      'workload.classes={ full: 1 }',
      'description=two words',
    ]);
    assert.equal(scenario.description, 'two words');
    assert.equal(scenario.network.degree, 4);
    assert.equal(scenario.adversaries[0]?.share, 0.3);
    assert.equal(scenario.adversaries[1]?.behaviour, 'equivocator');
    assert.deepEqual(scenario.workload.classes, { full: 1 });
  });

  it('apply in order', () => {
    assert.equal(load('name: t', ['seed=2', 'seed=3']).seed, 3);
  });

  it('refuse a path that does not exist, and name the nearest one', () => {
    assert.match(
      faultsOf('name: t', ['network.degre=4']),
      /no key degre in network\n.*network\.degree/,
    );
    assert.match(faultsOf('name: t', ['netwrk.degree=4']), /no key netwrk.*Did you mean network/s);
    assert.match(faultsOf('name: t', ['network.degree.x=4']), /no key x in network\.degree/);
    assert.match(faultsOf('name: t', ['adversaries.1.share=1']), /would leave a gap/);
    assert.match(faultsOf('name: t', ['seed']), /is not key\.path=value/);
    assert.match(faultsOf('name: t', ['=1']), /is not key\.path=value/);
    assert.match(faultsOf('name: t', ['a..b=1']), /is not key\.path=value/);
    assert.match(faultsOf('name: t', ['__proto__.x=1']), /no key __proto__/);
    assert.match(faultsOf('name: t', ['seed=[']), /not valid YAML/);
  });

  it('refuse values that are YAML to the parser only', () => {
    // Found by "refuses any override with a ConfigError and nothing else", seed 846249055.
    assert.match(faultsOf('name: t', ['name=*-']), /--set name=\*-: its value: .* no anchor/);
    assert.match(faultsOf('name: t', [`name=${'['.repeat(200)}`]), /--set name=\[.* its value: /s);
    assert.match(faultsOf('name: t', ['name=!foo x']), /its value: not valid YAML/);
  });

  it('are named as the place of a fault that they cause', () => {
    const message = faultsOf(TEXT.join('\n'), ['network.degree=0']);
    assert.match(message, /^--set network\.degree=0: network\.degree must be/);
  });
});

describe('the resolved scenario', () => {
  it('loads again as itself', () => {
    for (const name of readdirSync(SCENARIOS)) {
      const document = readDocument(`${SCENARIOS}/${name}`);
      if (isPropagationDocument(document)) continue;
      const scenario = resolveScenario(document);
      assert.deepEqual(load(configYaml(scenario)), scenario, name);
    }
    const huge = load('name: t\nparameters: { slashVoter: "36893488147419103232" }');
    assert.deepEqual(load(configYaml(huge)), huge);
  });

  it('spells out every default', () => {
    const plain: unknown = parse(configYaml(load('name: t')));
    assert.ok(typeof plain === 'object' && plain !== null && 'parameters' in plain);
    assert.deepEqual(
      Object.keys(plain.parameters ?? {}).sort(),
      Object.keys(DEFAULT_PARAMETERS).sort(),
    );
  });

  it('has a hash that depends on its meaning only', () => {
    const hash = (text: string) => configHash(load(text));
    assert.equal(hash('name: t\nseed: 1'), hash('# comment\nseed: 1\nname: "t"'));
    assert.notEqual(hash('name: t\nseed: 1'), hash('name: t\nseed: 2'));
    assert.match(hash('name: t'), /^[0-9a-f]{64}$/);
  });
});
