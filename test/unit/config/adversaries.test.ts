import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { PROTOCOL_METRICS } from '../../../sim/statistics/protocol-metrics.ts';
import { ABLATIONS, jsonSchemaOf, scenarioSchema, VARIANTS } from '../../../src/config/index.ts';
import { MODEL_VARIANTS } from '../../../src/inference/index.ts';

describe('adversaries of a scenario', () => {
  it('run every substitute that the zoo has, and no other', () => {
    const substitutes = MODEL_VARIANTS.filter((variant) => variant !== 'reference');
    assert.deepEqual([...VARIANTS], substitutes);
  });

  it('name the rules that stop them, as their files and the specification do', () => {
    const specification = readFileSync('src/core/README.md', 'utf8');
    const kinds = adversaryKinds();
    assert.ok(kinds.length >= 12);
    for (const { name, stoppedBy } of kinds) {
      const source = readFileSync(`sim/adversary/${name}.ts`, 'utf8');
      const head = source.slice(0, source.indexOf('*/'));
      const tags = [...head.matchAll(/\[([A-Z]+-\d+)\]/g)].map((match) => match[1]);
      assert.deepEqual(stoppedBy, tags, name);
      for (const tag of stoppedBy) assert.ok(specification.includes(`[${tag}]`), `${name} ${tag}`);
    }
  });

  it('say what to set to see them succeed, and which of the metrics tell', () => {
    const families = PROTOCOL_METRICS.map(({ name }) => name);
    for (const { name, control, metric } of adversaryKinds()) {
      assert.ok(control.length > 0, name);
      assert.ok(
        families.some((family) => metric.includes(family)),
        `${name}: ${metric}`,
      );
      const ablated = [...control.matchAll(/[A-Z]+-\d+/g)].map(([tag]) => tag);
      for (const tag of ablated) assert.ok(tag in ABLATIONS, `${name} ${tag}`);
    }
  });
});

type Kind = {
  readonly name: string;
  readonly stoppedBy: readonly string[];
  readonly control: string;
  readonly metric: string;
};

/** As `assay sim list adversaries` and editors read them. */
function adversaryKinds(): readonly Kind[] {
  const schema = JSON.parse(JSON.stringify(jsonSchemaOf(scenarioSchema)));
  return schema.properties.adversaries.items.oneOf.map(
    (kind: Omit<Kind, 'name'> & { properties: { behaviour: { const: string } } }) => ({
      ...kind,
      name: kind.properties.behaviour.const,
    }),
  );
}
