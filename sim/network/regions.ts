/**
 * Where nodes stand and how far apart: one-way latencies between eight regions.
 *
 * Source: libp2p/test-plans gossipsub-interop (network_graph.py), the same regions as
 * ethereum/ethshadow; node weights are counts of Ethereum consensus nodes by region.
 */

export const REGIONS = [
  'australia',
  'east-asia',
  'europe',
  'na-west',
  'na-east',
  'south-america',
  'south-africa',
  'west-asia',
] as const;

/** Relative number of nodes in each region. */
export const REGION_WEIGHTS: readonly number[] = [290, 1059, 5599, 1240, 2894, 36, 47, 161];

/** One-way latency in milliseconds, from row to column. */
export const REGION_LATENCY_MS: readonly (readonly number[])[] = [
  [2, 110, 165, 110, 150, 190, 220, 180],
  [110, 4, 125, 100, 140, 175, 175, 110],
  [165, 125, 2, 110, 70, 140, 95, 60],
  [110, 100, 110, 2, 60, 100, 160, 150],
  [150, 140, 70, 60, 2, 100, 130, 110],
  [190, 175, 140, 100, 100, 7, 195, 145],
  [220, 175, 95, 160, 130, 190, 7, 110],
  [180, 110, 60, 150, 110, 145, 110, 5],
];
