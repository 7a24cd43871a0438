/**
 * What keeps a node from signing when it must not: its key elsewhere, a disk that is almost full.
 * Both close one gate, through which the core hears of new batches; what it has begun it ends.
 */
import { type BatchId, type NodeId, type Round, round } from '../../base/index.ts';
import type { Network, Report, SetChain } from '../../core/index.ts';
import type { Crypto } from '../../crypto/index.ts';
import type { HeaderMessage, Message } from '../../wire/index.ts';
import { NodeError } from '../error.ts';
import type { Log } from '../log/index.ts';
import { Doppelganger, type DoppelgangerOptions, type DoppelgangerState } from './doppelganger.ts';
import { type Around, emptyTopics, hasNeighbours, needsPeers } from './neighbours.ts';
import { OwnVoice } from './own-voice.ts';
import { Refusals } from './refusals.ts';
import {
  type Activation,
  type Upgrade,
  UpgradeReminder,
  upgradeOf,
  upgradeText,
} from './upgrade.ts';
import { freeBytesOf, heapShare, Vitals } from './vitals.ts';
import { isEnd, VoteWatch } from './vote-watch.ts';

export type SafetyOptions = {
  readonly host: Around;
  readonly network: Network;
  /** [SET-2] The validator sets that the core knows. */
  readonly view: { readonly membership: { readonly chain: SetChain } };
  readonly crypto: Crypto;
  readonly log: Log;
  /** The header of a batch that the node knows. */
  readonly headerOf: (batch: BatchId) => HeaderMessage | undefined;
  /** Folder of the node, whose disk is watched. */
  readonly directory: string;
  /** Versions of the protocol to come. */
  readonly activations?: readonly Activation[];
  /** Absent: nobody listens. */
  readonly doppelganger?: DoppelgangerOptions;
  /** Instead of asking the system. */
  readonly freeBytes?: () => Promise<number>;
  /** Called once, when somebody else signs with this key: NodeError key-runs-elsewhere. */
  readonly onTwin: (error: NodeError) => void;
};

/** What health and status are made of. */
export type SafetySigns = {
  /** Absent if nobody listens. */
  readonly doppelganger: DoppelgangerState | undefined;
  /** Absent if the system does not tell. */
  readonly diskFreeBytes: number | undefined;
  readonly isDiskFull: boolean;
  /** 0..1 */
  readonly heapShare: number;
  /** Rounds since it was drawn and said nothing; 0 if all is well. */
  readonly silentRounds: number;
  /** Topics without a neighbour for several rounds. */
  readonly desertedTopics: readonly string[];
  /** A release that the network needs, or will; absent if this one knows all that is announced. */
  readonly upgrade: Upgrade | undefined;
  /** Peers that refuse this process: another one with its key is connected to them. */
  readonly refusedBy: number;
};

const NEVER = round(Number.MAX_SAFE_INTEGER);

export class Safety {
  readonly votes = new VoteWatch();
  readonly #options: SafetyOptions;
  readonly #vitals: Vitals;
  readonly #doppelganger: Doppelganger | undefined;
  readonly #voice: OwnVoice;
  readonly #reminder: UpgradeReminder;
  readonly #refusals: Refusals;
  #latest = 0;
  #twin: NodeError | undefined;

  constructor(options: SafetyOptions) {
    this.#options = options;
    const { doppelganger, directory, log, freeBytes = () => freeBytesOf(directory) } = options;
    this.#doppelganger = doppelganger && new Doppelganger(doppelganger);
    this.#voice = new OwnVoice({ ...options, self: options.host.id });
    this.#reminder = new UpgradeReminder(options.network);
    const { host, view } = options;
    this.#refusals = new Refusals(() => view.membership.chain.head.state.network);
    host.onElsewhere((peer) => this.#refused(peer));
    host.onPeer(({ peer, change }) => change === 'connected' && this.#refusals.forget(peer));
    this.#vitals = new Vitals({
      freeBytes,
      onDisk: ({ change, freeBytes: bytes }) => log.warn(`disk-${change}`, { freeBytes: bytes }),
    });
  }

  /** Looks at the disk, now and from time to time. */
  async start(): Promise<void> {
    await this.#vitals.start();
  }

  stop(): void {
    this.#vitals.stop();
  }

