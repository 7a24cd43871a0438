/** One node: stake, votes, silence, faults, earnings, and what it votes on. */
import { useMemo } from 'preact/hooks';
import { stateAt } from '../model/claim.ts';
import { blamersAt, isUpAt, moneyAt, type NodeEntry, silenceAt } from '../model/node-entry.ts';
import { counted, roundUs } from '../model/overview.ts';
import { type Holder, storyAt } from '../model/story.ts';
import { nodeNamed, nodeTitle } from '../model/who.ts';
import { ago, grouped, reasonWords, shortCid, signed } from '../model/words.ts';
import { hrefOf, type Now, useMoment, useNow } from '../parts/context.ts';
import {
  ClaimLink,
  Figure,
  Heads,
  NodeLink,
  Panel,
  StateMark,
  VerdictMark,
  WideTable,
} from '../parts/marks.tsx';

const CLAIMS_SHOWN = 30;

/** The page of one node. @param name its number or its id */
export function ValidatorPage({ name }: { readonly name: string }) {
  const now = useNow();
  const node = nodeNamed(now.model, name);
  if (node === undefined) return <Unknown name={name} />;
  return (
    <>
      <Heading node={node} />
      <div class="columns">
        <WorkPanel node={node} />
        <MoneyPanel node={node} />
        {node.record.role === 'provider' ? (
          <BatchesPanel node={node} />
        ) : (
          <VotesPanel node={node} />
        )}
        <TroublePanel node={node} />
      </div>
    </>
  );
}

function Unknown({ name }: { readonly name: string }) {
  const now = useNow();
  const isEmpty = now.model.start === undefined;
  return (
    <>
      <h1>Unknown node</h1>
      <p class="notice">
        {isEmpty ? 'Waiting for data.' : `No node is called ${name} here.`}{' '}
        <a href={hrefOf(now, ['validators'])}>All nodes</a>
      </p>
    </>
  );
}

function Heading({ node }: { readonly node: NodeEntry }) {
  const { model, at, session } = useNow();
  const { id, behaviour, region, stake, models = [] } = node.record;
  const names = new Map(model.start?.models.map((each) => [each.id, each.name]));
  const heard = node.said.lastAt(at);
  const silence = silenceAt(node, { at, roundUs: roundUs(model) });
  const state = !isUpAt(node, at)
    ? 'It is down.'
    : silence.isSilent
      ? `It is silent: it missed ${silence.missed} of the last ${silence.levels} levels.`
      : heard === undefined
        ? 'It was never heard.'
        : `Last heard ${ago(at - heard)}.`;
  return (
    <header class="heading">
      <h1>
        {nodeTitle(model, node)}
        {id === session.source.node ? <span class="own">this node serves the page</span> : null}
      </h1>
      <p class="mono break">{id}</p>
      <p>
        {state}
        {stake === undefined ? '' : ` Stake ${grouped(BigInt(stake))}.`}
        {region === undefined ? '' : ` Region ${region}.`}
        {behaviour === undefined ? '' : ` Behaviour: ${behaviour}.`}
      </p>
      {models.length === 0 ? null : (
        <p class="quiet">
          Holds {models.map((each) => names.get(each) ?? shortCid(each)).join(', ')}.
        </p>
      )}
    </header>
  );
}

function WorkPanel({ node }: { readonly node: NodeEntry }) {
  const { at } = useNow();
  const [drawn, committed] = [node.drawn.countAt(at), node.committed.countAt(at)];
  return (
    <Panel title="Work">
      <dl class="figures">
        <Figure label="levels drawn">{grouped(drawn)}</Figure>
        <Figure
          label="committed"
          note={
            drawn < committed || drawn === 0 ? '' : `${Math.round((100 * committed) / drawn)} %`
          }
        >
          {grouped(committed)}
        </Figure>
        <Figure label="revealed">{grouped(node.revealed.countAt(at))}</Figure>
        <Figure label="abstained">{grouped(node.abstained.countAt(at))}</Figure>
        <Figure label="executions">{grouped(node.executed.countAt(at))}</Figure>
        <Figure label="acknowledged">{grouped(node.acked.countAt(at))}</Figure>
        <Figure label="messages said">{grouped(node.said.countAt(at))}</Figure>
        <Figure label="heard" note={`${node.refused.countAt(at)} refused`}>
          {grouped(node.heard.countAt(at))}
        </Figure>
      </dl>
    </Panel>
  );
}

