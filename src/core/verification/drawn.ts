/** The drawn leaves of a batch, by name. */
import { Remembered, type Subject, type SubjectKey, subjectKey } from '../../base/index.ts';
import type { Batch } from '../sampling/batch.ts';

/** A drawn leaf and the key under which maps hold it. */
export type Named = { readonly subject: Subject; readonly key: SubjectKey };

const subjects = new Remembered<readonly number[], readonly Named[]>();

/** Returns the drawn leaves of a batch; nodes that share a draw share their names. */
export function subjectsOf({ id, sampled = [] }: Batch): readonly Named[] {
  return subjects.get(sampled, [id], () =>
    sampled.map((index) => {
      const subject = { batch: id, index };
      return { subject, key: subjectKey(subject) };
    }),
  );
}
