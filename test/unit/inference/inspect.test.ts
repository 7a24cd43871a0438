import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  buildModel,
  InferenceError,
  inspectModel,
  MODEL_LIMITS,
  openModel,
  REFUSAL_CODES,
} from '../../../src/inference/index.ts';
import { encodeModel, type NodeSource } from '../../../src/inference/onnx/builder.ts';
import {
  between,
  bomb,
  ENDLESS,
  EXTERNAL,
  FOREIGN,
  IDENTITY,
  RANDOM,
  value,
} from './hostile-models.ts';

const Y = value('y', ['N', 2]);

function codesOf(bytes: Uint8Array, limits = MODEL_LIMITS): string[] {
  return inspectModel(bytes, limits).refusals.map(({ code }) => code);
}

function call(domain: string, operator: string): NodeSource {
  return { operator, domain, inputs: ['x'], outputs: ['y'] };
}

describe('inference: inspection', () => {
  it('describes a model', () => {
    const report = inspectModel(buildModel('conv', { seed: 1 }));
    assert.deepEqual(report.refusals, []);
    assert.deepEqual(report.inputs, [{ name: 'x', type: 'float32', shape: ['N', 3, 32, 32] }]);
    assert.deepEqual(report.outputs, [{ name: 'y', type: 'float32', shape: ['N', 10] }]);
    assert.deepEqual(report.opsets, [{ domain: '', version: 17 }]);
    assert.deepEqual(report.operators.slice(0, 2), [
      { operator: 'BatchNormalization', count: 3 },
      { operator: 'Conv', count: 3 },
    ]);
    assert.equal(report.nodeCount, 13);
    assert.equal(report.parameterCount, 24_682);
    assert.match(report.model, /^bafkrei/);
  });

  it('does not ask for inputs that have a default', () => {
    const bytes = between([{ operator: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] }], {
      inputs: [value('x', ['N', 2]), value('w', [2, 2])],
      initializers: [{ name: 'w', type: 'float32', shape: [2, 2], data: new Float32Array(4) }],
    });
    assert.deepEqual(
      inspectModel(bytes).inputs.map(({ name }) => name),
      ['x'],
    );
  });

  const identity = { operator: 'Identity', inputs: ['x'], outputs: ['y'] };
  const yes = { name: 'mode', type: 'bool', shape: [], data: Uint8Array.of(1) } as const;
  const no = { ...yes, data: Uint8Array.of(0) };
  const dropout = { operator: 'Dropout', inputs: ['x', '', 'mode'], outputs: ['y'] };
  const cases: readonly (readonly [string, Uint8Array, readonly string[]])[] = [
    ['a plain model', IDENTITY, []],
    ['text', new TextEncoder().encode('# not a model\n'), ['not-onnx']],
    ['nothing', new Uint8Array(), ['not-onnx']],
    ['half a model', IDENTITY.subarray(0, IDENTITY.length - 20), ['truncated']],
    ['weights in another file', EXTERNAL, ['external-data']],
    ['a foreign operator', FOREIGN, ['unknown-domain']],
    [
      'an odd contrib operator',
      between([call('com.microsoft', 'Tokenizer')]),
      ['unknown-operator'],
    ],
    ['an admitted contrib operator', between([call('com.microsoft', 'FastGelu')]), []],
    ['random numbers', RANDOM, ['random-operator']],
    ['dropout in training', between([dropout], { initializers: [yes] }), ['random-operator']],
    ['dropout that is off', between([dropout], { initializers: [no] }), []],
    ['dropout by default', between([{ ...dropout, inputs: ['x'] }]), []],
    [
      'old dropout',
      between([{ ...dropout, inputs: ['x'] }], { opsetVersion: 6 }),
      ['random-operator'],
    ],
    ['a loop', ENDLESS, ['control-flow']],
    ['no output', between([identity], { outputs: [] }), ['no-outputs']],
    ['training', between([identity], { hasTrainingInfo: true }), ['training-info']],
    [
      'a sequence',
      between([identity], { outputs: [{ ...value('y', [1]), isSequence: true }] }),
      ['unsupported-type'],
    ],
    [
      'bfloat16 outside',
      between([identity], { outputs: [value('y', [1], 'bfloat16')] }),
      ['unsupported-type'],
    ],
    [
      'a size of -1',
      between([identity], { inputs: [value('x', [-1, 2])] }),
      ['negative-dimension'],
    ],
    [
      'a huge input',
      between([identity], { inputs: [value('x', [2 ** 40, 2 ** 40])] }),
      ['tensor-too-large'],
    ],
    ['two outputs of a name', between([identity], { outputs: [Y, Y] }), ['duplicate-name']],
  ];
  for (const [name, bytes, codes] of cases) {
    it(`refuses or admits: ${name}`, () => assert.deepEqual(codesOf(bytes), codes));
  }

  it('finds operators in inner graphs', () => {
    const inner = { name: 'inner', inputs: [], nodes: [call('', 'RandomNormal')], outputs: [] };
    const node = { ...identity, operator: 'Loop', attributes: { body: { graph: inner } } };
    assert.deepEqual(codesOf(between([node])), ['random-operator', 'control-flow']);
  });

  it('admits control flow where it is allowed', () => {
    assert.deepEqual(codesOf(ENDLESS, { ...MODEL_LIMITS, allowControlFlow: true }), []);
  });

  it('bounds size, nodes and the expansion of functions', () => {
    assert.deepEqual(codesOf(IDENTITY, { ...MODEL_LIMITS, sizeBytesMax: 10 }), ['too-large']);
    const nodes = Array.from({ length: 5 }, () => identity);
    assert.deepEqual(codesOf(between(nodes), { ...MODEL_LIMITS, nodesMax: 4 }), ['too-many-nodes']);
    const doubling = Array.from({ length: 40 }, (_, depth) => ({
      name: `f${depth}`,
      domain: 'local',
      inputs: ['x'],
      outputs: ['y'],
      nodes:
        depth === 0 ? [identity] : [call('local', `f${depth - 1}`), call('local', `f${depth - 1}`)],
    }));
    const bytes = between([call('local', 'f39')], { functions: doubling, domains: ['local'] });
    assert.deepEqual(codesOf(bytes), ['too-many-nodes']);
    const single = between([call('local', 'f0')], {
      functions: doubling.slice(0, 1),
      domains: ['local'],
    });
    assert.deepEqual(codesOf(single), []);
  });

  it('refuses functions that call themselves or hide a standard operator', () => {
    const define = (name: string, domain: string, inner: NodeSource) => [
      { name, domain, inputs: ['x'], outputs: ['y'], nodes: [inner] },
    ];
    const loop = between([call('local', 'f')], {
      functions: define('f', 'local', call('local', 'f')),
      domains: ['local'],
    });
    assert.deepEqual(codesOf(loop), ['recursive-function']);
    const disguise = between([call('', 'RandomNormal')], {
      functions: define('RandomNormal', '', identity),
    });
    assert.deepEqual(codesOf(disguise), ['random-operator']);
  });

  it('refuses two graphs in one file, which the runtime would merge', () => {
    const twice = new Uint8Array([...IDENTITY, ...RANDOM]);
    assert.deepEqual(codesOf(twice), ['malformed']);
  });

  it('refuses a weight that claims more elements than it has bytes', () => {
    const honest = between([identity], {
      initializers: [{ name: 'w', type: 'float32', shape: [3], data: new Float32Array(3) }],
    });
    // dims = [3] of the initializer: field 1, one packed byte.
    const at = honest.findIndex(
      (_, i) => honest[i] === 0x0a && honest[i + 1] === 1 && honest[i + 2] === 3,
    );
    assert.ok(at > 0);
    honest[at + 2] = 100;
    assert.deepEqual(codesOf(honest), ['malformed']);
  });

  it('opens only the model that was meant', () => {
    const { id } = openModel(IDENTITY);
    assert.equal(openModel(IDENTITY, { expected: id }).id, id);
    assert.throws(
      () => openModel(RANDOM, { expected: id }),
      (error) => error instanceof InferenceError && error.detail.code === 'model-mismatch',
    );
    assert.throws(
      () => openModel(RANDOM),
      (error) => error instanceof InferenceError && error.detail.code === 'model-refused',
    );
  });

  it('never throws on damaged files, and names only known codes', () => {
    const seeds = [IDENTITY, ENDLESS, EXTERNAL, FOREIGN, bomb(1000)];
    const damaged = fc
      .tuple(
        fc.constantFrom(...seeds),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }),
        fc.nat(),
      )
      .map(([seed, edits, cut]) => {
        const bytes = seed.slice();
        for (const [at, byte] of edits) bytes[at % bytes.length] = byte;
        return cut % 3 === 0 ? bytes.subarray(0, cut % bytes.length) : bytes;
      });
    fc.assert(
      fc.property(fc.oneof(damaged, fc.uint8Array({ maxLength: 100 })), (bytes) => {
        for (const code of codesOf(bytes)) assert.ok(REFUSAL_CODES.includes(code as never));
      }),
      { numRuns: 3000 },
    );
  });

  it('stops at numbers and lengths that never end', () => {
    const endlessNumber = new Uint8Array(64).fill(0xff);
    assert.deepEqual(codesOf(endlessNumber), ['not-onnx']);
    assert.deepEqual(codesOf(Uint8Array.of(8, 8, ...endlessNumber)), ['malformed']);
    // A graph that says it has 2^63 bytes.
    const long = [0x3a, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01];
    assert.deepEqual(codesOf(Uint8Array.of(8, 8, ...long)), ['truncated']);
    // A million empty initializers.
    const graph = new Uint8Array(4_000_000);
    for (let i = 0; i < graph.length; i += 2) graph[i] = 0x2a;
    const head = [8, 8, 0x3a, 0x80, 0x92, 0xf4, 0x01];
    const many = new Uint8Array(head.length + graph.length);
    many.set(head);
    many.set(graph, head.length);
    assert.deepEqual(codesOf(many), ['too-many-nodes']);
  });

  it('bounds the depth of graphs', () => {
    let graph = { name: 'g', inputs: [], nodes: [identity], outputs: [] };
    for (let depth = 0; depth < 20; depth++) {
      const node = { ...identity, attributes: { body: { graph } } };
      graph = { name: 'g', inputs: [], nodes: [node], outputs: [] };
    }
    assert.deepEqual(codesOf(encodeModel(graph)), ['too-many-nodes']);
  });
});
