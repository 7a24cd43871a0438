/** What an examination of a node finds. */

/** One thing that was looked at. */
export type Finding = {
  /** What was looked at, in kebab-case; stable. */
  readonly check: string;
  /** `failed`: a node must not run so; `warning`: it may; `skipped`: nobody could tell. */
  readonly outcome: 'ok' | 'warning' | 'failed' | 'skipped';
  readonly detail: string;
  /** What to do about it; of warnings and failures. */
  readonly remedy?: string;
};

/** Nothing to say. */
export function ok(check: string, detail: string): Finding {
  return { check, outcome: 'ok', detail };
}

/** It runs, and somebody should look. */
export function warning(check: string, detail: string, remedy: string): Finding {
  return { check, outcome: 'warning', detail, remedy };
}

/** It must not run so. */
export function failed(check: string, detail: string, remedy: string): Finding {
  return { check, outcome: 'failed', detail, remedy };
}

/** Nobody could tell. */
export function skipped(check: string, detail: string): Finding {
  return { check, outcome: 'skipped', detail };
}
