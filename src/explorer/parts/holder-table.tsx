/** The holders of a level: who has which weight, who committed, measured, and said what. */
import { useState } from 'preact/hooks';
import type { Holder, LevelStory } from '../model/story.ts';
import { grouped, measured, span } from '../model/words.ts';
import { Heads, NodeLink, VerdictMark, WideTable } from './marks.tsx';

const SHOWN = 16;

/** Holders of one level; a long list is cut until it is asked for. */
export function HolderTable({ level }: { readonly level: LevelStory }) {
  const [isAll, setAll] = useState(false);
  const { holders, at, unit } = level;
  const shown = isAll ? holders : holders.slice(0, SHOWN);
  return (
    <>
      <WideTable label={`Holders of level ${level.level}`}>
        <Heads
          names={['holder', 'said', unit, 'executed', 'committed', 'distance']}
          numbers={[unit, 'executed', 'committed', 'distance']}
        />
        <tbody>
          {shown.map((holder) => (
            <tr key={holder.node}>
              <th scope="row">
                <NodeLink node={holder.node} />
              </th>
              <td>{saidOf(holder)}</td>
              <td class="number">{grouped(holder.weight)}</td>
              <td class="number">{workText(holder)}</td>
              <td class="number">{afterText(holder.committedAt, at)}</td>
              <td class="number mono">{distanceText(holder)}</td>
            </tr>
          ))}
        </tbody>
      </WideTable>
      {holders.length > SHOWN ? (
        <button type="button" onClick={() => setAll(!isAll)}>
          {isAll ? 'Show fewer' : `Show all ${holders.length} holders`}
        </button>
      ) : null}
    </>
  );
}

function afterText(at: number | undefined, from: number): string {
  return at === undefined ? '—' : `+${span(Math.max(0, at - from))}`;
}

function workText({ work }: Holder): string {
  if (work === undefined) return '—';
  if (work.to === undefined) return 'running';
  return work.failure ?? span(work.to - work.from);
}

function distanceText({ distance }: Holder): string {
  if (distance === undefined) return '—';
  if (distance.value === undefined) return 'none';
  return measured(distance.value);
}

function saidOf({ revealed, abstained, committedAt }: Holder) {
  if (revealed !== undefined) return <VerdictMark verdict={revealed.verdict} />;
  if (abstained !== undefined) return <span class="quiet">abstained: {abstained.reason}</span>;
  return <span class="quiet">{committedAt === undefined ? 'silent' : 'not revealed'}</span>;
}
