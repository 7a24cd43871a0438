/** What each check of a receipt means, for people who did not read the specification. */
import type { CheckName } from './check-receipt.ts';

/** Title and meaning of each check, in order. */
export const CHECK_MEANINGS: Readonly<Record<CheckName, readonly [string, string]>> = {
  'network-file': [
    'The network file',
    'It names who judges, by which rules. Its operator signed it, and every validator ' +
      'proved that its keys are its own.',
  ],
  format: [
    'The form of the receipt',
    'A receipt has one way to be written. Anything added, left out or spelled otherwise ' +
      'would be room for a forgery.',
  ],
  network: [
    'The network',
    'The receipt is of this very network: the same id, the same parameters.',
  ],
  sets: [
    'The validators',
    'Which set of validators served at that time. Where it is not that of the network file, ' +
      'each change since then was signed by the operator and confirmed by a quorum of those ' +
      'before.',
  ],
  header: [
    'The batch',
    'A provider of the network signed a batch of answers, of a model that the network ' +
      'verifies.',
  ],
  beacons: [
    'The randomness',
    'The public beacon signed the random values of these rounds. Nobody could foresee ' +
      'or choose them.',
  ],
  seal: [
    'The seal',
    'A quorum of validators, drawn by the beacon, saw the batch before anybody could ' +
      'know what would be drawn from it.',
  ],
  leaf: [
    'The place in the batch',
    'This answer is at its place in the batch: it cannot have been exchanged after the ' +
      'signature.',
  ],
  manifest: [
    'The model',
    'The answer is of the model of the batch, run in a way that the network admits.',
  ],
  output: [
    'The output',
    'The output is the one to which the provider had committed, before it knew whether ' +
      'it would be checked.',
  ],
  draw: [
    'The draw',
    'Whether the beacon drew this answer for re-execution: the receipt says the same as ' +
      'the beacon.',
  ],
  votes: [
    'The votes',
    'The committee that the beacon drew voted so, by a quorum, in one signature that ' +
      'only they could make together.',
  ],
};
