import assert from 'node:assert/strict';
import { fractionText, fractionToNumber, parseFraction } from '../../../src/base/index.ts';

function read(text: string): string | undefined {
  const fraction = parseFraction(text);
  return fraction === undefined ? undefined : fractionText(fraction);
}

describe('fractions', () => {
  it('are read exactly and reduced', () => {
    const cases = { '1/3': '1/3', '2/6': '1/3', '1/5': '0.2', '.25': '0.25', '1e-9': '1e-9' };
    for (const [text, wanted] of Object.entries(cases)) assert.equal(read(text), wanted, text);
    assert.equal(read('0'), '0');
    assert.equal(read('12.'), '12');
    assert.equal(read('-1/2'), '-0.5');
    assert.equal(read('1/-2'), '-0.5');
    assert.equal(read('0.12345678901234567891'), '12345678901234567891/100000000000000000000');
    assert.equal(read(' 1 / 3 '), '1/3');
    assert.equal(read('0.1/0.3'), '1/3');
    assert.equal(read('2E2'), '200');
  });

  it('are refused when they are none', () => {
    const texts = ['', ' ', 'x', '1/0', '1/2/3', '1/', '/2', '1e', '0x10', 'NaN', 'Infinity'];
    for (const text of [...texts, '1e999999999', '1e401', '1'.repeat(61), '1,5', '5%']) {
      assert.equal(parseFraction(text), undefined, text);
    }
  });

  it('become the nearest doubles, however long they are', () => {
    const number = (text: string) => {
      const fraction = parseFraction(text);
      return fraction === undefined ? Number.NaN : fractionToNumber(fraction);
    };
    for (const text of ['0.1', '1e-9', '123456789.987654321', '1e300', '1e-300', '5e-324']) {
      assert.equal(number(text), Number(text), text);
    }
    assert.equal(number('1/3'), 1 / 3);
    assert.equal(number('-0.3'), -0.3);
    assert.equal(number('0'), 0);
  });
});
