/** The map of the network: who is there, who speaks, what moves; and the same as a sentence. */
import { useState } from 'preact/hooks';
import { isUpAt } from '../model/node-entry.ts';
import { counted, overviewAt } from '../model/overview.ts';
import { ago, grouped } from '../model/words.ts';
import { hrefOf, useNow } from '../parts/context.ts';
import { NodeLink } from '../parts/marks.tsx';
import { MapCanvas } from './map-canvas.tsx';

/** The page of the map. */
export function MapPage() {
  const now = useNow();
  const { model, at } = now;
  const [selected, setSelected] = useState<number | undefined>(undefined);
  const { validators, others, messagesPerSecond } = overviewAt(model, at);
  const isSimulated = model.start?.source === 'simulation';
  return (
    <div class="map-page">
      <h1 class="hidden">Map of the network</h1>
      <MapCanvas selected={selected} onSelect={setSelected} />
      <aside class="map-side">
        <p>
          {counted(validators.all, 'validator')}
          {isSimulated ? `, ${grouped(validators.up)} up` : ''}
          {validators.silent > 0 ? `, ${grouped(validators.silent)} silent` : ''}
          {[...others].map(([role, count]) => `; ${counted(count, role)}`).join('')}.{' '}
          {counted(Math.round(messagesPerSecond), 'message')} per second.
        </p>
        <Legend isSimulated={isSimulated} />
        {selected === undefined ? (
          <p class="quiet">
            Choose a node on the map, or in the{' '}
            <a href={hrefOf(now, ['validators'])}>table of nodes</a>.
          </p>
        ) : (
          <Selected number={selected} />
        )}
      </aside>
    </div>
  );
}

function Selected({ number }: { readonly number: number }) {
  const { model, at } = useNow();
  const node = model.nodes[number];
  if (node === undefined) return null;
  const heard = node.said.lastAt(at);
  return (
    <section class="selected" aria-live="polite">
      <h2>
        <NodeLink node={number} long />
      </h2>
      <p>
        {isUpAt(node, at) ? '' : 'Down. '}
        {heard === undefined ? 'Never heard' : `Last heard ${ago(at - heard)}`}
        {node.record.behaviour === undefined ? '' : `, ${node.record.behaviour}`}
        {node.record.region === undefined ? '' : `, ${node.record.region}`}.
      </p>
      <p class="quiet">
        {grouped(node.revealed.countAt(at))} votes at {grouped(node.drawn.countAt(at))} levels,{' '}
        {grouped(node.said.countAt(at))} messages said, {grouped(node.heard.countAt(at))} heard
      </p>
    </section>
  );
}

const MOVING = [
  ['batch', 'batches and outputs'],
  ['vote', 'seals, commits and votes'],
  ['verdict', 'certificates'],
  ['beacon', 'beacons'],
  ['evidence', 'evidence'],
  ['other', 'questions and answers'],
] as const;

function Legend({ isSimulated }: { readonly isSimulated: boolean }) {
  return (
    <details class="legend" open>
      <summary>What is what</summary>
      <ul>
        <li>
          <span class="key validator" aria-hidden="true">
            ●
          </span>{' '}
          validator
        </li>
        <li>
          <span class="key provider" aria-hidden="true">
            ■
          </span>{' '}
          provider
        </li>
        <li>
          <span class="key other" aria-hidden="true">
            ◆▲
          </span>{' '}
          requester, relay, observer
        </li>
        {isSimulated ? (
          <li>
            <span class="key dishonest" aria-hidden="true">
              ●
            </span>{' '}
            does not behave honestly
          </li>
        ) : null}
        <li>
          <span class="key silent" aria-hidden="true">
            ●
          </span>{' '}
          silent when drawn
        </li>
        <li>
          <span class="key down" aria-hidden="true">
            ○
          </span>{' '}
          down
        </li>
      </ul>
      <ul>
        {MOVING.map(([kind, words]) => (
          <li key={kind}>
            <span class={`key moving ${kind}`} aria-hidden="true">
              •
            </span>{' '}
            {words}
          </li>
        ))}
        <li class="quiet">a ring: the node said something itself</li>
      </ul>
    </details>
  );
}
