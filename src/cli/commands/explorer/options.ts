/** Options of `assay explorer`. */
import { TEXT } from '../../io.ts';
import { LOG_LEVEL_NAMES, NET_OPTION } from '../../node-options.ts';

/** Options of `explorer`. */
export const EXPLORER_OPTIONS = {
  ...NET_OPTION,
  port: { ...TEXT, default: '0', describe: 'Port of the page on loopback; 0: any free one' },
  open: { type: 'boolean', default: false, describe: 'Open the page in a browser' },
  'log-level': {
    choices: LOG_LEVEL_NAMES,
    default: 'warn' as const,
    describe: 'Least important events to log',
  },
} as const;
