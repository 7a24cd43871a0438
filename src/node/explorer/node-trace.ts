/**
 * The trace of a live node: the same tracer as in the simulator, fed from the steps of the node's
 * core. It tells what the node heard and accepted; what its core ignored or rejected may be forged
 * and is not told.
 *
 * Distances need the provider's output. A node that holds no seat does not fetch it for its votes:
 * it is fetched here once the level has a certificate, when everybody may have it. [SAMPLE-2]
 */
import {
  type BatchId,
  type Measurement,
  type NodeId,
  type Round,
  type Subject,
  sha256,
  subjectKey,
  toHex,
} from '../../base/index.ts';
import { plainConfig } from '../../config/index.ts';
import {
  Draws,
  type Network,
  type ProviderEffect,
  type Report,
  SetChain,
} from '../../core/index.ts';
import { type Crypto, realCrypto } from '../../crypto/index.ts';
import { type NetworkFile, networkOf } from '../../network-file/index.ts';
import {
  movementsOfBatch,
  movementsOfClaim,
  type NodeEntry,
  type NodeNumber,
  Recent,
  TRACE_FORMAT,
  type TraceRecord,
  Tracer,
  type TraceTime,
} from '../../trace/index.ts';
import type { Decoded, HeaderMessage, Message } from '../../wire/index.ts';
import { SELF } from '../answers.ts';
import type { Archive } from '../archive.ts';
import type { AssayNode } from '../assay-node.ts';
import type { ExecutionService } from '../execution/index.ts';
import type { Host, PeerEvent, Role } from '../libp2p/index.ts';
import type { NodeParts } from '../node-parts.ts';
import type { NodeStatus } from '../rpc/index.ts';
import type { StepObserver } from '../runner/index.ts';
import type { SetService } from '../sets/index.ts';
import { RecordRing } from './ring.ts';

/** Messages, and beacons, that are remembered. */
const MESSAGES_MAX = 8_192;
const BEACONS_MAX = 4_096;
/** Peers that are no members and get a number of their own; keys cost nothing. */
const STRANGERS_MAX = 1_024;
/** Outputs that are fetched at a time for distances; beyond that, distances are missing. */
const FETCHES_MAX = 16;

/** What a trace asks of the node that it belongs to. */
export type TracedNode = {
  readonly host: Host;
  readonly archive: Archive;
  /** Remembers beacons that it verified. */
  readonly crypto: Crypto;
  readonly execution: Pick<ExecutionService, 'measureOutput'>;
  readonly messagesAbout: (subject: Subject) => Promise<readonly Uint8Array[]>;
  readonly status: () => NodeStatus;
};

export type NodeTraceOptions = {
  readonly file: NetworkFile;
  /** As nodes introduce themselves, `assay/0.1.0`; a trace tells the bare version. */
  readonly softwareVersion: string;
  /** The node itself. */
  readonly self: { readonly id: NodeId; readonly role: Role };
  /** Unix time, ms. */
  readonly nowMs: number;
  /** Bytes of records that are kept. */
  readonly bytesMax?: number;
};

export class NodeTrace {
  readonly network: Network;
  readonly records: RecordRing;
  readonly options: NodeTraceOptions;
  readonly crypto: Crypto = realCrypto;
  readonly #genesis: SetChain;
  readonly #tracer: Tracer;
  /** Unix time of the beginning of round 0, ms. */
  readonly #originMs: number;
  readonly #self: NodeNumber;
  /** The object under which a message was told, by the hash of its bytes. */
  readonly #heard = new Recent<string, Decoded>(MESSAGES_MAX);
  readonly #randomness = new Recent<Round, Uint8Array>(BEACONS_MAX);
  readonly #outputs = new Recent<string, Message & { type: 'output' }>(MESSAGES_MAX);
  #node: TracedNode | undefined;
  #sets: Pick<SetService, 'chain'> | undefined;
  #strangers = 0;
  #fetches = 0;
  #at: TraceTime = 0;

  constructor(options: NodeTraceOptions) {
    const { file, nowMs, bytesMax } = options;
    this.options = options;
    this.network = networkOf(file);
    this.#genesis = new SetChain(new Draws(this.network));
    this.#originMs = this.network.beacon.genesisMs - this.network.parameters.roundMs;
    this.records = new RecordRing({ nowMs, ...(bytesMax === undefined ? {} : { bytesMax }) });
    const live = { emit: (record: TraceRecord) => this.records.push(record) };
    this.#tracer = this.tracer(live, this.#listed());
    this.#self = this.#tracer.names.of(options.self.id);
  }

