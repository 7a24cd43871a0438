import assert from 'node:assert/strict';
import { ModelledOracle } from '../../../../sim/oracle/modelled.ts';
import { REFERENCE } from '../../../../sim/oracle/oracle.ts';
import { type Digest, digest, type Measurement } from '../../../../src/base/index.ts';
import { compareMeasurements } from '../../../../src/compare/index.ts';
import { parseConfigText, resolveScenario } from '../../../../src/config/index.ts';

const BEACON = new Uint8Array(32).fill(7);
const SKETCH_SIZE = 32;
const COMPARATOR = { kind: 'relative-rms', tolerance: 5e-6, rejection: 1.5e-5, scale: 0 } as const;

describe('the modelled oracle', () => {
  it('gives the distances that were asked for, for every input', () => {
    const oracle = modelled('honestDistance: 3.0e-6, cheatDistance: 2.0e-3');
    for (const input of inputsOf(oracle)) {
      const honest = distance(oracle, input, REFERENCE);
      const cheat = distance(oracle, input, 'int8');
      assert.ok(Math.abs(honest / 3e-6 - 1) < 1e-2, `honest ${honest}`);
      assert.ok(Math.abs(cheat / 2e-3 - 1) < 1e-2, `cheat ${cheat}`);
    }
  });

  it('keeps inputs, models and substitutes apart, and knows its own outputs only', () => {
    const oracle = modelled('');
    const digests = inputsOf(oracle).flatMap((input) =>
      [REFERENCE, 'int8', 'fp16'].map((variant) => outputOf(oracle, input, variant).join()),
    );
    assert.equal(new Set(digests).size, digests.length);
    assert.equal(oracle.measure(digest(new Uint8Array(32)), BEACON), undefined);
  });

  it('misses wrong outputs, and alarms about right ones, as often as it is told', () => {
    const oracle = modelled('missShare: 0.2, falseAlarmShare: 0.1');
    const input = firstInput(oracle);
    const missed = shareOf((seat) => verdict(oracle, input, { variant: 'int8', seat }) === 'valid');
    const alarmed = shareOf(
      (seat) => verdict(oracle, input, { variant: REFERENCE, seat }) === 'invalid',
    );
    assert.ok(Math.abs(missed - 0.2) < 4 * Math.sqrt(0.16 / 2_000), `missed ${missed}`);
    assert.ok(Math.abs(alarmed - 0.1) < 4 * Math.sqrt(0.09 / 2_000), `alarmed ${alarmed}`);
  });

  it('never errs when it is not told to', () => {
    const oracle = modelled('');
    for (const input of inputsOf(oracle)) {
      assert.equal(verdict(oracle, input, { variant: REFERENCE, seat: 1 }), 'valid');
      assert.equal(verdict(oracle, input, { variant: 'int8', seat: 1 }), 'invalid');
    }
  });

  it('puts an output as near as it is told, and a class that drifts as far', () => {
    const oracle = modelled('drift: { share: 0.25, factor: 2 }');
    const model = modelOf(oracle);
    const shares = oracle.machines.map(({ share }) => share);
    assert.deepEqual(shares, [0.75, 0.25]);
    for (const input of inputsOf(oracle)) {
      const at = { beacon: BEACON, drawn: 'seat', claimed: outputOf(oracle, input, REFERENCE) };
      const usual = oracle.run({ model, input, machine: 0 }, at);
      const drifting = oracle.run({ model, input, machine: 1 }, at);
      const near = oracle.measure(oracle.nearby({ model, input, machine: 0 }, 4e-6), BEACON);
      assert.ok(near !== undefined);
      const nearBy = compareMeasurements(usual, near, COMPARATOR, SKETCH_SIZE).distance;
      const driftBy = compareMeasurements(usual, drifting, COMPARATOR, SKETCH_SIZE).distance;
      assert.ok(Math.abs(nearBy / 4e-6 - 1) < 1e-3, `near ${nearBy}`);
      // twice the tolerance of the model
      assert.ok(Math.abs(driftBy / 1e-5 - 1) < 1e-2, `drift ${driftBy}`);
    }
  });

  it('errs the same for the same seat, whoever asks first', () => {
    const options = 'missShare: 0.5';
    const [there, back] = [modelled(options), modelled(options)];
    const input = firstInput(there);
    const seats = Array.from({ length: 40 }, (_, seat) => seat);
    const of = (oracle: ModelledOracle) => (seat: number) =>
      verdict(oracle, input, { variant: 'int8', seat });
    const backwards = [...seats].reverse().map(of(back)).reverse();
    assert.deepEqual(seats.map(of(there)), backwards);
    assert.ok(new Set(backwards).size === 2);
  });
});

function modelled(options: string): ModelledOracle {
  const text = `
name: oracle
oracle: { kind: modelled, ${options} }
workload: { distinctInputs: 16 }
`;
  const { oracle, workload } = resolveScenario(parseConfigText(text, 'oracle'));
  assert.ok(oracle.kind === 'modelled');
  return new ModelledOracle({ seed: 1, sketchSize: SKETCH_SIZE, oracle, workload });
}

type Input = ReturnType<typeof inputsOf>[number];

function inputsOf(oracle: ModelledOracle) {
  return oracle.models[0]?.inputs ?? [];
}

function modelOf(oracle: ModelledOracle) {
  const [model] = oracle.models;
  assert.ok(model !== undefined);
  return model.model;
}

function outputOf(oracle: ModelledOracle, input: Input, variant: string): Digest {
  return oracle.output({ model: modelOf(oracle), input, variant, machine: 0 });
}

/** What a seat measures, and what it measures of the answer. */
function measured(
  oracle: ModelledOracle,
  input: Input,
  { variant, seat }: { variant: string; seat: number },
): { own: Measurement; provider: Measurement } {
  const claimed = outputOf(oracle, input, variant);
  const at = { beacon: BEACON, drawn: `seat ${seat}`, claimed };
  const own = oracle.run({ model: modelOf(oracle), input, machine: 0 }, at);
  const provider = oracle.measure(claimed, BEACON);
  assert.ok(provider !== undefined);
  return { own, provider };
}

function distance(oracle: ModelledOracle, input: Input, variant: string): number {
  const { own, provider } = measured(oracle, input, { variant, seat: 0 });
  return compareMeasurements(own, provider, COMPARATOR, SKETCH_SIZE).distance;
}

function verdict(oracle: ModelledOracle, input: Input, at: { variant: string; seat: number }) {
  const { own, provider } = measured(oracle, input, at);
  return compareMeasurements(own, provider, COMPARATOR, SKETCH_SIZE).verdict;
}

function shareOf(isEvent: (seat: number) => boolean): number {
  return Array.from({ length: 2_000 }, (_, seat) => isEvent(seat)).filter(Boolean).length / 2_000;
}

function firstInput(oracle: ModelledOracle): Input {
  const [input] = inputsOf(oracle);
  assert.ok(input !== undefined);
  return input;
}
