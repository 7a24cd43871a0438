/**
 * A release that a network will need: which activation of the network file this program is too old
 * for, how long there is until then, and what to do.
 */
import type { ProtocolParameters } from '../../base/index.ts';
import { epochOf, firstRound, type Network } from '../../core/index.ts';
import type { NetworkFile } from '../../network-file/index.ts';
import { PROTOCOL_VERSION } from '../../wire/index.ts';

/** A version of the protocol that begins at an epoch. */
export type Activation = NonNullable<NetworkFile['activations']>[number];

/** An activation that this program is too old for. */
export type Upgrade = {
  readonly release: string;
  readonly protocolVersion: number;
  /** First epoch of the new version. */
  readonly epoch: number;
  /** Until then; 0 once it has begun. */
  readonly leftMs: number;
  /** Whether it has begun: nothing new may be signed. */
  readonly isOver: boolean;
};

/**
 * Returns the first activation that this program does not know; `undefined` if it knows all.
 * @param latest latest beacon, or the one that is due
 */
export function upgradeOf(
  network: Pick<Network, 'parameters'>,
  activations: readonly Activation[],
  latest: number,
): Upgrade | undefined {
  const [next] = activations
    .filter(({ protocolVersion }) => protocolVersion > PROTOCOL_VERSION)
    .sort((a, b) => a.epoch - b.epoch);
  if (next === undefined) return undefined;
  const left = Math.max(0, firstRound(network, next.epoch) - latest);
  return { ...next, leftMs: left * network.parameters.roundMs, isOver: left === 0 };
}

/** The upgrade as a sentence: what, until when, or what its lack stops. */
export function upgradeText({ release, epoch, leftMs, isOver, protocolVersion }: Upgrade): string {
  if (!isOver) return `install release ${release} before epoch ${epoch}, in ${about(leftMs)}`;
  return (
    `version ${protocolVersion} of the protocol began with epoch ${epoch}: ` +
    `votes on nothing until release ${release} is installed`
  );
}

/** Tells when to speak of an upgrade again: at the start, and with each epoch. */
export class UpgradeReminder {
  readonly #parameters: ProtocolParameters;
  #epoch: number | undefined;

  constructor({ parameters }: Pick<Network, 'parameters'>) {
    this.#parameters = parameters;
  }

  /** Whether `latest` is the first beacon, or begins an epoch. */
  isTime(latest: number): boolean {
    const epoch = epochOf({ parameters: this.#parameters }, latest);
    const isNew = this.#epoch === undefined || epoch > this.#epoch;
    if (isNew) this.#epoch = epoch;
    return isNew;
  }
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** From two of a unit on, it is the one that people count in. */
const UNITS = [
  [DAY_MS, 'days'],
  [HOUR_MS, 'hours'],
  [MINUTE_MS, 'minutes'],
] as const;

function about(ms: number): string {
  for (const [unitMs, name] of UNITS) {
    if (ms >= 2 * unitMs) return `about ${Math.round(ms / unitMs)} ${name}`;
  }
  return 'less than two minutes';
}