  /** Returns a tracer that numbers nodes as this trace does. */
  tracer(
    to: { readonly emit: (record: TraceRecord) => void; readonly firstMessage?: number },
    nodes: readonly NodeEntry[] = this.#tracer.names.entries,
  ): Tracer {
    const { crypto } = this;
    const sets = (): SetChain => this.chain;
    const randomnessOf = (r: Round): Uint8Array | undefined => this.#randomness.get(r);
    const tracer = new Tracer({ sets, crypto, randomnessOf, ...to });
    const at = this.timeOf(this.options.nowMs);
    tracer.start({ at, ...this.#start() });
    for (const entry of nodes) tracer.node(at, entry);
    const { id } = this.options.self;
    for (const name of [SELF, 'beacon-endpoint']) tracer.names.alias(name, tracer.names.of(id));
    return tracer;
  }

  /** The members that the network file lists, and the node itself. */
  #listed(): readonly NodeEntry[] {
    const members = membersOf(this.network);
    const { id, role } = this.options.self;
    const isListed = members.some((member) => member.id === id);
    return isListed ? members : [...members, { id, role }];
  }

  /** Time of the trace at a Unix time. */
  timeOf(unixMs: number): TraceTime {
    return Math.floor((unixMs - this.#originMs) * 1000);
  }

  /** Notes the randomness of a verified round. */
  learn(r: Round, signature: Uint8Array): void {
    // [TIME-1] randomness is a hash of the signature
    if (this.#randomness.get(r) === undefined) this.#randomness.set(r, sha256(signature));
  }

  /** [SET-2] The validator sets that the node knows. */
  get chain(): SetChain {
    return this.#sets?.chain ?? this.#genesis;
  }

  /** The node that is traced, when it was opened. */
  get node(): TracedNode | undefined {
    return this.#node;
  }

  /** Belongs to a node from now on. */
  attach(node: AssayNode, { host, archive, crypto, execution }: NodeParts): void {
    this.#node = {
      ...{ host, archive, crypto, execution },
      messagesAbout: (subject) => node.messagesAbout(subject),
      status: () => node.status(),
    };
    this.#sets = node.sets;
    host.onPeer((event) => this.#peer(host, event));
  }

  /** Sees a step of the core. */
  readonly observe: StepObserver = (event, effects) => {
    const at = this.#tick(event.now);
    if (event.kind === 'message-received') this.#receive(at, event, effects);
    else this.#tracer.took(at, this.#self, event, effects);
    for (const effect of effects) {
      if (effect.kind === 'publish') this.#say(at, effect);
      else if (effect.kind === 'send' && effect.to !== SELF) {
        this.#say(at, effect, this.#numberOf(effect.to));
      } else this.#tracer.did(at, this.#self, effect);
      if (effect.kind === 'report') this.#follow(at, effect.report);
    }
  };

  /** Time never runs back in a trace, whatever clocks do. */
  #tick(unixMs: number): TraceTime {
    this.#at = Math.max(this.#at, this.timeOf(unixMs));
    return this.#at;
  }

  #receive(
    at: TraceTime,
    event: Parameters<StepObserver>[0] & { kind: 'message-received' },
    effects: readonly ProviderEffect[],
  ): void {
    const { message } = event.decoded;
    // what a node asks itself or is asked is no news
    if (event.from === SELF) return;
    const isAccepted = effects.some((e) => e.kind === 'judge' && e.verdict === 'accept');
    if (!isAccepted) return;
    if (message.type === 'beacon') this.learn(message.round, message.signature);
    if (message.type === 'output') this.#outputs.set(subjectKey(message), message);
    const from = this.#numberOf(event.from);
    const decoded = this.#told(at, event.decoded, this.sayerOf(message) ?? from);
    this.#tracer.took(at, this.#self, { ...event, decoded }, effects);
  }

  /** Tells a message that this node says; one that was told before is passed on. */
  #say(at: TraceTime, said: { message: Message; bytes: Uint8Array }, to?: NodeNumber): void {
    const { message, bytes } = said;
    if (message.type === 'output') this.#outputs.set(subjectKey(message), message);
    this.#told(at, { message, bytes }, this.#self, to);
  }

  #told(at: TraceTime, decoded: Decoded, sayer: NodeNumber, to?: NodeNumber): Decoded {
    const name = toHex(sha256(decoded.bytes));
    const known = this.#heard.get(name);
    if (known !== undefined) return known;
    this.#heard.set(name, decoded);
    this.#tracer.said(at, sayer, decoded, to === undefined ? {} : { to });
    return decoded;
  }

  /** Number of a member of the network. */
  numberOf(id: NodeId): NodeNumber {
    return this.#tracer.names.of(id);
  }

  /** Round whose beacon draws a level. */
  drawnBy(header: HeaderMessage, level: number): Round | undefined {
    return this.#tracer.committees.drawnBy(header, level);
  }

  /** Who signed a message, if that can be seen. */
  sayerOf(message: Message): NodeNumber | undefined {
    const { names, committees } = this.#tracer;
    switch (message.type) {
      case 'header':
        return names.of(message.provider);
      case 'openings':
        return names.of(message.header.provider);
      case 'output': {
        const provider = committees.header(message.batch)?.provider;
        return provider === undefined ? undefined : names.of(provider);
      }
      case 'bundle':
        return names.of(message.validator);
      default:
        return undefined;
    }
  }

