/** The canvas of the map: frames, hover, selection, moving and scaling by pointer and keys. */
import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Session } from '../feed/session.ts';
import { nodeNamed, nodeTitle } from '../model/who.ts';
import { useNow } from '../parts/context.ts';
import { type Layout, layoutOf } from './layout.ts';
import { DARK, LIGHT } from './palette.ts';
import { Renderer, type View } from './renderer.ts';
import { Scene } from './scene.ts';

/** Wall time that a dot is on its way. */
const FLIGHT_MS = 450;
const RADIUS_PX_MIN = 2.5;
const RADIUS_PX_MAX = 14;
const SCALE_STEP = 1.25;
const PAN_SHARE = 0.1;
const US_PER_MS = 1_000;

type Props = {
  readonly selected: number | undefined;
  readonly onSelect: (node: number | undefined) => void;
};

/** What the frames of a map need; changed in place, because frames do not wait for the page. */
type Stage = {
  readonly session: Session;
  readonly canvas: HTMLCanvasElement;
  readonly renderer: Renderer;
  readonly scene: Scene;
  layout: Layout;
  /** What the layout was made for. */
  laidOut: string;
  linkVersion: string;
  zoom: number;
  x: number;
  y: number;
  selected: number | undefined;
  lastAt: number;
  liveAt: number;
  liveMs: number;
};

/** The map. */
export function MapCanvas({ selected, onSelect }: Props) {
  const { session, model } = useNow();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const [hovered, setHovered] = useState<number | undefined>(undefined);
  const stage = useStage(canvas, session, setProblem);
  if (stage.current !== undefined) stage.current.selected = selected ?? hovered;
  const pick = (event: MouseEvent) => {
    return stage.current === undefined ? undefined : nodeAt(stage.current, event);
  };
  const drag = useDrag(stage);
  const entry = hovered === undefined ? undefined : model.nodes[hovered];
  if (problem !== undefined)
    return <p class="notice">{problem}. The table of nodes shows the same.</p>;
  return (
    <div class="map">
      <canvas
        ref={canvas}
        tabIndex={0}
        role="img"
        aria-label={
          `Map of ${model.nodes.length} nodes. Arrow keys move it, plus and minus scale it. ` +
          'The page Nodes has the same as a table.'
        }
        onKeyDown={(event) => stage.current !== undefined && moveByKey(stage.current, event)}
        onPointerDown={drag.down}
        onPointerMove={(event) => {
          if (!drag.move(event)) setHovered(pick(event));
        }}
        onPointerUp={drag.up}
        onPointerLeave={() => setHovered(undefined)}
        onClick={(event) => {
          if (!drag.wasDragged()) onSelect(pick(event));
        }}
        onWheel={(event) => stage.current !== undefined && scaleByWheel(stage.current, event)}
      />
      <Labels stage={stage.current} />
      {entry === undefined ? null : (
        <p class="hint" aria-hidden="true">
          {nodeTitle(model, entry)}
          {entry.record.behaviour === undefined || entry.record.behaviour === 'honest'
            ? ''
            : `, ${entry.record.behaviour}`}
        </p>
      )}
      <p class="map-buttons">
        <button type="button" aria-label="Larger" onClick={() => zoomBy(stage.current, SCALE_STEP)}>
          +
        </button>
        <button
          type="button"
          aria-label="Smaller"
          onClick={() => zoomBy(stage.current, 1 / SCALE_STEP)}
        >
          −
        </button>
      </p>
    </div>
  );
}

function useStage(
  canvas: RefObject<HTMLCanvasElement | null>,
  session: Session,
  onProblem: (words: string) => void,
): RefObject<Stage | undefined> {
  const stage = useRef<Stage | undefined>(undefined);
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return undefined;
    try {
      stage.current = newStage(element, session);
    } catch (error) {
      onProblem(error instanceof Error ? error.message : String(error));
      return undefined;
    }
    const { current } = stage;
    const resize = new ResizeObserver(() => {
      current.renderer.resize(element.clientWidth, element.clientHeight, devicePixelRatio);
    });
    resize.observe(element);
    let request = requestAnimationFrame(function frame(nowMs: number) {
      drawFrame(current, nowMs);
      request = requestAnimationFrame(frame);
    });
    return () => {
      cancelAnimationFrame(request);
      resize.disconnect();
      current.renderer.dispose();
      stage.current = undefined;
    };
  }, [session]);
  return stage;
}

function newStage(canvas: HTMLCanvasElement, session: Session): Stage {
  return {
    session,
    canvas,
    renderer: new Renderer(canvas),
    scene: new Scene(),
    layout: layoutOf([], 'wide'),
    laidOut: '',
    linkVersion: '',
    zoom: 1,
    x: 0,
    y: 0,
    selected: undefined,
    lastAt: Number.NaN,
    liveAt: 0,
    liveMs: 0,
  };
}

function drawFrame(stage: Stage, nowMs: number): void {
  const { session, scene, renderer } = stage;
  const { model, clock } = session;
  const shape = stage.canvas.clientHeight > stage.canvas.clientWidth ? 'tall' : 'wide';
  const wanted = `${model.nodes.length} ${shape}`;
  if (wanted !== stage.laidOut) {
    stage.laidOut = wanted;
    stage.layout = layoutOf(model.nodes, shape);
    stage.linkVersion = '';
    session.touch();
  }
  const at = frameTime(stage, nowMs);
  const linkVersion = `${model.firstAt} ${model.linkChanges.countAt(at)}`;
  if (linkVersion !== stage.linkVersion) {
    stage.linkVersion = linkVersion;
    renderer.setLines(scene.linesOf(model, stage.layout, at));
  }
  const view = viewOf(stage);
  const isReduced = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const frame = {
    at,
    flightUs: FLIGHT_MS * US_PER_MS * (clock.isLive ? 1 : Math.min(1, clock.speed)),
    radiusPx: radiusOf(stage, view),
    palette: matchMedia('(prefers-color-scheme: dark)').matches ? DARK : LIGHT,
    selected: stage.selected,
    isStill: isReduced,
  };
  renderer.draw(view, scene.fill(model, stage.layout, frame));
  stage.lastAt = at;
}

