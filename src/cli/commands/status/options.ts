/** Options of `assay status`. */
import { JSON_OPTION } from '../../io.ts';
import { NET_OPTION } from '../../node-options.ts';

export const STATUS_OPTIONS = {
  ...NET_OPTION,
  watch: { type: 'boolean', default: false, describe: 'Ask again and again, until Ctrl-C' },
  ...JSON_OPTION,
} as const;

export const STATUS_EPILOGUE = [
  'mesh: neighbours for beacons/claims. open: drawn claims that are not decided.',
  'votes, finals: revealed by the node, final verdicts it saw, since its start.',
  'State and counters are the own words of each node; with --watch --json each',
  'document is one line.',
].join('\n');
