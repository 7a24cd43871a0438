/** Small drawings: bars over time, and a bar with a mark for a quorum. */
import type { LevelStory } from '../model/story.ts';
import { grouped } from '../model/words.ts';

const BAR_WIDTH = 6;
const HEIGHT = 40;

/** Counts over time as bars. */
export function Bars({
  counts,
  label,
}: {
  readonly counts: readonly number[];
  readonly label: string;
}) {
  const most = Math.max(1, ...counts);
  return (
    <svg
      class="bars"
      viewBox={`0 0 ${counts.length * BAR_WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      {counts.map((count, index) => (
        <rect
          key={index}
          x={index * BAR_WIDTH}
          width={BAR_WIDTH - 1}
          y={HEIGHT - (HEIGHT * count) / most}
          height={(HEIGHT * count) / most}
        />
      ))}
    </svg>
  );
}

/** Weight by verdict out of all, with a mark where a quorum is. */
export function QuorumBar({ level }: { readonly level: LevelStory }) {
  const share = (weight: bigint) => Number((10_000n * weight) / (level.weight || 1n)) / 100;
  const ends: number[] = [];
  for (const { weight } of level.tally) ends.push((ends.at(-1) ?? 0) + share(weight));
  const words = level.tally
    .map(({ verdict, weight }) => `${verdict} ${grouped(weight)}`)
    .join(', ');
  return (
    <svg
      class="quorum"
      viewBox="0 0 100 10"
      preserveAspectRatio="none"
      role="img"
      aria-label={
        `${words || 'no votes yet'}; ` +
        `a quorum is ${grouped(level.quorum)} of ${grouped(level.weight)}`
      }
    >
      <rect class="track" x="0" y="2" width="100" height="6" />
      {level.tally.map(({ verdict, weight }, index) => (
        <rect
          key={verdict}
          class={`fill ${verdict}`}
          x={(ends[index] ?? 0) - share(weight)}
          y="2"
          width={share(weight)}
          height="6"
        />
      ))}
      <rect class="limit" x={share(level.quorum) - 0.3} y="0" width="0.6" height="10" />
    </svg>
  );
}
