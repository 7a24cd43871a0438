/** What is this network, and is it well? For its operators: how is my node, and what must I do? */
import { MapCanvas } from '../map/map-canvas.tsx';
import type { Overview } from '../model/overview.ts';
import { counted, overviewAt, roundUs } from '../model/overview.ts';
import { numberParameter } from '../model/promises.ts';
import { ago, grouped, shortId, span } from '../model/words.ts';
import { Bars } from '../parts/charts.tsx';
import { hrefOf, useNow } from '../parts/context.ts';
import { Figure, Panel, VerdictMark } from '../parts/marks.tsx';
import { Health } from './health.tsx';
import { EventsPanel, RecentPanel } from './latest.tsx';
import { OwnNode } from './own-node.tsx';

const BINS = 60;

/** The first page. */
export function OverviewPage() {
  const { model, at } = useNow();
  const now = overviewAt(model, at);
  return (
    <div class="overview">
      <Health now={now} />
      <OwnNode />
      <div class="overview-grid">
        <div>
          <VerdictsPanel now={now} />
          <NetworkPanel now={now} />
          <PacePanel now={now} />
        </div>
        <div>
          <RecentPanel />
        </div>
        <div>
          <SmallMap />
          <EventsPanel />
        </div>
      </div>
    </div>
  );
}

/** The map beside the rest, where there is room for it. */
function SmallMap() {
  const place = useNow();
  if (!matchMedia('(min-width: 1100px)').matches) return null;
  return (
    <Panel title="Map" aside={<a href={hrefOf(place, ['map'])}>larger, with its legend</a>}>
      <div class="small-map">
        <MapCanvas
          selected={undefined}
          onSelect={(node) => {
            if (node !== undefined) location.hash = hrefOf(place, ['validator', node]);
          }}
        />
      </div>
    </Panel>
  );
}

function VerdictsPanel({ now }: { readonly now: Overview }) {
  const { committed, drawn, open, decided } = now;
  return (
    <Panel title="Answers">
      <dl class="figures answers">
        <Figure label="committed">{grouped(committed)}</Figure>
        <Figure
          label="drawn to be checked"
          note={
            drawn > committed || drawn === 0 ? '' : `${Math.round((100 * drawn) / committed)} %`
          }
        >
          {grouped(drawn)}
        </Figure>
        <Figure label="being judged">{grouped(open)}</Figure>
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
          note={
            start?.source === 'network'
              ? ''
              : validators.all === validators.up
                ? 'all up'
                : `${validators.up} up`
          }
        >
          {grouped(validators.all)}
        </Figure>
        <Figure label="silent when drawn">{grouped(validators.silent)}</Figure>
      </dl>
      <p>
        {start?.source === 'simulation' ? 'A simulated run' : 'A network'} of{' '}
        {counted(validators.all, 'validator')}
        {[...others].map(([role, count]) => `, ${counted(count, role)}`).join('')}; it verifies{' '}
        {counted(start?.models.length ?? 0, 'model')}
        {roundMs === undefined ? '' : `, one round every ${span(1_000 * roundMs)}`}.
      </p>
      <p class="quiet">
        Id{' '}
        <span class="mono" title={start?.network}>
          {shortId(start?.network ?? '')}
        </span>
        {start === undefined ? '' : `, told by Assay ${start.software.replace('assay/', '')}`}
        {start?.run === undefined ? '' : `, seed ${start.run.seed}`}
        {start?.filter === undefined ? '' : '; the trace was filtered: it does not tell everything'}
      </p>
    </Panel>
  );
}

function PacePanel({ now }: { readonly now: Overview }) {
  const { model, at } = useNow();
  const width = BINS * roundUs(model);
  const span60 = { from: Math.max(model.firstAt ?? 0, at - width), to: at, bins: BINS };
  const drawn = model.drawn.binned(span60);
  const messages = model.messages.binned(span60);
  return (
    <Panel title="Pace" aside={<span class="quiet">last {span(span60.to - span60.from)}</span>}>
      <dl class="figures">
        <Figure label="drawn per second">{now.drawnPerSecond.toFixed(1)}</Figure>
        <Figure label="messages per second">{now.messagesPerSecond.toFixed(0)}</Figure>
      </dl>
      <h3 class="quiet">claims drawn</h3>
      <Bars counts={drawn} label="Claims drawn over time" />
      <h3 class="quiet">messages</h3>
      <Bars counts={messages} label="Messages over time" />
    </Panel>
  );
}
