/** Distances between outputs on a scale with the limits of their model. */
import type { Verdict } from '../../base/index.ts';
import type { Holder } from '../model/story.ts';
import { nodeName } from '../model/who.ts';
import { measured } from '../model/words.ts';
import { useNow } from './context.ts';

/** A model's limits on distances. */
export type Limits = { readonly tolerance: number; readonly rejection: number };

const WIDTH = 600;
/** Where zero, tolerance and rejection stand on the scale, 0..1. */
const ZERO = 0.03;
const AT_TOLERANCE = 0.36;
const AT_REJECTION = 0.6;
const END = 0.97;

/** Logarithmic on both sides, so that an honest drift and a substitution are both on it. */
function placeOf(distance: number, { tolerance, rejection }: Limits): number {
  if (distance <= 0) return ZERO;
  if (tolerance <= 0) return END;
  if (distance <= tolerance) {
    const decades = Math.log10(tolerance / distance);
    return Math.max(ZERO + 0.03, AT_TOLERANCE - 0.055 * decades);
  }
  if (distance <= rejection) {
    const share = Math.log(distance / tolerance) / Math.log(rejection / tolerance);
    return AT_TOLERANCE + share * (AT_REJECTION - AT_TOLERANCE);
  }
  return Math.min(END, AT_REJECTION + 0.06 * Math.log10(distance / rejection));
}

const LANE = 9;
const TOP = 24;

/** Distances that the holders of a level measured, on the scale of the model. */
export function ToleranceScale({
  holders,
  limits,
}: {
  readonly holders: readonly Holder[];
  readonly limits: Limits;
}) {
  const { model } = useNow();
  const nameOf = (node: number) => {
    const entry = model.nodes[node];
    return entry === undefined ? `node ${node}` : nodeName(model, entry);
  };
  const known = holders.flatMap((holder) =>
    holder.distance?.value === undefined ? [] : [{ ...holder, value: holder.distance.value }],
  );
  const incomparable = holders.filter(
    (each) => each.distance !== undefined && each.distance.value === undefined,
  );
  if (known.length === 0 && incomparable.length === 0) return null;
  const stacked = stack(known.map(({ value }) => placeOf(value, limits) * WIDTH));
  const lanes = 1 + Math.max(0, ...stacked);
  const height = TOP + LANE * lanes + 22;
  const far = known.filter(({ value }) => value > limits.rejection).length;
  const near = known.filter(({ value }) => value <= limits.tolerance).length;
  const label =
    `Distances: ${near} within the tolerance of ${measured(limits.tolerance)}, ` +
    `${known.length - near - far} between, ` +
    `${far} beyond the rejection of ${measured(limits.rejection)}`;
  return (
    <figure class="scale">
      <svg viewBox={`0 0 ${WIDTH} ${height}`} role="img" aria-label={label}>
        <Zones limits={limits} height={height} />
        {known.map((holder, index) => (
          <Dot
            key={holder.node}
            x={placeOf(holder.value, limits) * WIDTH}
            y={TOP + LANE * (stacked[index] ?? 0) + 2}
            verdict={holder.revealed?.verdict}
            title={`${nameOf(holder.node)}: ${holder.value}`}
          />
        ))}
      </svg>
      <figcaption>
        {label}
        {incomparable.length > 0
          ? `; for ${incomparable.length} nothing can be measured: other shapes or not finite`
          : ''}
        .
      </figcaption>
    </figure>
  );
}

/** The three parts of the scale and what they mean. */
function Zones({ limits, height }: { readonly limits: Limits; readonly height: number }) {
  const [tolerance, rejection] = [AT_TOLERANCE * WIDTH, AT_REJECTION * WIDTH];
  const inner = { y: TOP - 6, height: height - TOP - 12 };
  const parts = [
    { zone: 'valid', from: 0, to: tolerance, words: 'the same' },
    { zone: 'inconclusive', from: tolerance, to: rejection, words: 'too close to call' },
    { zone: 'invalid', from: rejection, to: WIDTH, words: 'something else' },
  ];
  const ticks = [
    { x: ZERO * WIDTH, text: '0' },
    { x: tolerance, text: measured(limits.tolerance) },
    { x: rejection, text: measured(limits.rejection) },
  ];
  return (
    <g>
      {parts.map(({ zone, from, to, words }) => (
        <g key={zone}>
          <rect class={`zone ${zone}`} x={from} width={to - from} {...inner} />
          <text x={(from + to) / 2} y="11" text-anchor="middle">
            {words}
          </text>
        </g>
      ))}
      {ticks.map(({ x, text }) => (
        <text key={x} x={x} y={height - 3} text-anchor="middle">
          {text}
        </text>
      ))}
    </g>
  );
}

function Dot({
  x,
  y,
  verdict,
  title,
}: {
  readonly x: number;
  readonly y: number;
  readonly verdict: Verdict | undefined;
  readonly title: string;
}) {
  return (
    <circle class={`dot ${verdict ?? 'quiet'}`} cx={x} cy={y} r="4">
      <title>{title}</title>
    </circle>
  );
}

/** Lanes such that dots do not cover each other; a dozen at most. */
function stack(places: readonly number[]): readonly number[] {
  const last: number[] = [];
  const order = places.map((place, index) => ({ place, index })).sort((a, b) => a.place - b.place);
  const lanes = new Array<number>(places.length).fill(0);
  for (const { place, index } of order) {
    let lane = last.findIndex((end) => place - end >= LANE);
    if (lane < 0) lane = Math.min(last.length, 11);
    last[lane] = place;
    lanes[index] = lane;
  }
  return lanes;
}
