import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { ABLATIONS } from '../../../../src/config/index.ts';

/** How the core asks whether a rule was switched off. */
const CONSULTED = /(?:isInForce\(|ablated\.has\()'([A-Z]+-\d+)'\)/g;

describe('ablations', () => {
  const consulted = new Set(
    readdirSync('src/core', { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .flatMap((path) => [...readFileSync(`src/core/${path}`, 'utf8').matchAll(CONSULTED)])
      .map((match) => match[1] ?? ''),
  );

  it('are exactly the rules that the core can switch off', () => {
    assert.deepEqual([...consulted].sort(), Object.keys(ABLATIONS).sort());
  });

  it('each have a test in which the attack succeeds', () => {
    const folder = 'test/sim/adversary';
    const texts = readdirSync(folder).map((name) => readFileSync(`${folder}/${name}`, 'utf8'));
    for (const tag of Object.keys(ABLATIONS)) {
      const isTested = texts.some((text) => new RegExp(`ablate: \\[[^\\]]*'${tag}'`).test(text));
      assert.ok(isTested, `no adversary is let loose without ${tag}`);
    }
  });
});
