/** Does the work of `assay start`. */
import { openValidatorNode } from '../../../node/index.ts';
import { type NodeValues, openSession, runUntilStopped } from '../../node-session.ts';

/** Runs a validator until the user stops it. @throws what opening and starting throw */
export async function runValidator(values: NodeValues): Promise<void> {
  const session = await openSession(values, 'validator');
  try {
    const node = await openValidatorNode({ ...session.folder, ...session.watching });
    await runUntilStopped(node, { values, session });
  } finally {
    await session.release();
  }
}
