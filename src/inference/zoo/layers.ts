/**
 * Layers of the zoo's models: each call adds nodes and weights and returns the name of its result.
 * Every tensor draws from a generator of its own, seeded by its name, so that a wider layer or a
 * new one leaves all others as they were.
 */
import type { Tensor } from '../../compare/index.ts';
import type { AttributeValue, NodeSource } from '../onnx/builder.ts';
import { normals, seedFor, uniform } from './random.ts';
import type { Weights } from './variants.ts';

export class LayerStack {
  readonly nodes: NodeSource[] = [];
  readonly initializers: Tensor[] = [];
  readonly #seed: number;
  readonly #vary: (weights: Weights) => Float32Array;
  #weightCount = 0;

  /** @param vary what becomes of the weights of each layer */
  constructor(seed: number, vary: (weights: Weights) => Float32Array) {
    this.#seed = seed;
    this.#vary = vary;
  }

  node(
    operator: string,
    inputs: readonly string[],
    output: string,
    attributes: Readonly<Record<string, AttributeValue>> = {},
  ): string {
    this.nodes.push({ operator, inputs, outputs: [output], attributes });
    return output;
  }

  /** x · W + b, of shape [inputs, outputs]; weights of variance 2/inputs, as ReLU wants. */
  dense(input: string, name: string, shape: readonly [number, number]): string {
    const deviation = Math.sqrt(2 / shape[0]);
    const weights = this.#weights(name, shape, 1, this.#draw(name, shape[0] * shape[1], deviation));
    const bias = this.vector(`${name}_bias`, shape[1], { mean: 0, deviation: 0.1 });
    return this.node('Gemm', [input, weights, bias], `${name}_out`);
  }

  /** As `dense`, each column of weights shifted to the sum zero. */
  centeredDense(input: string, name: string, shape: readonly [number, number]): string {
    const [rows, columns] = shape;
    const values = this.#draw(name, rows * columns, Math.sqrt(2 / rows));
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      for (let row = 0; row < rows; row++) sum += values[row * columns + column] ?? 0;
      for (let row = 0; row < rows; row++) {
        values[row * columns + column] = (values[row * columns + column] ?? 0) - sum / rows;
      }
    }
    const weights = this.#weights(name, shape, 1, values);
    const bias = this.vector(`${name}_bias`, columns, { mean: 0, deviation: 0.01 });
    return this.node('Gemm', [input, weights, bias], `${name}_out`);
  }

  /** x · W without bias, of shape [inputs, outputs]; weights of variance 1/inputs. */
  project(input: string, name: string, shape: readonly [number, number]): string {
    const values = this.#draw(name, shape[0] * shape[1], 1 / Math.sqrt(shape[0]));
    return this.node('MatMul', [input, this.#weights(name, shape, 1, values)], `${name}_out`);
  }

  /** 3×3 convolution with padding 1. */
  convolution(
    input: string,
    name: string,
    size: { readonly from: number; readonly to: number; readonly stride: bigint },
  ): string {
    const shape = [size.to, size.from, 3, 3];
    const deviation = Math.sqrt(2 / (size.from * 9));
    const values = this.#draw(name, size.to * size.from * 9, deviation);
    const weights = this.#weights(name, shape, 0, values);
    const bias = this.vector(`${name}_bias`, size.to, { mean: 0, deviation: 0.1 });
    return this.node('Conv', [input, weights, bias], `${name}_out`, {
      kernel_shape: [3n, 3n],
      pads: [1n, 1n, 1n, 1n],
      strides: [size.stride, size.stride],
    });
  }

  batchNorm(input: string, name: string, channels: number): string {
    const parameters = [
      this.vector(`${name}_scale`, channels, { mean: 1, deviation: 0.05 }),
      this.vector(`${name}_shift`, channels, { mean: 0, deviation: 0.05 }),
      this.vector(`${name}_mean`, channels, { mean: 0, deviation: 0.05 }),
      // Irwin-Hall sums end at six deviations: a variance stays positive.
      this.vector(`${name}_variance`, channels, { mean: 1, deviation: 0.05 }),
    ];
    return this.node('BatchNormalization', [input, ...parameters], `${name}_norm`, {
      epsilon: 1e-5,
    });
  }

  layerNorm(input: string, name: string, width: number): string {
    const scale = this.vector(`${name}_scale`, width, { mean: 1, deviation: 0.05 });
    const shift = this.vector(`${name}_shift`, width, { mean: 0, deviation: 0.05 });
    const attributes = { axis: -1n, epsilon: 1e-5 };
    return this.node('LayerNormalization', [input, scale, shift], name, attributes);
  }

  /** Adds parameters that variants leave alone. */
  vector(
    name: string,
    length: number,
    law: { readonly mean: number; readonly deviation: number },
  ): string {
    const data = this.#draw(name, length, law.deviation).map((value) => value + law.mean);
    this.initializers.push({ name, type: 'float32', shape: [length], data });
    return name;
  }

  constant(name: string, value: number): void {
    this.initializers.push({ name, type: 'float32', shape: [1], data: Float32Array.of(value) });
  }

  integers(name: string, values: readonly number[]): void {
    const data = BigInt64Array.from(values, BigInt);
    this.initializers.push({ name, type: 'int64', shape: [values.length], data });
  }

  #draw(name: string, count: number, deviation: number): Float32Array {
    return normals(uniform(seedFor(this.#seed, name)), count, deviation);
  }

  #weights(
    layer: string,
    shape: readonly number[],
    channelAxis: 0 | 1,
    values: Float32Array,
  ): string {
    const name = `${layer}_weights`;
    const isFirst = this.#weightCount === 0;
    this.#weightCount += 1;
    const data = this.#vary({ name, shape, channelAxis, values, isFirst, seed: this.#seed });
    this.initializers.push({ name, type: 'float32', shape, data });
    return name;
  }
}
