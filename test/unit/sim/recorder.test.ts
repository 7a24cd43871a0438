/** What the recorder takes down. */
import assert from 'node:assert/strict';
import { createStage } from './checker/stage.ts';

describe('the recorder', () => {
  it('knows that a drawn leaf was sealed, even if nobody honest saw it being sealed', async () => {
    const { simulation, outsider, subject } = await createStage();
    const { recorder } = simulation;
    recorder.sealed.clear();
    recorder.reported(outsider, { kind: 'subject-drawn', subject }, outsider.now);
    assert.deepEqual([...recorder.sealed], [subject.batch]);
  });
});
