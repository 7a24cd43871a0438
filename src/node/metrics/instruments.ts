/** The registry of prom-client, made from the declared list; names and labels are typed. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { defined } from '../../base/index.ts';
import { type Declared, METRICS, type MetricName } from './declared.ts';

type NameOf<K extends Declared['kind']> = {
  [N in MetricName]: (typeof METRICS)[N]['kind'] extends K ? N : never;
}[MetricName];

/** Name of a metric that only grows. */
export type CounterName = NameOf<'counter'>;

/** A value for each label of a metric. */
export type LabelsOf<N extends MetricName> = Readonly<
  Record<(typeof METRICS)[N]['labels'][number], string>
>;

export class Instruments {
  readonly registry = new Registry();
  readonly #counters = new Map<string, Counter>();
  readonly #gauges = new Map<string, Gauge>();
  readonly #histograms = new Map<string, Histogram>();

  constructor() {
    for (const [name, declared] of Object.entries<Declared>(METRICS)) this.#add(name, declared);
    collectDefaultMetrics({ register: this.registry });
  }

  /** Counts `by` more. */
  count<N extends CounterName>(name: N, labels: LabelsOf<N>, by = 1): void {
    defined(this.#counters.get(name), 'every counter is made').inc(labels, by);
  }

  /** Sets a counter that something else counts. */
  total<N extends CounterName>(name: N, labels: LabelsOf<N>, value: number): void {
    const counter = defined(this.#counters.get(name), 'every counter is made');
    counter.remove(labels);
    counter.inc(labels, value);
  }

  /** Sets a gauge. */
  set<N extends NameOf<'gauge'>>(name: N, labels: LabelsOf<N>, value: number): void {
    defined(this.#gauges.get(name), 'every gauge is made').set(labels, value);
  }

  /** Adds one measurement to a histogram. */
  measure<N extends NameOf<'histogram'>>(name: N, labels: LabelsOf<N>, value: number): void {
    defined(this.#histograms.get(name), 'every histogram is made').observe(labels, value);
  }

  #add(name: string, { kind, help, labels, buckets = [] }: Declared): void {
    const made = { name, help, labelNames: [...labels], registers: [this.registry] };
    if (kind === 'counter') this.#counters.set(name, new Counter(made));
    else if (kind === 'gauge') this.#gauges.set(name, new Gauge(made));
    else this.#histograms.set(name, new Histogram({ ...made, buckets: [...buckets] }));
  }
}
