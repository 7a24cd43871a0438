/** Errors tell place, fault and remedy; assertions tell the sentence that should hold. */
import { equal, ok, throws } from 'node:assert/strict';
import {
  AssayError,
  AssertionError,
  assert,
  defined,
  formatDetail,
  unreachable,
} from '../../../src/base/index.ts';

describe('errors', () => {
  it('are told as place, fault and remedy, each where there is one', () => {
    const fault = { code: 'port-taken', message: 'the port is taken' };
    equal(formatDetail(fault), 'the port is taken');
    equal(
      formatDetail({ ...fault, where: 'node.yaml:3', remedy: 'Choose another.' }),
      'node.yaml:3: the port is taken\n  Choose another.',
    );
  });

  it('keep code and cause', () => {
    const cause = new Error('EADDRINUSE');
    const error = new AssayError({ code: 'port-taken', message: 'the port is taken' }, { cause });
    ok(error instanceof Error);
    equal(error.detail.code, 'port-taken');
    equal(error.message, 'the port is taken');
    equal(error.cause, cause);
    equal(error.name, 'AssayError');
  });
});

describe('assertions', () => {
  it('stop with the sentence that should hold', () => {
    assert(true, 'nothing happens');
    throws(() => assert(false, 'two is one'), /AssertionError: this should hold: two is one/);
    equal(defined(0, 'a number is there'), 0);
    throws(() => defined(undefined, 'it is there'), /this should hold: it is there/);
    throws(() => unreachable('surprise' as never), AssertionError);
  });
});
