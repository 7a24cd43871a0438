/** The metrics of one node: counted while it runs, read when somebody scrapes. */
import type { ProviderEffect, ProviderEvent } from '../../core/index.ts';
import type { NodeLog } from '../log/index.ts';
import type { OperatedNode } from '../operated.ts';
import { Instruments } from './instruments.ts';
import { ArchiveCount, readAll } from './readings.ts';
import { beginAtZero, StepCounts } from './step-counts.ts';

/** A skew that was not seen again for so many rounds is over. */
const SKEW_ROUNDS = 2;
const MS = 1000;

/** Scrapes at the same time get the same answer. */
export class NodeMetrics {
  readonly #instruments = new Instruments();
  readonly #steps = new StepCounts(this.#instruments);
  readonly #archive = new ArchiveCount();
  #operated: OperatedNode | undefined;
  #scrape: Promise<string> | undefined;
  #streams: () => number = () => 0;

  constructor() {
    this.observe = this.observe.bind(this);
    this.countRequest = this.countRequest.bind(this);
  }

  /** Media type of `text`. */
  get contentType(): string {
    return this.#instruments.registry.contentType;
  }

  /** Counts the steps of the core: an observer for the node to open. */
  observe(event: ProviderEvent, effects: readonly ProviderEffect[]): void {
    if (this.#operated === undefined) return;
    const { network, node } = this.#operated;
    this.#steps.take({ network, self: node.id }, event, effects);
  }

  /** Says which node it is, before that starts. */
  attach(operated: OperatedNode, log: NodeLog): void {
    this.#operated = operated;
    beginAtZero(this.#instruments, operated.network);
    const levels = ['debug', 'info', 'warn', 'error'] as const;
    for (const level of levels) this.#instruments.count('assay_log_events_total', { level }, 0);
    log.subscribe(({ level }) => this.#instruments.count('assay_log_events_total', { level }));
  }

  /** Counts a request of the API; `route` is a pattern of the list of routes. */
  countRequest(route: string, status: number): void {
    this.#instruments.count('assay_api_requests_total', { route, status: String(status) });
  }

  /** Says how to count the open streams of the API. */
  watchStreams(count: () => number): void {
    this.#streams = count;
  }

  /** All metrics in the text format of Prometheus. */
  text(): Promise<string> {
    this.#scrape ??= this.#read().finally(() => {
      this.#scrape = undefined;
    });
    return this.#scrape;
  }

  async #read(): Promise<string> {
    const begin = performance.now();
    const instruments = this.#instruments;
    const operated = this.#operated;
    if (operated !== undefined) {
      await readAll(instruments, operated);
      await this.#archive.read(instruments, operated);
      instruments.set('assay_clock_skew_seconds', {}, this.#skewSeconds(operated));
    }
    instruments.set('assay_executions_running', {}, this.#steps.executionsRunning);
    instruments.set('assay_api_streams', {}, this.#streams());
    const seconds = (performance.now() - begin) / MS;
    instruments.set('assay_scrape_duration_seconds', {}, seconds);
    return await instruments.registry.metrics();
  }

  /** [TIME-4] */
  #skewSeconds({ network }: OperatedNode): number {
    const { skew } = this.#steps;
    const keptMs = SKEW_ROUNDS * network.parameters.roundMs;
    if (skew === undefined || performance.now() - skew.at > keptMs) return 0;
    return skew.seconds;
  }
}
