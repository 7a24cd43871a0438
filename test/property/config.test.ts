/** Laws of configuration files: nothing but a `ConfigError` comes out of bad ones. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { stringify } from 'yaml';
import {
  ConfigError,
  configHash,
  configYaml,
  parseConfigText,
  resolveScenario,
} from '../../src/config/index.ts';

const KEYS = ['name', 'seed', 'network', 'adversaries', 'parameters', 'oracle', 'validators', '0'];

function load(text: string, overrides: readonly string[] = []) {
  return resolveScenario(parseConfigText(text, 'fuzzed.yaml'), overrides);
}

/** Runs `action`; passes over the one error that bad input may cause. */
function onlyConfigErrors(action: () => unknown, what: string): void {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof ConfigError, `${what}\n${String(error)}`);
    assert.ok(error.problems.length > 0, what);
  }
}

describe('laws of configuration files', () => {
  it('refuses any text with a ConfigError and nothing else', () => {
    const pieces = fc.constantFrom(
      ...KEYS,
      ':',
      ' ',
      '\n',
      '- ',
      '{',
      '}',
      '[',
      ']',
      '&a',
      '*a',
      '1',
    );
    const texts = fc.oneof(
      fc.string(),
      fc.array(pieces).map((parts) => parts.join('')),
    );
    fc.assert(fc.property(texts, (text) => onlyConfigErrors(() => load(text), text)));
  });

  it('refuses any value with a ConfigError and nothing else', () => {
    const values = fc.object({ key: fc.constantFrom(...KEYS), maxDepth: 3 });
    const law = fc.property(values, (value) => {
      onlyConfigErrors(() => load(stringify(value)), JSON.stringify(value));
    });
    fc.assert(law);
  });

  it('refuses any override with a ConfigError and nothing else', () => {
    const paths = fc.array(fc.constantFrom(...KEYS, 'share', 'levels', '__proto__', ''));
    const law = fc.property(paths, fc.string(), (path, value) => {
      const text = `${path.join('.')}=${value}`;
      onlyConfigErrors(() => load('name: t', [text]), text);
    });
    fc.assert(law);
  });

  it('resolves what it resolved to the same, with the same hash', () => {
    const shares = fc.record({
      seed: fc.nat(),
      jitter: fc.double({ min: 0, max: 1, noNaN: true }),
      levels: fc.uniqueArray(fc.integer({ min: 1, max: 100 }), { maxLength: 4 }),
      claimValue: fc.bigInt(150_000n, 10n ** 8n),
    });
    const law = fc.property(shares, ({ seed, jitter, levels, claimValue }) => {
      const sorted = [...levels].sort((a, b) => a - b);
      const parameters = { levels: [...sorted, 128], claimValue: claimValue.toString() };
      const providers = { stake: 10 ** 12 };
      const first = load(
        stringify({ name: 't', seed, network: { jitter }, parameters, providers }),
      );
      const second = load(configYaml(first));
      assert.deepEqual(second, first);
      assert.equal(configHash(second), configHash(first));
    });
    fc.assert(law);
  });
});
