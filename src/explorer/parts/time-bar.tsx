/** The moment that is shown: a slider for a recorded run, a pause for a live network. */
import { useEffect, useState } from 'preact/hooks';
import { SPEEDS } from '../feed/clock.ts';
import { lagMs } from '../feed/live.ts';
import type { Session } from '../feed/session.ts';
import { roundUs } from '../model/overview.ts';
import { span } from '../model/words.ts';
import { useMoment, useNow } from './context.ts';

const STEPS = 1_000;

/** At the foot of every page. */
export function TimeBar() {
  const { session } = useNow();
  return session.clock.isLive ? <LiveBar /> : <RecordedBar />;
}

/** Keys that move time anywhere on the page but in a field. */
export function useTimeKeys(session: Session): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isField(event.target)) return;
      if (!moveTime(session, event.key)) return;
      event.preventDefault();
      session.touch();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [session]);
}

function isField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && /^(INPUT|SELECT|TEXTAREA|BUTTON|CANVAS)$/.test(target.tagName)
  );
}

/** @returns whether the key means something */
function moveTime(session: Session, key: string): boolean {
  const { clock } = session;
  const step = roundUs(session.model);
  switch (key) {
    case ' ':
      if (clock.isPlaying) clock.pause();
      else clock.play();
      return true;
    case ',':
      clock.pause();
      clock.seek(clock.at - step);
      return true;
    case '.':
      clock.pause();
      clock.seek(clock.at + step);
      return true;
    default:
      return false;
  }
}

function RecordedBar() {
  const { session, at } = useNow();
  const moment = useMoment();
  const { clock } = session;
  const length = Math.max(1, clock.to - clock.from);
  const move = (event: Event) => {
    const { value } = event.currentTarget as HTMLInputElement;
    clock.seek(clock.from + (Number(value) / STEPS) * length);
    session.touch();
  };
  return (
    <footer class="time">
      <PlayButton />
      <input
        type="range"
        min="0"
        max={STEPS}
        step="1"
        value={Math.round((STEPS * (at - clock.from)) / length)}
        onInput={move}
        aria-label="Moment of the run"
        aria-valuetext={`${moment(at)} of ${moment(clock.to)}`}
      />
      <output class="mono" aria-hidden="true">
        {moment(at)}
        <span class="quiet wide"> / {moment(clock.to)}</span>
      </output>
      <label class="speed">
        <span class="hidden">Speed</span>
        <select
          value={String(clock.speed)}
          onChange={(event) => {
            clock.speed = Number(event.currentTarget.value);
            session.touch();
          }}
        >
          {SPEEDS.map((speed) => (
            <option key={speed} value={String(speed)}>
              {speed}×
            </option>
          ))}
        </select>
      </label>
    </footer>
  );
}

function LiveBar() {
  const { session, at, model } = useNow();
  const moment = useMoment();
  const lag = useLag(session);
  const late = lag === undefined ? undefined : lag * 1_000 - 2 * roundUs(model);
  return (
    <footer class="time">
      <PlayButton />
      <span class={`feed ${session.feed.kind}`} role="status">
        {feedWords(session)}
        {late !== undefined && late > 0 ? `, the node is ${span(late)} behind` : ''}
      </span>
      <output class="mono">{model.start === undefined ? null : moment(at, 0)}</output>
    </footer>
  );
}

function PlayButton() {
  const { session } = useNow();
  const { clock } = session;
  const [play, pause] = clock.isLive ? ['Follow', 'Pause'] : ['Play', 'Pause'];
  return (
    <button
      type="button"
      class="play"
      aria-label={clock.isPlaying ? pause : play}
      title="Space"
      onClick={() => {
        if (clock.isPlaying) clock.pause();
        else clock.play();
        session.touch();
      }}
    >
      <span aria-hidden="true">{clock.isPlaying ? '❚❚' : '▶'}</span>
    </button>
  );
}

function useLag(session: Session): number | undefined {
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return lagMs(session, nowMs);
}

function feedWords({ feed, clock }: Session): string {
  if (feed.kind === 'reconnecting') return '◌ connection lost, connecting again';
  if (feed.kind === 'failed') return `✕ ${feed.message}`;
  if (feed.kind === 'loading') return '◌ connecting';
  return clock.isPlaying ? '● live' : '❚❚ paused, data still come';
}
