/** Small words with a shape and a colour: verdicts, states, nodes, claims. Never colour alone. */
import type { ComponentChildren } from 'preact';
import type { Verdict } from '../../base/index.ts';
import type { Transition } from '../model/claim.ts';
import { nodeName, nodeTitle, nodeWord } from '../model/who.ts';
import { shortCid } from '../model/words.ts';
import { hrefOf, useNow } from './context.ts';

const VERDICT_SIGNS: Readonly<Record<Verdict, string>> = {
  valid: '✓',
  invalid: '✕',
  unavailable: '∅',
  inconclusive: '≈',
};

/** A verdict: sign, colour and word. */
export function VerdictMark({ verdict }: { readonly verdict: Verdict }) {
  return (
    <span class={`mark ${verdict}`}>
      <span aria-hidden="true">{VERDICT_SIGNS[verdict]}</span> {verdict}
    </span>
  );
}

const STATE_SIGNS = {
  drawn: '○',
  judged: '◔',
  provisional: '◑',
  challenged: '⚑',
  final: '●',
  unresolved: '?',
} as const;

/** Where a claim stands: its verdict if it has one, and how sure that is. */
export function StateMark({ state }: { readonly state: Transition | undefined }) {
  if (state === undefined) return <span class="mark quiet">not drawn yet</span>;
  const { verdict } = state;
  const isEnd = state.state === 'final' && verdict !== undefined;
  if (isEnd) return <VerdictMark verdict={verdict} />;
  return (
    <span class={`mark ${state.state === 'challenged' ? 'challenged' : 'quiet'}`}>
      <span aria-hidden="true">{STATE_SIGNS[state.state]}</span>{' '}
      {state.state === 'provisional' ? `${verdict}, provisional` : WORDS[state.state]}
      {state.state === 'judged' ? ` at level ${state.level}` : ''}
    </span>
  );
}

const WORDS = {
  drawn: 'drawn',
  judged: 'voting',
  provisional: 'provisional',
  challenged: 'challenged',
  final: 'final',
  unresolved: 'unresolved',
} as const;

const ROLE_SHAPES: Readonly<Record<string, string>> = {
  validator: '●',
  provider: '■',
  requester: '◆',
  observer: '▲',
  relay: '▲',
};

/** A node by its name, as a link to its page. */
export function NodeLink({
  node,
  long = false,
}: {
  readonly node: number;
  readonly long?: boolean;
}) {
  const now = useNow();
  const entry = now.model.nodes[node];
  if (entry === undefined) return <span class="quiet">node {node}</span>;
  const { role, id } = entry.record;
  const isOwn = id === now.session.source.node;
  return (
    <a class="node" href={hrefOf(now, ['validator', nodeWord(now.model, entry)])} title={id}>
      <span aria-hidden="true" class={`shape ${role}`}>
        {ROLE_SHAPES[role]}
      </span>
      {long ? nodeTitle(now.model, entry) : nodeName(now.model, entry)}
      {isOwn ? <span class="own">this node</span> : null}
    </a>
  );
}

/** The name of a claim, as a link to its story. */
export function ClaimLink({ batch, index }: { readonly batch: string; readonly index: number }) {
  const now = useNow();
  return (
    <a class="claim mono" href={hrefOf(now, ['claim', batch, index])} title={`${batch}/${index}`}>
      {shortCid(batch)}/{index}
    </a>
  );
}

/** A number with what it counts. */
export function Figure({
  label,
  children,
  note,
}: {
  readonly label: string;
  readonly children: ComponentChildren;
  readonly note?: ComponentChildren;
}) {
  return (
    <div class="figure">
      <dt>{label}</dt>
      <dd>
        {children}
        {note === undefined ? null : <small>{note}</small>}
      </dd>
    </div>
  );
}

/** A part of a page with a heading. */
export function Panel({
  title,
  children,
  aside,
  id,
}: {
  readonly title: string;
  readonly children: ComponentChildren;
  readonly aside?: ComponentChildren;
  readonly id?: string;
}) {
  return (
    <section class="panel" {...(id === undefined ? {} : { id })}>
      <header>
        <h2>{title}</h2>
        {aside}
      </header>
      {children}
    </section>
  );
}

/** The head of a table: names of columns, those of numbers to the right. */
export function Heads({
  names,
  numbers = [],
}: {
  readonly names: readonly string[];
  readonly numbers?: readonly string[];
}) {
  return (
    <thead>
      <tr>
        {names.map((name) => (
          <th key={name} scope="col" class={numbers.includes(name) ? 'number' : ''}>
            {name}
          </th>
        ))}
      </tr>
    </thead>
  );
}

/** A table that scrolls by itself where it is wider than the page. */
export function WideTable({
  label,
  children,
}: {
  readonly label: string;
  readonly children: ComponentChildren;
}) {
  return (
    <section class="wide-table" aria-label={label} tabIndex={0}>
      <table>{children}</table>
    </section>
  );
}
