/**
 * Shows how far a run is, on standard error: a few lines that change in place on a terminal;
 * elsewhere a JSON line now and then, so that a log stays short and a short run silent.
 */
import { getHeapStatistics } from 'node:v8';
import { formatCount } from '../../../../sim/report/format.ts';
import type { Io } from '../../io.ts';
import { joined, LiveLines, painter, progressBar, type Terminal } from '../../terminal.ts';
import { formatWait } from './wait.ts';

/** Between two JSON lines. */
const JSON_MS = 2000;
/** Between two pictures: often enough to see life, seldom enough to read. */
const PICTURE_MS = 250;
/** Before this part is done, nobody can say how long the rest takes. */
const SHARE_MIN = 0.02;
/** Part of the heap that Node may use from which on a run is in danger. */
const HEAP_SHARE_MAX = 0.85;
const MEBIBYTE = 1024 ** 2;
const MS_PER_S = 1000;

export type ProgressOptions = {
  readonly terminal: Terminal;
  /** Whether nothing is shown at all. */
  readonly quiet: boolean;
  /** What runs: scenario and seed. */
  readonly title: string;
  /** What is done before the first event. */
  readonly phase: string;
  /** Virtual time in which requests come; what is open then takes a little longer. */
  readonly virtualMsMax: number;
  /** What a reader of the result must know anyway, such as rules that are off. */
  readonly warnings: readonly string[];
};

/** How far a run is. */
export type RunProgress = {
  readonly events: number;
  readonly virtualMs: number;
  /** Claims that were drawn, and those of them that are not decided everywhere. */
  readonly drawn?: number;
  readonly open?: number;
};

export type Progress = {
  readonly step: (progress: RunProgress) => void;
  /** Takes the lines away. */
  readonly end: () => void;
};

/** Starts to show progress. */
export function startProgress(io: Io, options: ProgressOptions): Progress {
  if (options.quiet) return { step: () => undefined, end: () => undefined };
  return options.terminal.isLive ? startPictures(io, options) : startJson(io, options);
}

function startPictures(io: Io, options: ProgressOptions): Progress {
  const { terminal, title, phase, warnings } = options;
  const lines = new LiveLines(terminal, io.err);
  const paint = painter(terminal);
  const timing = new Timing(options.virtualMsMax);
  lines.draw([`${title}: ${phase}`]);
  return {
    step: (progress) => {
      if (!timing.isDue(PICTURE_MS)) return;
      const attention = [...warnings, ...heapWarnings()];
      lines.draw([
        ...runLines(progress, { title, timing, columns: terminal.columns() }),
        ...attention.map((text) => paint('yellow', `! ${text}`)),
      ]);
    },
    end: () => lines.clear(),
  };
}

function startJson(io: Io, { virtualMsMax }: ProgressOptions): Progress {
  const timing = new Timing(virtualMsMax);
  timing.isDue(0);
  return {
    step: (progress) => {
      if (!timing.isDue(JSON_MS)) return;
      const leftMs = timing.leftMs(progress) ?? null;
      io.err(`${JSON.stringify({ event: 'progress', ...progress, leftMs })}\n`);
    },
    end: () => undefined,
  };
}

/** What is said of a run: where it is, how long it still takes, what it did. */
export function runLines(
  progress: RunProgress,
  at: { readonly title: string; readonly timing: Timing; readonly columns: number },
): readonly string[] {
  const { events, virtualMs, drawn, open } = progress;
  const { title, timing, columns } = at;
  const share = timing.share(progress);
  const leftMs = timing.leftMs(progress);
  const isLong = leftMs !== undefined && leftMs >= MS_PER_S;
  const left = isLong ? [`about ${formatWait(leftMs)} left`] : [];
  const isLate = share === 1;
  return [
    `${title}: ${isLate ? 'deciding what is still open' : 'simulating'}`,
    ...joined([progressBar(share), ...left], columns),
    ...joined(
      [
        `virtual time ${(virtualMs / MS_PER_S).toFixed(1)} s`,
        `${formatCount(events)} events`,
        ...(drawn === undefined || open === undefined
          ? []
          : [`${formatCount(drawn)} claims drawn, ${formatCount(open)} open`]),
      ],
      columns,
    ),
  ];
}

/** When to show what, and how long the rest takes. */
export class Timing {
  readonly #virtualMsMax: number;
  readonly #now: () => number;
  /** What comes before the first event is no measure for the rest. */
  #startedAt: number | undefined;
  #shownAt = Number.NEGATIVE_INFINITY;

  constructor(virtualMsMax: number, now: () => number = () => performance.now()) {
    this.#virtualMsMax = virtualMsMax;
    this.#now = now;
  }

  /** Whether the last time that it was due is `periodMs` ago. */
  isDue(periodMs: number): boolean {
    const now = this.#now();
    this.#startedAt ??= now;
    if (now - this.#shownAt < periodMs) return false;
    this.#shownAt = now;
    return true;
  }

  /** 0 to 1. */
  share({ virtualMs }: RunProgress): number {
    return Math.min(1, virtualMs / this.#virtualMsMax);
  }

  /** Absent where nobody can say. */
  leftMs(progress: RunProgress): number | undefined {
    const share = this.share(progress);
    if (share < SHARE_MIN || share === 1 || this.#startedAt === undefined) return undefined;
    return Math.round(((this.#now() - this.#startedAt) * (1 - share)) / share);
  }
}

function heapWarnings(): readonly string[] {
  const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
  if (used < HEAP_SHARE_MAX * limit) return [];
  const mebibytes = (bytes: number): string => formatCount(Math.round(bytes / MEBIBYTE));
  return [
    `memory: ${mebibytes(used)} of ${mebibytes(limit)} MiB; ` +
      'NODE_OPTIONS=--max-old-space-size=<MiB> gives more',
  ];
}
