/** What is this network, and is it well? */

import { stateAt } from '../model/claim.ts';
import type { Overview } from '../model/overview.ts';
import { counted, overviewAt, roundUs } from '../model/overview.ts';
import { numberParameter } from '../model/promises.ts';
import { ago, grouped, shortId, span } from '../model/words.ts';
import { Bars } from '../parts/charts.tsx';
import { hrefOf, useNow } from '../parts/context.ts';
import { ClaimLink, Figure, Panel, StateMark, VerdictMark } from '../parts/marks.tsx';

const NEWEST = 8;
const BINS = 60;

/** The first page. */
export function OverviewPage() {
  const { model, at } = useNow();
  const now = overviewAt(model, at);
  return (
    <>
      <Health now={now} />
      <div class="columns">
        <VerdictsPanel now={now} />
        <NetworkPanel now={now} />
        <RecentPanel />
        <PacePanel />
      </div>
    </>
  );
}

function Health({ now }: { readonly now: Overview }) {
  const place = useNow();
  const { model } = place;
  const worst = now.attention[0]?.weight;
  const words =
    model.start === undefined
      ? 'Nothing was told yet.'
      : worst === undefined
        ? 'All is well: nothing needs attention.'
        : `${counted(now.attention.length, 'thing')} to look at.`;
  return (
    <section class={`health ${worst ?? 'well'}`} aria-label="Health">
      <h1>{model.start?.title ?? 'Waiting for the network'}</h1>
      <p>{words}</p>
      {now.attention.length === 0 ? null : (
        <ul>
          {now.attention.map(({ text, weight, path, query }) => (
            <li key={text} class={weight}>
              <a href={hrefOf(place, path, query)}>
                <span class="sign" aria-hidden="true">
                  {{ alarm: '▲', warning: '◆', note: '●' }[weight]}
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

function VerdictsPanel({ now }: { readonly now: Overview }) {
  const { committed, drawn, open, decided } = now;
  return (
    <Panel title="Answers">
      <dl class="figures">
        <Figure label="committed">{grouped(committed)}</Figure>
        <Figure
          label="drawn"
          note={committed === 0 ? '' : `1 in ${(committed / Math.max(1, drawn)).toFixed(1)}`}
        >
          {grouped(drawn)}
        </Figure>
        <Figure label="under way">{grouped(open)}</Figure>
      </dl>
      <dl class="endings">
        {decided.map(({ ending, count }) => (
          <div key={ending}>
            <dt>
              {ending === 'unresolved' ? (
                <span class="mark quiet">? unresolved</span>
              ) : (
                <VerdictMark verdict={ending} />
              )}
            </dt>
            <dd>{grouped(count)}</dd>
          </div>
        ))}
      </dl>
      {decided.length === 0 ? <p class="quiet">No verdict is final yet.</p> : null}
    </Panel>
  );
}

function NetworkPanel({ now }: { readonly now: Overview }) {
  const { model } = useNow();
  const { start } = model;
  const { validators, others, round } = now;
  const roundMs = numberParameter(start?.parameters, 'roundMs');
  return (
    <Panel title="Network">
      <dl class="figures">
        <Figure label="round" note={round === undefined ? '' : ago(round.ageUs)}>
          {round === undefined ? '—' : grouped(round.number)}
        </Figure>
        <Figure
          label="validators"
          note={validators.all === validators.up ? 'all up' : `${validators.up} up`}
        >
          {grouped(validators.all)}
        </Figure>
        <Figure label="silent">{grouped(validators.silent)}</Figure>
      </dl>
      <p>
        {start?.source === 'simulation' ? 'A simulated run' : 'A network'} of{' '}
        {counted(validators.all, 'validator')}
        {[...others].map(([role, count]) => `, ${counted(count, role)}`).join('')}; it verifies{' '}
        {counted(start?.models.length ?? 0, 'model')}
        {roundMs === undefined ? '' : `, one round every ${span(1_000 * roundMs)}`}.
      </p>
      <p class="quiet">
        Id <span class="mono">{shortId(start?.network ?? '')}</span>, written by Assay{' '}
        {start?.software}
        {start?.run === undefined ? '' : `, seed ${start.run.seed}`}
        {start?.filter === undefined ? '' : '; the trace was filtered: it does not tell everything'}
      </p>
    </Panel>
  );
}

function PacePanel() {
  const { model, at } = useNow();
  const width = BINS * roundUs(model);
  const span60 = { from: Math.max(model.firstAt ?? 0, at - width), to: at, bins: BINS };
  const drawn = model.drawn.binned(span60);
  const messages = model.messages.binned(span60);
  const now = overviewAt(model, at);
  return (
    <Panel title="Pace" aside={<span class="quiet">last {span(span60.to - span60.from)}</span>}>
      <dl class="figures">
        <Figure label="drawn per second">{now.drawnPerSecond.toFixed(1)}</Figure>
        <Figure label="messages per second">{now.messagesPerSecond.toFixed(0)}</Figure>
      </dl>
      <Bars counts={drawn} label="Claims drawn over time" />
      <Bars counts={messages} label="Messages over time" />
      <p class="quiet">Above: claims drawn. Below: messages.</p>
    </Panel>
  );
}

function RecentPanel() {
  const place = useNow();
  const { model, at } = place;
  const recent = model.order
    .filter(({ firstAt }) => firstAt <= at)
    .slice(-NEWEST)
    .reverse();
  return (
    <Panel title="Newest claims" aside={<a href={hrefOf(place, ['claims'])}>all claims</a>}>
      {recent.length === 0 ? <p class="quiet">Nothing was drawn yet.</p> : null}
      <ul class="list">
        {recent.map((claim) => (
          <li key={claim.key}>
            <ClaimLink batch={claim.batch.id} index={claim.index} />
            <StateMark state={stateAt(claim, at)} />
            <span class="quiet">{ago(at - claim.firstAt)}</span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
