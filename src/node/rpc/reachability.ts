/** What a peer says when it was asked to dial back. */
import { asciiText, formatOf, oneOf, recordOf } from '../../wire/index.ts';

/** `refused`: it did not try. */
export const REACH_OUTCOMES = ['reached', 'unreached', 'refused'] as const;

export type Reachability = {
  readonly outcome: (typeof REACH_OUTCOMES)[number];
  /** From where the peer sees us come, a multiaddr. */
  readonly observed: string;
  /** Why, of those that were not reached; a dash otherwise. */
  readonly detail: string;
};

const TEXT_MAX = 128;
const ANSWER_BYTES_MAX = 512;

/** The bytes of such an answer. */
export const reachabilityFormat = formatOf(
  recordOf<Reachability>({
    outcome: oneOf(REACH_OUTCOMES),
    observed: asciiText(TEXT_MAX),
    detail: asciiText(TEXT_MAX),
  }),
  ANSWER_BYTES_MAX,
);

/** Returns an answer whose texts fit. */
export function reachability({ outcome, observed, detail }: Reachability): Reachability {
  return { outcome, observed: fitted(observed), detail: fitted(detail) };
}

function fitted(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, TEXT_MAX) || '-';
}
