/** What is new: claims with who voted how, and what a person would want to be told. */
import { stateAt } from '../model/claim.ts';
import { eventsAt, type NetworkEvent, votesAt } from '../model/events.ts';
import { ago } from '../model/words.ts';
import { hrefOf, useMoment, useNow } from '../parts/context.ts';
import { ClaimLink, NodeLink, Panel, StateMark, VerdictMark } from '../parts/marks.tsx';

const NEWEST = 12;
const EVENTS = 10;
const GUILTY_SHOWN = 4;

/** The newest claims. */
export function RecentPanel() {
  const place = useNow();
  const { model, at } = place;
  const recent = model.order
    .filter(({ firstAt }) => firstAt <= at)
    .slice(-NEWEST)
    .reverse();
  return (
    <Panel title="Newest claims" aside={<a href={hrefOf(place, ['claims'])}>all claims</a>}>
      {recent.length === 0 ? (
        <p class="quiet">
          Nothing was drawn yet. Ask a provider for an answer: <code>assay infer</code>.
        </p>
      ) : null}
      <ul class="list newest">
        {recent.map((claim) => (
          <li key={claim.key}>
            <ClaimLink batch={claim.batch.id} index={claim.index} />
            <StateMark state={stateAt(claim, at)} />
            <span class="quiet number">{ago(at - claim.firstAt)}</span>
            <small class="quiet votes">
              <VotesWords votes={votesAt(claim, at)} />
            </small>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function VotesWords({ votes }: { readonly votes: ReturnType<typeof votesAt> }) {
  if (votes === undefined) return <>no votes known</>;
  const { counts, holders, level } = votes;
  const said = counts.reduce((sum, { count }) => sum + count, 0);
  return (
    <>
      {counts.map(({ verdict, count }) => (
        <span key={verdict}>
          {count} <VerdictMark verdict={verdict} />,{' '}
        </span>
      ))}
      {said} of {holders} voted{level === 0 ? '' : ` at level ${level}`}
    </>
  );
}

/** The latest events. */
export function EventsPanel() {
  const { model, at } = useNow();
  const moment = useMoment();
  const events = eventsAt(model, at, EVENTS);
  return (
    <Panel title="What happened" aside={<span class="quiet">newest first</span>}>
      {events.length === 0 ? (
        <p class="quiet">Nothing out of the ordinary: no dispute, no loss, nobody went away.</p>
      ) : null}
      <ul class="list events">
        {events.map((event) => (
          <li key={keyOf(event)}>
            <span class="mono quiet">{moment(event.at, 0)}</span>
            <span>
              <EventWords event={event} />
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function keyOf(event: NetworkEvent): string {
  if (event.kind === 'node') return `${event.at} ${event.nodes} ${event.words}`;
  return `${event.at} ${event.claim.key} ${event.transition.state}`;
}

function EventWords({ event }: { readonly event: NetworkEvent }) {
  if (event.kind === 'claim') {
    const { claim, transition } = event;
    return (
      <>
        <ClaimLink batch={claim.batch.id} index={claim.index} /> <StateMark state={transition} />
      </>
    );
  }
  const { nodes, words, weight } = event;
  return (
    <>
      {nodes.slice(0, GUILTY_SHOWN).map((node) => (
        <NodeLink key={node} node={node} />
      ))}
      {nodes.length > GUILTY_SHOWN ? `and ${nodes.length - GUILTY_SHOWN} more ` : ''}
      <span class={weight}>{words}</span>
    </>
  );
}
