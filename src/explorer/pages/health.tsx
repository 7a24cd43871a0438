/** Whether the network lives, and what needs attention: the first thing on the first page. */
import { useEffect, useState } from 'preact/hooks';
import { lagMs } from '../feed/live.ts';
import type { Overview } from '../model/overview.ts';
import { counted, roundUs } from '../model/overview.ts';
import { grouped, span } from '../model/words.ts';
import { hrefOf, useMoment, useNow } from '../parts/context.ts';

const US_PER_MS = 1_000;
/** Rounds without a word from the node after which something is wrong. */
const QUIET_ROUNDS = 4;
const SIGNS = { alarm: '▲', warning: '◆', note: '●' } as const;

/** The banner of the first page. */
export function Health({ now }: { readonly now: Overview }) {
  const place = useNow();
  const { model } = place;
  const broken = useBroken();
  const worst = broken === undefined ? now.attention[0]?.weight : 'alarm';
  return (
    <section class={`health ${worst ?? 'well'}`} aria-label="Health">
      <h1>
        {model.start?.title ?? 'Waiting for the network'}
        <small> {model.start === undefined ? '' : titleOf(worst)}</small>
      </h1>
      <p>{broken ?? aliveWords(now, model.start?.source === 'network')}</p>
      {now.attention.length === 0 ? null : (
        <ul>
          {now.attention.map(({ text, weight, path, query }) => (
            <li key={text} class={weight}>
              <a href={hrefOf(place, path, query)}>
                <span class="sign" aria-hidden="true">
                  {SIGNS[weight]}
                </span>
                {text}
              </a>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function titleOf(worst: 'alarm' | 'warning' | 'note' | undefined): string {
  if (worst === 'alarm') return '▲ needs attention now';
  if (worst === 'warning') return '◆ needs a look';
  return '✓ well';
}

function aliveWords({ round, validators, open }: Overview, isLive: boolean): string {
  if (round === undefined) return 'No round was heard of yet.';
  const speaking = validators.up - validators.silent;
  return (
    `${isLive ? 'Alive: round' : 'Round'} ${grouped(round.number)}; ` +
    `${grouped(speaking)} of ${counted(validators.all, 'validator')} take part; ` +
    `${open === 0 ? 'nothing waits for a verdict' : `${counted(open, 'claim')} being judged`}.`
  );
}

/** Why what is shown is not how things are; live pages only, and only while they follow. */
function useBroken(): string | undefined {
  const { session, model, at } = useNow();
  const moment = useMoment();
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  const { clock, feed } = session;
  if (!clock.isLive || model.start === undefined) return undefined;
  if (feed.kind === 'reconnecting' || feed.kind === 'failed') {
    return `The node does not answer. What you see is how it was at ${moment(at, 0)}.`;
  }
  const lagUs = (lagMs(session, nowMs) ?? 0) * US_PER_MS;
  if (!clock.isPlaying || lagUs <= QUIET_ROUNDS * roundUs(model)) return undefined;
  return (
    `Nothing was heard for ${span(lagUs)}: the beacon has stopped, or the node that serves ` +
    'this page hears nobody. Nothing is drawn or judged until a beacon comes.'
  );
}
