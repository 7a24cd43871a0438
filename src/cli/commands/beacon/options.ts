/** Options of `assay beacon`. Numbers are read as text, so that no mistake becomes NaN. */
import { TEXT } from '../../io.ts';

export const BEACON_OPTIONS = {
  period: { ...TEXT, default: '3s', describe: 'Time from round to round, e.g. 1s or 500ms' },
  port: { ...TEXT, default: '0', describe: 'Port on 127.0.0.1; 0 takes a free one' },
  'seed-file': {
    ...TEXT,
    describe: 'File of 64 hex digits: the same chain each time; new if left out',
  },
  genesis: { ...TEXT, describe: 'Time of round 1, Unix ms; now if left out' },
} as const;

export const BEACON_EPILOGUE = [
  'Prints one line of JSON when it is ready, then serves until Ctrl-C or SIGTERM.',
  'Whoever has the seed knows all rounds: for devnets only.',
].join('\n');
