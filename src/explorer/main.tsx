/** Begins the explorer: asks the server what it serves, reads or follows it, draws. */
import { render } from 'preact';
import { App } from './app.tsx';
import { follow } from './feed/live.ts';
import { readTrace } from './feed/recorded.ts';
import { Session, type SourceInfo } from './feed/session.ts';

const session = new Session(await sourceOf());
session.go(location.hash);
const root = document.getElementById('app');
if (root !== null) render(<App session={session} />, root);

addEventListener('hashchange', () => session.go(location.hash));
requestAnimationFrame(function frame(nowMs: number) {
  session.frame(nowMs);
  requestAnimationFrame(frame);
});
await begin();

/** A page that no server of Assay serves still checks receipts. */
async function sourceOf(): Promise<SourceInfo> {
  try {
    const response = await fetch('/v1/source');
    if (response.ok) return (await response.json()) as SourceInfo;
  } catch {
    // no server: the receipt checker needs none
  }
  return { kind: 'none', title: 'receipt checker', software: '' };
}

async function begin(): Promise<void> {
  if (session.source.kind === 'live') {
    const events = follow(session, '/v1/live');
    addEventListener('pagehide', () => events.close());
    return;
  }
  if (session.source.kind === 'recorded') await readRecorded();
  else session.feed = { kind: 'ready' };
  session.go(location.hash);
}

async function readRecorded(): Promise<void> {
  const { model, clock } = session;
  try {
    await readTrace('/v1/trace', model, (read, total) => {
      const share = total === undefined ? undefined : read / total;
      session.feed = { kind: 'loading', share, readBytes: read };
      session.touch();
    });
    session.feed = { kind: 'ready' };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    session.feed = { kind: 'failed', message: `the trace cannot be read: ${reason}` };
  }
  clock.extend(model.firstAt ?? 0, model.lastAt);
  clock.seek(clock.to);
}
