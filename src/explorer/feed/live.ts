/**
 * Follows a node: server-sent events, each a list of records. The browser connects again by itself
 * and names the last event that it has; a `start` record means that everything begins anew.
 */
import type { TraceRecord } from '../../trace/index.ts';
import type { Session } from './session.ts';

/** Follows the node that serves the page, until it is closed. */
export function follow(session: Session, url: string): EventSource {
  const events = new EventSource(url);
  events.onopen = () => {
    session.feed = { kind: 'connected' };
    session.touch();
  };
  events.onerror = () => {
    session.feed =
      events.readyState === EventSource.CLOSED
        ? { kind: 'failed', message: 'the node gives no live data: load the page again' }
        : { kind: 'reconnecting' };
    session.touch();
  };
  events.onmessage = ({ data }: MessageEvent<string>) => {
    applyAll(session, JSON.parse(data) as readonly TraceRecord[]);
  };
  return events;
}

/** Takes records into the session as they come. */
export function applyAll(session: Session, records: readonly TraceRecord[]): void {
  for (const record of records) {
    if (record.kind === 'start') session.reset();
    session.model.apply(record);
  }
  const { model, clock } = session;
  clock.extend(model.firstAt ?? 0, model.lastAt);
  session.touch();
}

/** How far behind the time of day the newest record is, ms; `undefined` if that is not known. */
export function lagMs(session: Session, nowMs: number): number | undefined {
  const genesisMs = session.model.start?.genesisMs;
  return genesisMs === undefined ? undefined : nowMs - genesisMs - session.model.lastAt / 1_000;
}