  #follow(at: TraceTime, report: Report): void {
    switch (report.kind) {
      case 'certified':
        return this.#fetchOutput(report);
      case 'set-changed':
        return this.#admit(at);
      case 'batch-sealed': {
        const header = this.#tracer.committees.header(report.batch);
        if (header === undefined) return;
        const moved = movementsOfBatch(this.chain.at(header.round).state.network, header);
        return this.#moved(at, moved, { batch: report.batch });
      }
      case 'closed': {
        const header = this.#tracer.committees.header(report.subject.batch);
        if (header === undefined) return;
        const { network } = this.chain.at(header.round).state;
        const moved = movementsOfClaim(network, header, report.judged);
        return this.#moved(at, moved, report.subject);
      }
      default:
    }
  }

  /** [SET-3] Tells of members that the network file does not list. */
  #admit(at: TraceTime): void {
    for (const entry of membersOf(this.chain.head.state.network)) {
      if (this.#tracer.names.find(entry.id) === undefined) this.#tracer.node(at, entry);
    }
  }

  #moved(
    at: TraceTime,
    movements: ReturnType<typeof movementsOfBatch>,
    about: { readonly batch: BatchId; readonly index?: number },
  ): void {
    for (const { account, amount, reason } of movements) {
      const node = this.#tracer.names.of(account);
      this.#tracer.movement(at, { node, amount: String(amount), reason, ...about });
    }
  }

  /** Measures the provider's output for a level, unless the core does. */
  #fetchOutput({ subject, level }: Report & { kind: 'certified' }): void {
    const place = { subject, level };
    const output = this.#outputs.get(subjectKey(subject));
    const header = this.#tracer.committees.header(subject.batch);
    if (output === undefined || header === undefined) return;
    if (this.#tracer.hasOutput(place) || this.#fetches >= FETCHES_MAX) return;
    this.#fetches += 1;
    this.measurementOf(header, place, output.digest)
      .then((measurement) => {
        const now = this.#tick(performance.timeOrigin + performance.now());
        if (measurement !== undefined) this.#tracer.measured(now, place, measurement);
      })
      .catch(() => undefined)
      .finally(() => {
        this.#fetches -= 1;
      });
  }

  /** Fetches the output of a leaf and measures it as a level does; nothing if nobody serves it. */
  async measurementOf(
    header: HeaderMessage,
    { subject, level }: { readonly subject: Subject; readonly level: number },
    digest: (Message & { type: 'output' })['digest'],
  ): Promise<Measurement | undefined> {
    const drawnBy = this.#tracer.committees.drawnBy(header, level);
    const beacon = drawnBy === undefined ? undefined : this.#randomness.get(drawnBy);
    if (beacon === undefined || this.#node === undefined) return undefined;
    const event = await this.#node.execution.measureOutput(
      {
        kind: 'measure-output',
        id: `explorer/${subjectKey(subject)}/${level}`,
        subject,
        level,
        digest,
        beacon,
      },
      [header.provider],
      this.network.modelById.get(header.model),
    );
    return event.kind === 'output-measured' ? event.measurement : undefined;
  }

  #peer(host: Host, { peer, change }: PeerEvent): void {
    const at = this.#tick(performance.timeOrigin + performance.now());
    const role = host.peers().find(({ id }) => id === peer)?.role ?? 'observer';
    const node = this.#numberOf(peer, role);
    this.#tracer.link(at, { a: this.#self, b: node, isUp: change === 'connected' });
  }

  /** The number of a peer; of too many strangers, that of the last one. */
  #numberOf(peer: string, role: Role = 'observer'): NodeNumber {
    const { names } = this.#tracer;
    const known = names.find(peer);
    if (known !== undefined) return known;
    if (this.#strangers >= STRANGERS_MAX) return names.size - 1;
    this.#strangers += 1;
    return this.#tracer.node(this.#at, { id: peer, role });
  }

  #start() {
    const { file, softwareVersion } = this.options;
    const software = softwareVersion.replace(/^assay\//, '');
    return {
      ...({ format: TRACE_FORMAT, source: 'network', title: file.name, software } as const),
      network: file.id,
      genesisMs: this.#originMs,
      parameters: plainConfig(file.parameters),
      models: this.network.models.map(({ model, name, comparator }) => {
        const { tolerance, rejection } =
          comparator.kind === 'exact' ? { tolerance: 0, rejection: 0 } : comparator;
        return { id: model, name, tolerance, rejection };
      }),
    };
  }
}

/** The members of a set, validators first; who is both is one. */
function membersOf({ validators, providers, validatorIndex }: Network): readonly NodeEntry[] {
  return [
    ...validators.map(({ id, stake, models }) => {
      return { id, role: 'validator', stake: String(stake), models } as const;
    }),
    ...providers
      .filter(({ id }) => !validatorIndex.has(id))
      .map(({ id, stake }) => ({ id, role: 'provider', stake: String(stake) }) as const),
  ];
}
