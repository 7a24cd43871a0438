/**
 * [COMPARE-1] Distances between what validators measured and what the provider gave: known when a
 * reveal was said and some node has measured the output for the same level.
 */
import {
  type Measurement,
  type ModelManifest,
  type NodeId,
  type Subject,
  subjectKey,
} from '../base/index.ts';
import { compareMeasurements } from '../compare/index.ts';
import { Recent } from './recent.ts';

/** Levels whose measurements are remembered; one holds a few sketches of some kilobytes. */
const LEVELS_MAX = 1_024;

/** What is compared: a level of a leaf. */
export type LevelPlace = { readonly subject: Subject; readonly level: number };

/** A validator's own measurement, as it was revealed. */
export type Revealed = { readonly validator: NodeId; readonly measurement: Measurement };

/** A distance, `undefined` where there is nothing to measure. */
export type Found = LevelPlace & {
  readonly validator: NodeId;
  readonly distance: number | undefined;
};

type Level = { provider: Measurement | undefined; waiting: Revealed[]; readonly said: Set<NodeId> };

export class Distances {
  readonly #levels = new Recent<string, Level>(LEVELS_MAX);
  readonly #manifestOf: (subject: Subject) => ModelManifest | undefined;
  readonly #sketchSize: number;
  readonly #tell: (found: Found) => void;

  constructor(options: {
    /** Manifest of the model of a leaf, if its header was heard. */
    readonly manifestOf: (subject: Subject) => ModelManifest | undefined;
    readonly sketchSize: number;
    readonly tell: (found: Found) => void;
  }) {
    this.#manifestOf = options.manifestOf;
    this.#sketchSize = options.sketchSize;
    this.#tell = options.tell;
  }

  /** Takes a reveal; one that is said again tells nothing new. */
  revealed(place: LevelPlace, revealed: Revealed): void {
    if (revealed.measurement.kind === 'empty') return;
    const level = this.#level(place);
    if (level.said.has(revealed.validator)) return;
    level.said.add(revealed.validator);
    if (level.provider === undefined) level.waiting.push(revealed);
    else this.#compare(place, revealed, level.provider);
  }

  /** Takes the provider's output as a node measured it for a level. */
  measured(place: LevelPlace, provider: Measurement): void {
    const level = this.#level(place);
    if (level.provider !== undefined) return;
    level.provider = provider;
    for (const revealed of level.waiting.splice(0)) this.#compare(place, revealed, provider);
  }

  isMeasured({ subject, level }: LevelPlace): boolean {
    return this.#levels.get(`${subjectKey(subject)}/${level}`)?.provider !== undefined;
  }

  #compare(place: LevelPlace, { validator, measurement }: Revealed, provider: Measurement): void {
    const manifest = this.#manifestOf(place.subject);
    if (manifest === undefined) return;
    const { comparator } = manifest;
    const { distance } = compareMeasurements(measurement, provider, comparator, this.#sketchSize);
    const known = Number.isFinite(distance) ? distance : undefined;
    this.#tell({ ...place, validator, distance: known });
  }

  #level({ subject, level }: LevelPlace): Level {
    const key = `${subjectKey(subject)}/${level}`;
    const known = this.#levels.get(key);
    if (known !== undefined) return known;
    const made: Level = { provider: undefined, waiting: [], said: new Set() };
    this.#levels.set(key, made);
    return made;
  }
}