function MoneyPanel({ node }: { readonly node: NodeEntry }) {
  const { at, model } = useNow();
  const { gained, lost } = moneyAt(node, at);
  const reasons = new Map<string, { count: number; amount: bigint }>();
  for (const movement of node.movements) {
    if (movement.at > at) continue;
    const known = reasons.get(movement.reason) ?? { count: 0, amount: 0n };
    const amount = known.amount + BigInt(movement.amount);
    reasons.set(movement.reason, { count: known.count + 1, amount });
  }
  const isAdvisory = model.start?.source === 'network';
  return (
    <Panel title="Money" aside={isAdvisory ? <span class="quiet">advisory</span> : null}>
      <dl class="figures">
        <Figure label="earned">{signed(gained)}</Figure>
        <Figure label="lost">{signed(-lost)}</Figure>
        <Figure label="balance">{signed(gained - lost)}</Figure>
      </dl>
      <ul class="list">
        {[...reasons].map(([reason, { count, amount }]) => (
          <li key={reason}>
            <span class="amount">{signed(amount)}</span> {reasonWords(reason)},{' '}
            {counted(count, 'time')}
          </li>
        ))}
      </ul>
      {reasons.size === 0 ? <p class="quiet">No money moved yet.</p> : null}
    </Panel>
  );
}

function VotesPanel({ node }: { readonly node: NodeEntry }) {
  const now = useNow();
  const votes = useMemo(() => votesOf(node, now), [node, now.at, now.model.version]);
  return (
    <Panel title="Claims in which it holds seats" aside={<span class="quiet">newest first</span>}>
      {votes.length === 0 ? <p class="quiet">None so far.</p> : null}
      <WideTable label="Votes">
        <Heads names={['claim', 'level', 'it said', 'outcome']} />
        <tbody>
          {votes.map(({ claim, level, holder }) => (
            <tr key={`${claim.key} ${level}`}>
              <td>
                <ClaimLink batch={claim.batch.id} index={claim.index} />
              </td>
              <td>{level}</td>
              <td>{saidOf(holder)}</td>
              <td>
                <StateMark state={stateAt(claim, now.at)} />
              </td>
            </tr>
          ))}
        </tbody>
      </WideTable>
    </Panel>
  );
}

function saidOf(holder: Holder) {
  if (holder.revealed !== undefined) return <VerdictMark verdict={holder.revealed.verdict} />;
  if (holder.abstained !== undefined) return <span class="quiet">abstained</span>;
  return <span class="quiet">{holder.committedAt === undefined ? 'nothing' : 'committed'}</span>;
}

function votesOf(node: NodeEntry, { model, at }: Now) {
  const keys = node.seats.filter((key) => (model.claims.get(key)?.firstAt ?? Infinity) <= at);
  return keys
    .slice(-CLAIMS_SHOWN)
    .reverse()
    .flatMap((key) => {
      const claim = model.claims.get(key);
      if (claim === undefined) return [];
      return storyAt(claim, at).levels.flatMap(({ level, holders }) => {
        const holder = holders.find((each) => each.node === node.number);
        return holder === undefined ? [] : [{ claim, level, holder }];
      });
    });
}

function BatchesPanel({ node }: { readonly node: NodeEntry }) {
  const now = useNow();
  const batches = node.batches
    .flatMap((id) => now.model.batches.get(id) ?? [])
    .filter(({ header }) => header !== undefined && header.at <= now.at)
    .slice(-CLAIMS_SHOWN)
    .reverse();
  return (
    <Panel
      title="Batches"
      aside={<a href={hrefOf(now, ['claims'], { provider: String(node.number) })}>its claims</a>}
    >
      {batches.length === 0 ? <p class="quiet">None so far.</p> : null}
      <ul class="list">
        {batches.map(({ id, header }) => (
          <li key={id}>
            <span class="mono" title={id}>
              {shortCid(id)}
            </span>{' '}
            round {header?.round}, class {header?.assuranceClass},{' '}
            {counted(header?.count ?? 0, 'answer')}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function TroublePanel({ node }: { readonly node: NodeEntry }) {
  const { model, at } = useNow();
  const moment = useMoment();
  const faults = node.blamed.filter((each) => each.at <= at);
  const evidence = model.evidence.filter(
    (each) => each.at <= at && each.guilty.includes(node.number),
  );
  const codes = new Map<string, number>();
  for (const { code } of faults) codes.set(code, (codes.get(code) ?? 0) + 1);
  const blamers = blamersAt(node, at);
  return (
    <Panel
      title="Faults and evidence"
      aside={blamers === 0 ? null : <span class="quiet">blamed by {counted(blamers, 'node')}</span>}
    >
      {faults.length + evidence.length === 0 ? (
        <p class="quiet">Nobody found fault with it.</p>
      ) : null}
      <ul class="list">
        {evidence.map((each) => (
          <li key={`${each.at} ${each.by}`} class="alarm">
            {moment(each.at)} convicted by two {each.evidence}, shown by <NodeLink node={each.by} />
          </li>
        ))}
        {[...codes].map(([code, count]) => (
          <li key={code}>
            {reasonWords(code)}: {counted(count, 'report')}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
