/**
 * [WIRE-3] What gossip is told about a message: `accept` forwards it, `ignore` drops it without
 * blame, `reject` lowers the score of who delivered it.
 */

export type Judgement = {
  readonly verdict: 'accept' | 'ignore' | 'reject';
  /** Stable reason, kebab-case. */
  readonly code: string;
};

export const ACCEPTED: Judgement = { verdict: 'accept', code: 'new' };

/** Drops a message without blame. */
export function ignored(code: string): Judgement {
  return { verdict: 'ignore', code };
}

/** Drops a message and blames who delivered it. */
export function rejected(code: string): Judgement {
  return { verdict: 'reject', code };
}

/** A bundle is as bad as its worst entry, and as new as its newest. */
export function combined(judgements: readonly Judgement[]): Judgement {
  const bad = judgements.find((j) => j.verdict === 'reject');
  if (bad !== undefined) return bad;
  return judgements.find((j) => j.verdict === 'accept') ?? judgements[0] ?? ignored('nothing-new');
}
