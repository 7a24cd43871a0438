/** Inputs for any model: small numbers of the right types, batch 1. They run and mean nothing. */
import type { Tensor } from '../compare/index.ts';
import { inputsFromJson } from './input-json.ts';
import type { ModelReport } from './model-report.ts';

/** Where numbers come from: in [0, 1), and whole below a bound. */
export type NumberSource = {
  uniform(): number;
  below(bound: number): number;
};

/** Returns one input of `report`; sizes that a model leaves open are 1. */
export function sampleInputs(report: ModelReport, random: NumberSource): readonly Tensor[] {
  const values = report.inputs.map(({ name, type, shape = [1] }) => {
    const sizes = shape.map((size) => (typeof size === 'number' ? size : 1));
    const count = sizes.reduce((product, size) => product * size, 1);
    const isFloat = type.startsWith('float') || type === 'bfloat16';
    const data = Array.from({ length: count }, () =>
      isFloat ? random.uniform() * 2 - 1 : random.below(2),
    );
    return [name, { type, shape: sizes, data }];
  });
  return inputsFromJson(JSON.stringify(Object.fromEntries(values)), report);
}
