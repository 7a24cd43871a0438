/** Options of `assay peers`. */
import { JSON_OPTION, TEXT } from '../../io.ts';
import { DIR_OPTION } from '../../node-options.ts';

export const PEERS_OPTIONS = { ...DIR_OPTION, ...JSON_OPTION } as const;

export const BAN_OPTIONS = {
  ...PEERS_OPTIONS,
  for: { ...TEXT, default: '1d', describe: 'How long: 30m, 12h, 7d' },
  reason: { ...TEXT, default: 'by the operator', describe: 'For people who look later' },
} as const;

/** What `<peer>` is. */
export const PEER_POSITIONAL = {
  type: 'string',
  demandOption: true,
  describe: 'Id of a peer, or how the id of a connected one begins',
} as const;
