/** The node that serves the page: how it is, whether it votes, and what its operator must do. */
import { useEffect, useState } from 'preact/hooks';
import { askStatus } from '../feed/node-answers.ts';
import { silenceAt } from '../model/node-entry.ts';
import { counted, roundUs } from '../model/overview.ts';
import { type OwnStatus, ownWords } from '../model/own-node.ts';
import { nodeNamed } from '../model/who.ts';
import { ago, grouped, span } from '../model/words.ts';
import { useNow } from '../parts/context.ts';
import { Figure, NodeLink } from '../parts/marks.tsx';

const ASK_MS = 4_000;
const US_PER_MS = 1_000;
const SIGNS = { well: '✓', note: '●', warning: '◆', alarm: '▲' } as const;

/** A panel of a live page; of an observer one line, because it does not vote. */
export function OwnNode() {
  const status = useStatus();
  const { model } = useNow();
  if (status === undefined) return null;
  const words = ownWords(status);
  const node = nodeNamed(model, status.id);
  const isMember = status.role === 'validator' || status.role === 'provider';
  if (!isMember && words.weight === 'well') {
    return (
      <p class="quiet observer">
        This page is served by an observer, which takes no part: {words.title},{' '}
        {counted(status.peers, 'peer')}. To see your own node here, start it with{' '}
        <code>--explorer</code>.
      </p>
    );
  }
  return (
    <section class={`own-node ${words.weight}`} aria-label="This node">
      <div>
        <h2>{node === undefined ? status.role : <NodeLink node={node.number} long />}</h2>
        <p class="own-state">
          <span class="sign" aria-hidden="true">
            {SIGNS[words.weight]}
          </span>{' '}
          {words.title}
        </p>
        {status.reason === '' ? null : <p>{status.reason}</p>}
        <p>{words.remedy === '' ? 'Nothing to do.' : <strong>{words.remedy}</strong>}</p>
      </div>
      <Figures status={status} />
    </section>
  );
}

function Figures({ status }: { readonly status: OwnStatus }) {
  const { round, roundsBehind, peers, claimsMesh, counters, uptimeMs, openSubjects } = status;
  return (
    <dl class="figures">
      <Voting status={status} />
      <Figure label="votes since it started" note={`${counters['executions'] ?? 0} executions`}>
        {grouped(counters['revealed'] ?? 0)}
      </Figure>
      <Figure label="claims not settled yet">{grouped(openSubjects)}</Figure>
      <Figure
        label="round"
        note={roundsBehind === 0 ? 'up to date' : `${counted(roundsBehind, 'round')} behind`}
      >
        {grouped(round)}
      </Figure>
      <Figure label="peers" note={`${claimsMesh} in its mesh`}>
        {grouped(peers)}
      </Figure>
      <Figure label="up for">{span(uptimeMs * US_PER_MS)}</Figure>
    </dl>
  );
}

/** Whether it spoke where it was drawn, in the last rounds. */
function Voting({ status: { id, role } }: { readonly status: OwnStatus }) {
  const { model, at } = useNow();
  const node = nodeNamed(model, id);
  if (node === undefined || role !== 'validator') return null;
  const { levels, missed } = silenceAt(node, { at, roundUs: roundUs(model) });
  const last = node.committed.lastAt(at);
  const note = last === undefined ? 'no vote seen yet' : `last vote ${ago(at - last)}`;
  return (
    <Figure label="voted, of the levels it was drawn for lately" note={note}>
      {levels === 0 ? '—' : `${levels - missed} of ${levels}`}
    </Figure>
  );
}

/** Asks the node again and again while the page is open. */
function useStatus(): OwnStatus | undefined {
  const { session } = useNow();
  const [status, setStatus] = useState<OwnStatus | undefined>(undefined);
  const isLive = session.source.kind === 'live';
  useEffect(() => {
    if (!isLive) return undefined;
    const ask = () => askStatus().then(setStatus, () => setStatus(undefined));
    void ask();
    const timer = setInterval(ask, ASK_MS);
    return () => clearInterval(timer);
  }, [isLive]);
  return status;
}
