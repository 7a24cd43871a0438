/**
 * The node that serves the page, in words: how it is, why, and what its operator must do. First
 * what costs money, then what keeps it from voting.
 */

/** What a node says about itself, as `/v1/node` spells it; more than this is not looked at. */
export type OwnStatus = {
  readonly id: string;
  readonly role: string;
  readonly state: string;
  readonly reason: string;
  readonly softwareVersion: string;
  readonly round: number;
  readonly roundsBehind: number;
  readonly peers: number;
  readonly beaconMesh: number;
  readonly claimsMesh: number;
  readonly openSubjects: number;
  readonly uptimeMs: number;
  readonly counters: Readonly<Record<string, number>>;
  readonly convicted: readonly string[];
  readonly slashed: readonly {
    readonly id: string;
    readonly reason: string;
    readonly amount: string;
  }[];
};

/** What to tell an operator. */
export type OwnWords = {
  readonly weight: 'well' | 'note' | 'warning' | 'alarm';
  readonly title: string;
  /** What to do; empty if nothing. */
  readonly remedy: string;
};

type Wording = readonly [weight: OwnWords['weight'], title: string, remedy: string];

const STATES: Readonly<Record<string, Wording>> = {
  'in-sync': ['well', 'in sync', ''],
  starting: ['note', 'starting', 'It looks for others. Wait a minute.'],
  syncing: ['note', 'catching up', 'It does not vote until it knows what it missed. Wait.'],
  isolated: [
    'alarm',
    'alone: it hears nobody and cannot vote',
    'Check that its port is open, and run `assay doctor`.',
  ],
  degraded: ['warning', 'taking part, with a fault', 'Run `assay doctor`: it names the remedy.'],
  halted: [
    'alarm',
    'halted: it signs nothing',
    'It does not start again by itself: read its log, mend the cause, start it.',
  ],
};

/** Says how a node is. */
export function ownWords(status: OwnStatus): OwnWords {
  const { id, state, convicted, slashed } = status;
  if (convicted.includes(id)) {
    return {
      weight: 'alarm',
      title: 'convicted: it signed two things that exclude each other',
      remedy:
        'Stop it. The usual cause is the same key on two machines: ' +
        '`assay guard` tells what it signed.',
    };
  }
  const [weight, title, remedy] = STATES[state] ?? ['warning', state, ''];
  const lost = slashed.filter((loss) => loss.id === id);
  if (lost.length === 0 || weight === 'alarm') return { weight, title, remedy };
  const sum = lost.reduce((total, { amount }) => total + BigInt(amount), 0n);
  const reasons = [...new Set(lost.map((loss) => loss.reason.replaceAll('-', ' ')))].join(', ');
  return {
    weight: 'warning',
    title: `${title}; it loses ${sum} of its stake (${reasons})`,
    remedy: remedy === '' ? 'Look at its faults, and run `assay doctor`.' : remedy,
  };
}
