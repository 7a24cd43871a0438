/**
 * What the sandbox costs: the same model and input through the engine and by a bare `session.run`
 * in this process, in turns, so that both see the same machine. The aim: 0.3 ms + 5 % per run.
 */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import {
  buildModel,
  INPUT_SHAPES,
  type InferenceEngine,
  type ModelKind,
  openModel,
  openOnnxEngine,
  structuredInputs,
} from '../src/inference/index.ts';
import { printTimes, quantiles } from './report.ts';

const RUNS = 2000;
const WARM_UP = 100;
const LIMITS = { timeoutMs: 10_000, memoryBytes: 1024 ** 3 };

export async function bench(): Promise<void> {
  const engine = openOnnxEngine();
  try {
    for (const kind of ['conv', 'transformer', 'mlp'] as const) await compare(engine, kind, 1);
    // About a millisecond of computing.
    await compare(engine, 'transformer', 12);
  } finally {
    await engine.close();
  }
}

async function compare(engine: InferenceEngine, kind: ModelKind, batch: number): Promise<void> {
  const model = openModel(buildModel(kind, { seed: 1 }));
  const session = await InferenceSession.create(model.bytes, {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'disabled',
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
  });
  const shape = [batch, ...INPUT_SHAPES[kind]];
  const length = shape.reduce((product, size) => product * size, 1);
  const inputs = structuredInputs(kind, { seed: 1, count: 16 }).map((input) =>
    Float32Array.from({ length }, (_, i) => input[i % input.length] ?? 0),
  );
  const bare: number[] = [];
  const sandboxed: number[] = [];
  for (let i = 0; i < RUNS + WARM_UP; i++) {
    const data = inputs[i % inputs.length] ?? new Float32Array();
    const start = performance.now();
    await session.run({ x: new Tensor('float32', data, shape) });
    const middle = performance.now();
    await engine.run(model, [{ name: 'x', type: 'float32', shape, data }], LIMITS);
    const end = performance.now();
    if (i < WARM_UP) continue;
    bare.push(middle - start);
    sandboxed.push(end - middle);
  }
  printTimes(`inference/run/bare/model=${kind},batch=${batch}`, bare);
  printTimes(`inference/run/sandbox/model=${kind},batch=${batch}`, sandboxed);
  const overhead = quantiles(sandboxed).median - quantiles(bare).median;
  process.stdout.write(
    `${''.padEnd(52)} overhead of the medians ${Math.round(overhead * 1000)} µs\n`,
  );
}
