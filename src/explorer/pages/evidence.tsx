/** Who was convicted by which messages, what nodes found wrong, and faults of the scenario. */

import { counted } from '../model/overview.ts';
import { reasonWords } from '../model/words.ts';
import { useMoment, useNow } from '../parts/context.ts';
import { NodeLink, Panel } from '../parts/marks.tsx';

const SHOWN = 50;

/** The page of evidence. */
export function EvidencePage() {
  return (
    <>
      <h1>Evidence and faults</h1>
      <div class="columns">
        <Convictions />
        <Faults />
        <Scenario />
      </div>
    </>
  );
}

function Convictions() {
  const { model, at } = useNow();
  const moment = useMoment();
  const all = model.evidence.filter((each) => each.at <= at);
  const seen = new Map<string, (typeof all)[number]>();
  for (const each of all) {
    const key = `${each.evidence} ${each.guilty.join()}`;
    if (!seen.has(key)) seen.set(key, each);
  }
  return (
    <Panel title="Evidence">
      <p class="quiet">
        Two signed messages that exclude each other convict who signed them: anybody can check it.
      </p>
      {all.length === 0 ? <p>Nobody was convicted.</p> : null}
      <ul class="list">
        {[...seen.values()].slice(-SHOWN).map((each) => (
          <li key={`${each.at} ${each.by}`}>
            <span class="mono">{moment(each.at)}</span> two {each.evidence} by{' '}
            {each.guilty.map((node) => (
              <NodeLink key={node} node={node} />
            ))}
            , shown by <NodeLink node={each.by} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Faults() {
  const { model, at } = useNow();
  const moment = useMoment();
  const codes = new Map<string, { count: number; about: Set<number>; last: number }>();
  for (const { code, about, at: when } of model.faults) {
    if (when > at) continue;
    const known = codes.get(code) ?? { count: 0, about: new Set<number>(), last: 0 };
    for (const node of about) known.about.add(node);
    codes.set(code, { ...known, count: known.count + 1, last: when });
  }
  const rows = [...codes].sort(([, a], [, b]) => b.count - a.count);
  return (
    <Panel title="Faults that nodes reported" aside={<span class="quiet">the last 1,000</span>}>
      {rows.length === 0 ? <p>None.</p> : null}
      <ul class="list">
        {rows.map(([code, { count, about, last }]) => (
          <li key={code}>
            <strong>{reasonWords(code)}</strong> {counted(count, 'report')}, last at{' '}
            <span class="mono">{moment(last)}</span>
            <span class="nodes">
              {[...about].slice(0, 12).map((node) => (
                <NodeLink key={node} node={node} />
              ))}
              {about.size > 12 ? ` and ${about.size - 12} more` : ''}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Scenario() {
  const { model, at } = useNow();
  const moment = useMoment();
  const faults = model.scenario.filter((each) => each.at <= at);
  const changes = model.nodes.flatMap((node) =>
    (node?.changes ?? []).flatMap((each) =>
      each.at <= at ? [{ ...each, node: node?.number ?? 0 }] : [],
    ),
  );
  return (
    <Panel title="Down and up">
      {faults.length + changes.length === 0 ? <p>No node went down, no fault struck.</p> : null}
      <ul class="list">
        {faults.slice(-SHOWN).map((each) => (
          <li key={`${each.at} ${each.what} ${each.isOver}`}>
            <span class="mono">{moment(each.at)}</span> {each.what}{' '}
            {each.isOver ? 'ends' : 'begins'}
          </li>
        ))}
        {changes
          .sort((a, b) => a.at - b.at)
          .slice(-SHOWN)
          .map((each) => (
            <li key={`${each.at} ${each.node}`}>
              <span class="mono">{moment(each.at)}</span> <NodeLink node={each.node} />{' '}
              {each.isUp ? 'came back' : 'went down'}
            </li>
          ))}
      </ul>
    </Panel>
  );
}
