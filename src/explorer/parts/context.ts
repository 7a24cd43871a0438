/** What every part of the page is drawn from: the session, its model, the moment. */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { assert } from '../../base/index.ts';
import { hashOf, MOMENT } from '../feed/route.ts';
import type { Session } from '../feed/session.ts';
import type { NetworkModel } from '../model/network-model.ts';
import { moment, timeOfDay } from '../model/words.ts';

/** The session of the page. */
export const SessionContext = createContext<Session | undefined>(undefined);

/** What is shown, and when. */
export type Now = {
  readonly session: Session;
  readonly model: NetworkModel;
  /** The moment that is shown, µs. */
  readonly at: number;
};

/** Returns what is shown. */
export function useNow(): Now {
  const session = useContext(SessionContext);
  assert(session !== undefined, 'the page has a session');
  return { session, model: session.model, at: session.clock.at };
}

const US_PER_MS = 1_000;

/** Returns the address of a place; the moment goes along if time stands still. */
export function hrefOf(
  { session, at }: Pick<Now, 'session' | 'at'>,
  path: readonly (string | number)[],
  query: Readonly<Record<string, string | undefined>> = {},
): string {
  return hashOf(path, { ...query, [MOMENT]: momentOf(session, at) });
}

/**
 * Returns how moments are written: of a live network as time of day, of a simulated one as time
 * since its beginning.
 */
export function useMoment(): (us: number, digits?: 0 | 3) => string {
  const { start } = useNow().model;
  return (us, digits) => {
    if (start?.genesisMs === undefined) return moment(us);
    return timeOfDay(start.genesisMs + us / US_PER_MS, Date.now(), digits);
  };
}

/** The moment for an address: none while time runs, and at the end of a recorded run. */
export function momentOf({ clock }: Session, at: number): string | undefined {
  if (clock.isPlaying || (!clock.isLive && at >= clock.to)) return undefined;
  return String(Math.round(at / US_PER_MS));
}
