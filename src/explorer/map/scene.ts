/**
 * What is drawn of the network at a moment: fills the buffers of the renderer, nothing else. A hop
 * is shown as a dot that leaves when the message was passed on and fades in after it arrived; what
 * a node says itself lights a ring around it.
 */
import type { NetworkModel } from '../model/network-model.ts';
import { isUpAt, type NodeEntry, silenceAt } from '../model/node-entry.ts';
import { roundUs } from '../model/overview.ts';
import { TRAFFIC_KINDS } from '../model/traffic.ts';
import type { Layout } from './layout.ts';
import type { Colour, Palette } from './palette.ts';
import { DOT_FLOATS, type Drawn, LINE_FLOATS, NODE_FLOATS } from './renderer.ts';

/** More dots than this on one screen are a fog. */
export const DOTS_MAX = 4_000;
const DOT_RADIUS_PX = 2.2;
/** Many links fade, so that what moves over them is seen. */
const FEW_LINKS = 100;
const FADE = 0.45;
const SHAPES: Readonly<Record<string, number>> = {
  validator: 0,
  provider: 1,
  requester: 2,
  observer: 3,
  relay: 3,
};

/** What one frame shows. */
export type Frame = {
  readonly at: number;
  /** How long a dot is on its way, µs of the trace. */
  readonly flightUs: number;
  /** Radius of a node in pixels. */
  readonly radiusPx: number;
  readonly palette: Palette;
  readonly selected: number | undefined;
  /** Nothing moves: hops are left out. */
  readonly isStill: boolean;
};

/** Owner of the buffers of a map. */
export class Scene {
  #nodes = new Float32Array(0);
  readonly #dots = new Float32Array(DOTS_MAX * DOT_FLOATS);
  #glow = new Float32Array(0);
  #silent = new Uint8Array(0);
  #silentAt = Number.NaN;

  /** Returns the ends of all links that are up. */
  linesOf(model: NetworkModel, layout: Layout, at: number): Float32Array {
    const ends: number[] = [];
    for (const { a, b, changes } of model.links.values()) {
      if (changes.findLast((change) => change.at <= at)?.isUp !== true) continue;
      ends.push(layout.x[a] ?? 0, layout.y[a] ?? 0, layout.x[b] ?? 0, layout.y[b] ?? 0);
    }
    return Float32Array.from(ends.slice(0, ends.length - (ends.length % (2 * LINE_FLOATS))));
  }

  /** Fills the buffers for one frame. */
  fill(model: NetworkModel, layout: Layout, frame: Frame): Drawn {
    const size = model.nodes.length;
    if (this.#glow.length !== size) {
      this.#glow = new Float32Array(size);
      this.#nodes = new Float32Array(size * NODE_FLOATS);
      this.#silent = new Uint8Array(size);
      this.#silentAt = Number.NaN;
    }
    const dotCount = frame.isStill ? 0 : this.#fillDots(model, layout, frame);
    const nodeCount = this.#fillNodes(model, layout, frame);
    const { ground } = frame.palette;
    const [red, green, blue, opacity] = frame.palette.line;
    const share = Math.min(1, (FEW_LINKS / Math.max(1, model.links.size)) ** FADE);
    const lineColour = [red, green, blue, opacity * share] as const;
    return { nodes: this.#nodes, nodeCount, dots: this.#dots, dotCount, lineColour, ground };
  }

  #fillDots(model: NetworkModel, layout: Layout, { at, flightUs, palette }: Frame): number {
    this.#glow.fill(0);
    let count = 0;
    const span = { from: at - flightUs, to: at, max: DOTS_MAX };
    model.traffic.visit(span, ({ at: hopAt, from, to, kind }) => {
      const share = (at - hopAt) / flightUs;
      if (from === to) {
        this.#glow[from] = Math.max(this.#glow[from] ?? 0, 1 - share);
        return;
      }
      if (count >= DOTS_MAX || !(from in layout.x) || !(to in layout.x)) return;
      const colour = palette.traffic[TRAFFIC_KINDS[kind] ?? 'other'];
      const eased = share * (2 - share);
      const x = mix(layout.x[from], layout.x[to], eased);
      const y = mix(layout.y[from], layout.y[to], eased);
      const radius = DOT_RADIUS_PX * (1 - 0.5 * share);
      this.#dots.set([x, y, radius, ...colour], count * DOT_FLOATS);
      count += 1;
    });
    return count;
  }

  #fillNodes(model: NetworkModel, layout: Layout, frame: Frame): number {
    this.#markSilent(model, frame.at);
    let count = 0;
    for (const node of model.nodes) {
      if (node === undefined || node.record.at > frame.at) continue;
      const { number } = node;
      const isUp = isUpAt(node, frame.at);
      const isSelected = number === frame.selected;
      const colour = isSelected
        ? frame.palette.selected
        : colourOf(node, { isUp, isSilent: this.#silent[number] === 1 }, frame.palette);
      const radius = frame.radiusPx * (isSelected ? 1.5 : 1);
      const glow = isUp ? (isSelected ? 1 : (this.#glow[number] ?? 0)) : -1;
      const place = [layout.x[number] ?? 0, layout.y[number] ?? 0];
      const shape = SHAPES[node.record.role] ?? 3;
      this.#nodes.set([...place, radius, ...colour, shape, glow], count * NODE_FLOATS);
      count += 1;
    }
    return count;
  }

  /** Silence is told by round: four times a round is often enough. */
  #markSilent(model: NetworkModel, at: number): void {
    const round = roundUs(model);
    const quarter = Math.floor((4 * at) / round);
    if (quarter === this.#silentAt) return;
    this.#silentAt = quarter;
    for (const node of model.nodes) {
      if (node === undefined) continue;
      this.#silent[node.number] = silenceAt(node, { at, roundUs: round }).isSilent ? 1 : 0;
    }
  }
}

function mix(from: number | undefined, to: number | undefined, share: number): number {
  return (from ?? 0) + ((to ?? 0) - (from ?? 0)) * share;
}

function colourOf(
  { record }: NodeEntry,
  state: { readonly isUp: boolean; readonly isSilent: boolean },
  palette: Palette,
): Colour {
  if (!state.isUp) return palette.down;
  const { behaviour = 'honest', role } = record;
  if (behaviour !== 'honest') return palette.dishonest;
  if (state.isSilent) return palette.silent;
  if (role === 'validator') return palette.validator;
  return role === 'provider' ? palette.provider : palette.other;
}
