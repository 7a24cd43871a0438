/** Closed forms of the protocol: what a simulation must come out at, and how to choose sizes. */
export type { Share } from './arguments.ts';
export * from './committee.ts';
export * from './detection.ts';
export * from './distributions.ts';
export * from './error.ts';
export * from './interval.ts';
export * from './ladder.ts';
export * from './planner.ts';
export * from './sketch.ts';
export * from './student.ts';
