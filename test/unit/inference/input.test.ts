import assert from 'node:assert/strict';
import type { TensorType } from '../../../src/base/index.ts';
import { InferenceError, inputFromNpy, inputsFromJson } from '../../../src/inference/index.ts';
import type { ModelReport, ModelValue } from '../../../src/inference/model-report.ts';
import { npy } from './npy-file.ts';

function reportOf(...inputs: ModelValue[]): ModelReport {
  return {
    model: 'test' as ModelReport['model'],
    sizeBytes: 0,
    irVersion: 8,
    producer: '',
    opsets: [],
    inputs,
    outputs: [],
    operators: [],
    nodeCount: 0,
    parameterCount: 0,
    refusals: [],
  };
}

function input(name: string, type: TensorType): ModelValue {
  return { name, type, shape: undefined };
}

function read(text: string, type: TensorType = 'float32') {
  return inputsFromJson(text, reportOf(input('x', type)));
}

function hasCode(code: string, pattern = /./) {
  return (error: unknown): boolean =>
    error instanceof InferenceError && error.detail.code === code && pattern.test(error.message);
}

describe('inference: inputs from JSON', () => {
  it('reads a nested array, named or not, and a tensor with its shape', () => {
    const expected = [
      { name: 'x', type: 'float32', shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) },
    ];
    assert.deepEqual(read('[[1, 2], [3, 4]]'), expected);
    assert.deepEqual(read('{"x": [[1, 2], [3, 4]]}'), expected);
    assert.deepEqual(read('{"x": {"shape": [2, 2], "data": [1, 2, 3, 4]}}'), expected);
    assert.deepEqual(
      read('{"x": {"type": "float32", "shape": [2, 2], "data": [1, 2, 3, 4]}}'),
      expected,
    );
  });

  it('reads scalars, empty axes and values that JSON lacks', () => {
    assert.deepEqual(read('3')[0]?.shape, []);
    assert.deepEqual(read('[[], []]')[0]?.shape, [2, 0]);
    const special = read('["NaN", "Infinity", "-Infinity"]')[0]?.data;
    const expected = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    assert.deepEqual(special, Float32Array.from(expected));
  });

  it('reads each type exactly', () => {
    const cases: readonly (readonly [TensorType, string, unknown])[] = [
      ['float64', '[0.1]', Float64Array.of(0.1)],
      ['float16', '[1.5]', Uint16Array.of(0x3e00)],
      ['int8', '[-128, 127]', Int8Array.of(-128, 127)],
      ['int64', '["-9223372036854775808", 5]', BigInt64Array.of(-(2n ** 63n), 5n)],
      ['uint64', '["18446744073709551615"]', BigUint64Array.of(2n ** 64n - 1n)],
      ['bool', '[true, false, 1, 0]', Uint8Array.of(1, 0, 1, 0)],
      ['string', '["a", ""]', ['a', '']],
    ];
    for (const [type, text, data] of cases) assert.deepEqual(read(text, type)[0]?.data, data, type);
  });

  it('refuses values that the type cannot hold', () => {
    const cases: readonly (readonly [TensorType, string])[] = [
      ['int8', '[128]'],
      ['uint8', '[-1]'],
      ['int32', '[1.5]'],
      ['int64', '[9007199254740993]'],
      ['int64', '["9223372036854775808"]'],
      ['int64', '["1e3"]'],
      ['bool', '[2]'],
      ['bool', '["true"]'],
      ['float32', '[null]'],
      ['float32', '["1"]'],
      ['string', '[1]'],
    ];
    for (const [type, text] of cases) {
      assert.throws(() => read(text, type), hasCode('input-type', /`x`.*expected/), text);
    }
  });

  it('says what is wrong with the file, and with which input', () => {
    const two = reportOf(input('x', 'float32'), input('mask', 'bool'));
    assert.throws(() => read('{"x": [1'), hasCode('input-malformed', /JSON/));
    assert.throws(() => read('[[1, 2], [3]]'), hasCode('input-shape', /`x`.*different lengths/));
    assert.throws(() => read('[1, [2]]'), hasCode('input-shape'));
    assert.throws(() => read('{"z": [1]}'), hasCode('input-unknown', /`z`[\s\S]*`x`/));
    assert.throws(() => inputsFromJson('[1]', two), hasCode('input-missing', /"mask"/));
    const short = '{"x": {"shape": [3], "data": [1, 2]}}';
    assert.throws(() => read(short), hasCode('input-shape', /\[3\] does not hold 2/));
    const mistyped = '{"x": {"type": "int64", "data": [1]}}';
    assert.throws(() => read(mistyped), hasCode('input-type', /expected float32, found "int64"/));
    assert.throws(() => read('{"x": {"shape": [-1], "data": []}}'), hasCode('input-malformed'));
    assert.throws(() => read('{"x": {"data": 5}}'), hasCode('input-malformed'));
  });
});

describe('inference: inputs from .npy', () => {
  const values = Float32Array.of(0, 1, 2, 3, 4, 5);

  it('reads versions 1 and 2, in C and in Fortran order', () => {
    const plain = { name: 'x', type: 'float32', shape: [2, 3], data: values };
    assert.deepEqual(inputFromNpy(npy({ shape: '2, 3', data: values }), 'x'), plain);
    assert.deepEqual(inputFromNpy(npy({ shape: '2, 3', data: values, version: 2 }), 'x'), plain);
    const columns = Float32Array.of(0, 3, 1, 4, 2, 5);
    const fortran = npy({ shape: '2, 3', data: columns, fortran: true });
    assert.deepEqual(inputFromNpy(fortran, 'x'), plain);
    assert.deepEqual(inputFromNpy(npy({ shape: '', data: Float32Array.of(7) }), 'x').shape, []);
    assert.deepEqual(
      inputFromNpy(npy({ shape: '0, 3,', data: new Float32Array() }), 'x').shape,
      [0, 3],
    );
  });

  it('reads the other element types', () => {
    const cases = [
      ['<f2', Uint16Array.of(0x3c00), 'float16'],
      ['<f8', Float64Array.of(0.1), 'float64'],
      ['|u1', Uint8Array.of(200), 'uint8'],
      ['<i8', BigInt64Array.of(-5n), 'int64'],
      ['|b1', Uint8Array.of(1), 'bool'],
    ] as const;
    for (const [descriptor, data, type] of cases) {
      const tensor = inputFromNpy(npy({ descriptor, shape: '1,', data }), 'x');
      assert.deepEqual([tensor.type, tensor.data], [type, data]);
    }
  });

  it('refuses other types, short data and damaged headers', () => {
    for (const descriptor of ['>f4', '|O', '<U5', '<c8']) {
      const file = npy({ descriptor, shape: '6,', data: values });
      assert.throws(() => inputFromNpy(file, 'x'), hasCode('input-type'), descriptor);
    }
    const whole = npy({ shape: '6,', data: values });
    for (const length of [0, 5, 11, 40, whole.length - 1]) {
      const cut = whole.subarray(0, length);
      assert.throws(() => inputFromNpy(cut, 'x'), hasCode('input-malformed'), `${length} bytes`);
    }
    const bad = npy({ descriptor: '|b1', shape: '1,', data: Uint8Array.of(2) });
    assert.throws(() => inputFromNpy(bad, 'x'), hasCode('input-malformed'));
  });
});
