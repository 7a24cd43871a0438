/** [VOTE-1] What a committee may find, and why a validator may not know. */

export const VERDICTS = ['valid', 'invalid', 'unavailable', 'inconclusive'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** [EXEC-2] Why a validator could not run a model. None of them is a verdict. */
export const ABSTENTION_REASONS = [
  'timeout',
  'crash',
  'out-of-memory',
  'missing-model',
  'overload',
] as const;
export type AbstentionReason = (typeof ABSTENTION_REASONS)[number];
