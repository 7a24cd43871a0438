/** Options of `assay status`. */
import { JSON_OPTION, TEXT } from '../../io.ts';

export const STATUS_OPTIONS = {
  dir: {
    ...TEXT,
    describe: 'Folder of the own node: does it vote, is it safe, what to do',
    defaultDescription: '$ASSAY_DIR, else the current folder',
  },
  net: { ...TEXT, describe: 'Network file: all members that can be reached' },
  watch: { type: 'boolean', default: false, describe: 'Ask again and again, until Ctrl-C' },
  ...JSON_OPTION,
} as const;

export const STATUS_EPILOGUE = [
  'mesh: neighbours for beacons/claims. open: drawn claims that are not decided.',
  'votes, finals: revealed by the node, final verdicts it saw, since its start.',
  'State and counters are the own words of each node; with --watch --json each',
  'document is one line. With --dir the exit code is 0 if the node votes and is safe,',
  '1 if not.',
].join('\n');
