import assert from 'node:assert/strict';
import { executionClassOf } from '../../../src/inference/index.ts';
import { instructionSetOf } from '../../../src/inference/onnx/execution-class.ts';

describe('inference: execution class', () => {
  it('tells instruction sets apart by the features that kernels ask for', () => {
    const avx2 = ['sse2', 'avx', 'avx2', 'fma'];
    const avx512 = [...avx2, 'avx512f', 'avx512bw', 'avx512dq', 'avx512vl'];
    assert.equal(instructionSetOf(new Set(avx512), 'x64'), 'avx512');
    assert.equal(instructionSetOf(new Set([...avx2, 'avx512f']), 'x64'), 'avx2');
    assert.equal(instructionSetOf(new Set(['sse2', 'avx', 'avx2']), 'x64'), 'sse');
    assert.equal(instructionSetOf(new Set(), 'x64'), 'generic');
    assert.equal(instructionSetOf(new Set(['asimd']), 'arm64'), 'generic');
  });

  it('makes each optimisation level a class of its own', () => {
    assert.notEqual(executionClassOf('disabled'), executionClassOf('all'));
  });
});
