import assert from 'node:assert/strict';
import { assignRoles } from '../../../../sim/adversary/roles.ts';
import { RandomStream } from '../../../../sim/kernel/random.ts';
import { stake } from '../../../../src/base/index.ts';
import { parseConfigText, resolveScenario } from '../../../../src/config/index.ts';

const EQUAL = Array.from({ length: 40 }, () => stake(1_000_000n));

describe('roles', () => {
  it('take validators by stake and providers by count, as near as whole nodes allow', () => {
    const { validators, providers } = roles([
      '{ behaviour: cartel, share: 0.2, providerShare: 0.25 }',
      '{ behaviour: lazy-validator, share: 0.1 }',
      '{ behaviour: substitute-model, share: 0.5 }',
    ]);
    const count = (of: typeof validators, name: string) =>
      of.filter((each) => each?.behaviour === name).length;
    assert.deepEqual([count(validators, 'cartel'), count(validators, 'lazy-validator')], [8, 4]);
    assert.equal(count(validators, 'substitute-model'), 0);
    assert.deepEqual([count(providers, 'cartel'), count(providers, 'substitute-model')], [2, 4]);
    assert.equal(count(providers, 'lazy-validator'), 0);
  });

  it('come nearest to the share of stake when stakes differ', () => {
    const stakes = [50n, 10n, 10n, 10n, 10n, 10n].map((each) => stake(each * 1_000n));
    for (let seed = 0; seed < 50; seed++) {
      const { validators } = roles(['{ behaviour: lazy-validator, share: 0.2 }'], { stakes, seed });
      const held = stakes.reduce((sum, each, i) => (validators[i] ? sum + Number(each) : sum), 0);
      // one more or one less would be no nearer
      assert.ok(held === 10_000 || held === 20_000 || held === 0, `${held} held by seed ${seed}`);
    }
  });

  it('let the silent share of honest validators be down, and no dishonest one', () => {
    const text = '{ behaviour: lazy-validator, share: 0.25 }';
    const { validators, down } = roles([text], { silentShare: 0.5 });
    assert.equal(down.size, 15);
    assert.ok([...down].every((index) => validators[index] === undefined));
  });

  it('are drawn: another stream, other nodes', () => {
    const who = (seed: number) =>
      roles(['{ behaviour: lazy-validator, share: 0.25 }'], { seed }).validators.flatMap(
        (each, index) => (each === undefined ? [] : [index]),
      );
    assert.deepEqual(who(1), who(1));
    assert.notDeepEqual(who(1), who(2));
  });
});

function roles(adversaries: readonly string[], { stakes = EQUAL, seed = 1, silentShare = 0 } = {}) {
  const text = `
name: roles
validators: { count: ${stakes.length}, silentShare: ${silentShare} }
providers: { count: 8 }
adversaries: [${adversaries.join(', ')}]
`;
  const scenario = resolveScenario(parseConfigText(text, 'roles'));
  return assignRoles(scenario, { stakes, random: new RandomStream(seed, 'roles') });
}
