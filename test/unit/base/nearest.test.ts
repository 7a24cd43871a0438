import assert from 'node:assert/strict';
import { nearestText } from '../../../src/base/index.ts';

const WORDS = ['seats', 'quorum', 'adversary', 'silent', 'json'];

describe('the nearest word', () => {
  it('is found over missing, doubled, wrong and swapped letters', () => {
    for (const word of ['seat', 'seatss', 'seatz', 'saets', 'SEATS']) {
      assert.equal(nearestText(word, WORDS), 'seats', word);
    }
  });

  it('is none when nothing is near', () => {
    assert.equal(nearestText('verbose', WORDS), undefined);
    assert.equal(nearestText('x', ['y', 'z']), undefined);
    assert.equal(nearestText('x', []), undefined);
  });

  it('does not depend on the order of the candidates', () => {
    assert.equal(nearestText('ab', ['abc', 'abd']), nearestText('ab', ['abd', 'abc']));
  });
});