/** Records come in bursts: between them live time runs on with the clock of the page. */
function frameTime(stage: Stage, nowMs: number): number {
  const { clock } = stage.session;
  if (!clock.isLive || !clock.isPlaying) return clock.at;
  if (clock.at !== stage.liveAt) {
    stage.liveAt = clock.at;
    stage.liveMs = nowMs;
  }
  return clock.at + (nowMs - stage.liveMs) * US_PER_MS;
}

function viewOf({ canvas, layout, zoom, x, y }: Stage): View {
  const { clientWidth, clientHeight } = canvas;
  const reach = (axis: 'x' | 'y') =>
    Math.max(0.1, ...layout.groups.map((group) => Math.abs(group[axis]) + group.radius));
  const fit = Math.min(clientWidth / 2 / reach('x'), clientHeight / 2 / (reach('y') + 0.06));
  return { scale: 0.92 * fit * zoom, x, y };
}

function radiusOf({ layout }: Stage, { scale }: View): number {
  return Math.min(RADIUS_PX_MAX, Math.max(RADIUS_PX_MIN, layout.nodeRadius * scale * 0.62));
}

function nodeAt(stage: Stage, event: MouseEvent): number | undefined {
  const { canvas, layout, session } = stage;
  const view = viewOf(stage);
  const box = canvas.getBoundingClientRect();
  const x = (event.clientX - box.left - box.width / 2) / view.scale + view.x;
  const y = (event.clientY - box.top - box.height / 2) / view.scale + view.y;
  const reach = Math.max(10, 1.6 * radiusOf(stage, view)) / view.scale;
  let best: { number: number; distance: number } | undefined;
  for (const node of session.model.nodes) {
    if (node === undefined) continue;
    const { number } = node;
    const distance = Math.hypot((layout.x[number] ?? 0) - x, (layout.y[number] ?? 0) - y);
    if (distance <= reach && distance < (best?.distance ?? Infinity)) best = { number, distance };
  }
  return best?.number;
}

function zoomBy(stage: Stage | undefined | null, factor: number): void {
  if (!stage) return;
  stage.zoom = Math.min(40, Math.max(0.5, stage.zoom * factor));
  stage.session.touch();
}

function moveByKey(stage: Stage, event: KeyboardEvent): void {
  const step = (PAN_SHARE * stage.canvas.clientWidth) / viewOf(stage).scale;
  const moves: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => (stage.x -= step),
    ArrowRight: () => (stage.x += step),
    ArrowUp: () => (stage.y -= step),
    ArrowDown: () => (stage.y += step),
    '+': () => zoomBy(stage, SCALE_STEP),
    '-': () => zoomBy(stage, 1 / SCALE_STEP),
  };
  const move = moves[event.key];
  if (move === undefined) return;
  event.preventDefault();
  move();
}

function scaleByWheel(stage: Stage, event: WheelEvent): void {
  event.preventDefault();
  zoomBy(stage, event.deltaY < 0 ? SCALE_STEP : 1 / SCALE_STEP);
}

const DRAG_PX = 4;

/** Moves the map with the pointer; a click is one that did not move. */
function useDrag(stage: RefObject<Stage | undefined>) {
  const drag = useRef<{ x: number; y: number; moved: number } | undefined>(undefined);
  const moved = useRef(0);
  return {
    down: (event: PointerEvent) => {
      drag.current = { x: event.clientX, y: event.clientY, moved: 0 };
      moved.current = 0;
    },
    move: (event: PointerEvent): boolean => {
      const { current: from } = drag;
      const { current } = stage;
      if (from === undefined || from === null || !current || event.buttons === 0) return false;
      const { scale } = viewOf(current);
      current.x -= (event.clientX - from.x) / scale;
      current.y -= (event.clientY - from.y) / scale;
      moved.current += Math.abs(event.clientX - from.x) + Math.abs(event.clientY - from.y);
      drag.current = { x: event.clientX, y: event.clientY, moved: moved.current };
      return true;
    },
    up: () => {
      drag.current = undefined;
    },
    wasDragged: () => moved.current > DRAG_PX,
  };
}

/** Names of the groups, above their discs. */
function Labels({ stage }: { readonly stage: Stage | undefined | null }) {
  if (!stage) return null;
  const view = viewOf(stage);
  const { clientWidth, clientHeight } = stage.canvas;
  const { layout, session } = stage;
  const own = nodeNamed(session.model, session.source.node ?? '')?.number;
  const groups = layout.groups.length < 2 ? [] : layout.groups;
  const marks =
    own === undefined || !(own in layout.x)
      ? groups
      : [
          ...groups,
          {
            name: 'this node',
            ...{ x: layout.x[own] ?? 0, y: layout.y[own] ?? 0, radius: layout.nodeRadius },
          },
        ];
  return (
    <div class="labels" aria-hidden="true">
      {marks.map(({ name, x, y, radius }) => {
        const left = clientWidth / 2 + (x - view.x) * view.scale;
        const top = clientHeight / 2 + (y - radius - 0.02 - view.y) * view.scale;
        const transform = `translate(${left}px, ${top}px) translate(-50%, -100%)`;
        return (
          <span key={name} style={{ transform }}>
            {name}
          </span>
        );
      })}
    </div>
  );
}