  /** What others said before this start is known, up to the beacon `latest`. */
  begin(latest: Round): void {
    this.#doppelganger?.begin(latest);
    const state = this.#doppelganger?.state;
    if (state?.kind !== 'listening') return;
    this.#options.log.info('doppelganger-wait', { rounds: state.roundsLeft });
  }

  /** A beacon came. */
  tick(latest: Round): void {
    const { host, view } = this.#options;
    this.#voice.tick();
    const isHeard = hasNeighbours(host) || !needsPeers(view.membership.chain, host.id);
    this.#doppelganger?.tick(latest, isHeard);
    this.votes.tick(latest, emptyTopics(host));
    this.#latest = Math.max(this.#latest, latest);
    if (this.#reminder.isTime(latest)) this.#remind();
  }

  /** Hears what became of claims that this node was drawn for. */
  note(report: Report): void {
    if (isEnd(report)) this.votes.done(report.subject);
  }

  /** This process sends a message. */
  said(message: Message): void {
    this.#voice.note(message);
  }

  /** Somebody sends a message: before the core gets it, and whether it does or not. */
  hear(message: Message): void {
    if (this.#doppelganger === undefined || this.#twin !== undefined) return;
    const header = headerIn(message);
    if (header !== undefined && header.round < this.gate(round(0))) this.#voice.noteUnheard(header);
    const about = this.#voice.foreignRound(message);
    if (about === undefined) return;
    this.#doppelganger.hear(about);
    if (this.#doppelganger.state.kind !== 'heard') return;
    this.#stopFor(`heard about round ${about}, which this one did not sign`);
  }

  /** A peer says that another process with this key is connected to it. */
  #refused(peer: NodeId): void {
    const isMember = this.#refusals.note(peer);
    if (this.#doppelganger === undefined || this.#twin !== undefined) return;
    if (isMember) this.#doppelganger.meet();
    if (!this.#refusals.areBelievable) return;
    this.#stopFor('validators with over a third of the stake say that it is connected to them');
  }

  #stopFor(sign: string): void {
    this.#twin = keyRunsElsewhere(this.#options.host.id, sign);
    this.#options.onTwin(this.#twin);
  }

  /** @throws NodeError key-runs-elsewhere */
  assertAlone(): void {
    if (this.#twin !== undefined) throw this.#twin;
  }

  /** Of rounds below, the core hears nothing. @param watermark what the guard says */
  gate(watermark: Round): Round {
    if (this.#twin !== undefined) return NEVER;
    if (this.#vitals.isDiskFull || this.#upgrade()?.isOver === true) return NEVER;
    return round(Math.max(watermark, this.#doppelganger?.firstRound ?? 0));
  }

  /** What is so now. */
  signs(): SafetySigns {
    return {
      doppelganger: this.#doppelganger?.state,
      diskFreeBytes: this.#vitals.diskFreeBytes,
      isDiskFull: this.#vitals.isDiskFull,
      heapShare: heapShare(),
      silentRounds: this.votes.silentRounds,
      desertedTopics: this.votes.deserted(emptyTopics(this.#options.host)),
      upgrade: this.#upgrade(),
      refusedBy: this.#refusals.count,
    };
  }

  #upgrade(): Upgrade | undefined {
    const { network, activations = [] } = this.#options;
    return upgradeOf(network, activations, this.#latest);
  }

  #remind(): void {
    const upgrade = this.#upgrade();
    if (upgrade === undefined) return;
    const { release, epoch, isOver } = upgrade;
    const name = isOver ? 'upgrade-missed' : 'upgrade-due';
    this.#options.log.warn(name, { release, epoch, reason: upgradeText(upgrade) });
  }
}

function headerIn(message: Message): HeaderMessage | undefined {
  if (message.type === 'header') return message;
  return message.type === 'openings' ? message.header : undefined;
}

function keyRunsElsewhere(self: NodeId, sign: string): NodeError {
  return new NodeError({
    code: 'key-runs-elsewhere',
    message: `another process runs with the key ${self.slice(0, 16)}: ${sign}`,
    remedy:
      'Stop one of the two for good: together they contradict each other and lose the stake. ' +
      'If the other one shall go on, do nothing here. If this one shall, stop the other, carry ' +
      'its guard here (assay guard export, assay guard import), then start again.',
  });
}
