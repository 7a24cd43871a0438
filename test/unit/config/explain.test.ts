import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Explanation } from '../../../src/config/index.ts';
import { explainKey, jsonSchemaOf, scenarioSchema } from '../../../src/config/index.ts';

const SCHEMA = jsonSchemaOf(scenarioSchema);

function explain(key: string): Explanation {
  return explainKey(SCHEMA, key);
}

describe('explanations of keys', () => {
  it('tell meaning, unit, range, default and what breaks', () => {
    const about = explain('parameters.sealSeats');
    assert.match(about.meaning, /Seats that acknowledge a batch/);
    assert.equal(about.value, 'a whole number from 4 to 1024');
    assert.equal(about.unit, 'seats');
    assert.equal(about.default, '64');
    assert.match(about.tooLow ?? '', /captured sealing committee/);
    assert.match(about.tooHigh ?? '', /acknowledgements/);
  });

  it('tell what decides a default that depends on another key', () => {
    assert.equal(explain('parameters.skewMaxMs').default, 'a quarter of roundMs');
  });

  it('look through lists and alternatives, with or without an index', () => {
    assert.match(explain('adversaries.delayRounds').meaning, /shows its batch/);
    assert.deepEqual(explain('adversaries.0.share'), {
      ...explain('adversaries.share'),
      path: 'adversaries.0.share',
    });
    assert.match(explain('validators.stake.exponent').value, /a number from 0.01 to 10/);
    const kinds = explain('adversaries.behaviour').value.split(', ');
    assert.equal(explain('adversaries').parts.length, kinds.length);
  });

  it('list the keys of the whole file', () => {
    assert.ok(explain('').parts[0]?.keys.includes('validators'));
  });

  it('refuse a key that does not exist, and name the nearest one', () => {
    assert.throws(() => explain('network.degre'), /no key degre\n.*Did you mean network\.degree\?/);
    assert.throws(() => explain('adversaries.shre'), /Did you mean adversaries\.share\?/);
    assert.throws(() => explain('name.first'), /no key first/);
  });

  it('exist for every key: each has a meaning', () => {
    const undocumented = keysBelow('').filter((key) => explain(key).meaning === 'the whole file');
    assert.deepEqual(undocumented, []);
  });
});

describe('the JSON Schema of scenarios', () => {
  it('stands in configs/schema as the code has it', () => {
    const committed = readFileSync('configs/schema/scenario.schema.json', 'utf8');
    const current = `${JSON.stringify(SCHEMA, null, 2)}\n`;
    const remedy = 'run: assay config schema > configs/schema/scenario.schema.json';
    assert.ok(committed === current, remedy);
  });

  it('is draft-07, which editors understand', () => {
    assert.ok('$schema' in SCHEMA);
    assert.equal(SCHEMA.$schema, 'http://json-schema.org/draft-07/schema#');
  });
});

/** All paths of keys below `prefix`, but the discriminating words, which mean themselves. */
function keysBelow(prefix: string): readonly string[] {
  const names = explain(prefix).parts.flatMap((part) => part.keys);
  return [...new Set(names)]
    .filter((name) => !['kind', 'behaviour', 'distribution', 'model'].includes(name))
    .map((name) => (prefix === '' ? name : `${prefix}.${name}`))
    .flatMap((path) => [path, ...keysBelow(path)]);
}
