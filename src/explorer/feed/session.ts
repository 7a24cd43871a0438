/**
 * The one thing that all of the page looks at: the model, the moment, and how the data come.
 * Changes are told at most a few times a second, however many records come: a person cannot read
 * faster, and each telling draws the page anew.
 */
import { LIVE_LIMITS, RECORDED_LIMITS } from '../model/kept.ts';
import { NetworkModel } from '../model/network-model.ts';
import { Clock } from './clock.ts';
import { MOMENT, parseRoute, type Route } from './route.ts';

/** What the server says that it serves. */
export type SourceInfo = {
  readonly kind: 'live' | 'recorded' | 'none';
  readonly title: string;
  readonly software: string;
  /** Id of the node that serves it. */
  readonly node?: string;
};

/** How the data come. */
export type FeedState =
  | {
      readonly kind: 'loading';
      /** 0..1, if it is known how long the trace is. */
      readonly share: number | undefined;
      readonly readBytes: number;
    }
  | { readonly kind: 'ready' }
  | { readonly kind: 'connected' }
  | { readonly kind: 'reconnecting' }
  | { readonly kind: 'failed'; readonly message: string };

/** Ms between two drawings of the page, at least. */
const DRAW_MS = 120;
const US_PER_MS = 1_000;

/** Model, moment and place. */
export class Session {
  readonly source: SourceInfo;
  readonly clock: Clock;
  model: NetworkModel;
  feed: FeedState = { kind: 'loading', share: undefined, readBytes: 0 };
  route: Route = parseRoute('');
  readonly #listeners = new Set<() => void>();
  #drawnMs = 0;
  #tickedMs = 0;
  #isDirty = true;

  constructor(source: SourceInfo) {
    this.source = source;
    this.clock = new Clock(source.kind === 'live');
    this.model = this.#newModel();
  }

  /** Forgets everything: the node began anew. */
  reset(): void {
    this.model = this.#newModel();
    this.touch();
  }

  #newModel(): NetworkModel {
    return new NetworkModel(this.source.kind === 'live' ? LIVE_LIMITS : RECORDED_LIMITS);
  }

  /** Says that something changed: the page is drawn soon. */
  touch(): void {
    this.#isDirty = true;
  }

  /** Calls `listener` after changes. @returns how to end it */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Shows the place that the address names. */
  go(hash: string): void {
    this.route = parseRoute(hash);
    const asked = Number(this.route.query.get(MOMENT));
    if (this.route.query.has(MOMENT) && Number.isFinite(asked) && this.feed.kind !== 'loading') {
      if (Math.abs(asked * US_PER_MS - this.clock.at) >= US_PER_MS) {
        this.clock.pause();
        this.clock.seek(asked * US_PER_MS);
      }
    }
    this.touch();
    this.#tell();
  }

  /** Draws if something changed and it is time. @param nowMs of a clock that does not run back */
  frame(nowMs: number): void {
    const elapsedMs = this.#tickedMs === 0 ? 0 : nowMs - this.#tickedMs;
    this.#tickedMs = nowMs;
    if (this.clock.tick(elapsedMs * US_PER_MS)) this.touch();
    if (!this.#isDirty || nowMs - this.#drawnMs < DRAW_MS) return;
    this.#drawnMs = nowMs;
    this.#tell();
  }

  #tell(): void {
    this.#isDirty = false;
    for (const listener of this.#listeners) listener();
  }
}
