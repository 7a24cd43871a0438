/**
 * The colours of the map, as numbers for the graphics processor: those of Okabe and Ito, which
 * colour-blind people tell apart, one set for light and one for dark ground.
 */
import type { TrafficKind } from '../model/traffic.ts';

/** Red, green, blue, 0..1. */
export type Colour = readonly [number, number, number];

/** Colours of one ground. */
export type Palette = {
  /** As the panels of the page. */
  readonly ground: Colour;
  /** Of links, with their opacity where there are few. */
  readonly line: readonly [number, number, number, number];
  readonly validator: Colour;
  readonly provider: Colour;
  readonly other: Colour;
  /** Behaves otherwise than honestly; known in simulations alone. */
  readonly dishonest: Colour;
  readonly silent: Colour;
  readonly down: Colour;
  readonly selected: Colour;
  readonly traffic: Readonly<Record<TrafficKind, Colour>>;
};

const BLUE: Colour = [0, 0.447, 0.698];
const SKY: Colour = [0.337, 0.706, 0.914];
const GREEN: Colour = [0, 0.62, 0.451];
const VERMILLION: Colour = [0.835, 0.369, 0];
const ORANGE: Colour = [0.902, 0.624, 0];
const PURPLE: Colour = [0.8, 0.475, 0.655];
const YELLOW: Colour = [0.941, 0.894, 0.259];

export const LIGHT: Palette = {
  ground: [1, 1, 1],
  line: [0.3, 0.35, 0.4, 0.5],
  validator: BLUE,
  provider: [0.25, 0.28, 0.32],
  other: [0.55, 0.58, 0.62],
  dishonest: VERMILLION,
  silent: ORANGE,
  down: [0.55, 0.58, 0.62],
  selected: [0.05, 0.06, 0.07],
  traffic: {
    batch: [0.25, 0.28, 0.32],
    vote: SKY,
    verdict: GREEN,
    beacon: ORANGE,
    evidence: VERMILLION,
    other: PURPLE,
  },
};

export const DARK: Palette = {
  ground: [0.102, 0.114, 0.129],
  line: [0.7, 0.75, 0.8, 0.34],
  validator: SKY,
  provider: [0.86, 0.88, 0.9],
  other: [0.5, 0.53, 0.57],
  dishonest: [0.95, 0.45, 0.1],
  silent: ORANGE,
  down: [0.45, 0.48, 0.52],
  selected: [1, 1, 1],
  traffic: {
    batch: [0.86, 0.88, 0.9],
    vote: SKY,
    verdict: [0.1, 0.78, 0.58],
    beacon: YELLOW,
    evidence: [0.95, 0.45, 0.1],
    other: PURPLE,
  },
};
