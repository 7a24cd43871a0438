/** Catching up: beacons in order, believed by nobody's word, checked many at a time. */
import assert from 'node:assert/strict';
import {
  defined,
  type NodeId,
  type Round,
  round,
  type TimeMs,
  timeMs,
} from '../../../src/base/index.ts';
import {
  Draws,
  type Report,
  type SetChain,
  Validator,
  votingRounds,
  windowRounds,
} from '../../../src/core/index.ts';
import type { Crypto } from '../../../src/crypto/index.ts';
import { Archive } from '../../../src/node/archive.ts';
import { rememberBeacons } from '../../../src/node/beacon/index.ts';
import { Feed } from '../../../src/node/feed.ts';
import type { FrameStream, Host, PeerInfo } from '../../../src/node/libp2p/index.ts';
import { requestFormat } from '../../../src/node/rpc/index.ts';
import { type Clock, Runner, systemClock, validatorCore } from '../../../src/node/runner/index.ts';
import { Sync } from '../../../src/node/sync.ts';
import { createMemoryStore } from '../../../src/store/index.ts';
import { encodeMessage, type HeaderMessage } from '../../../src/wire/index.ts';
import {
  type ClusterKeys,
  createClusterKeys,
  EXECUTION_CLASS,
} from '../../support/cluster-network.ts';
import { changedFixtureOf } from '../receipt/fixture.ts';
import { batchOf, certificateAbout, headerAt, nodeOf, openingOf } from './protocol-messages.ts';

type Request = Parameters<typeof requestFormat.encode>[0];
/** What a peer answers. */
type Peer = (request: Request) => readonly Uint8Array[];

const keys = createClusterKeys({ stakes: [1, 1, 1, 1] });
const WINDOW = windowRounds(keys.network);
const DUE = WINDOW + 100;
const FIRST = DUE - WINDOW;

const HEADER = headerAt(DUE);
const BATCH = batchOf(HEADER);

describe('Sync', () => {
  it('gives the core every beacon of the window, in order', async () => {
    const { sync, known } = nodeWith([honest]);
    assert.equal(await sync.beacons(), WINDOW + 1);
    assert.deepEqual(known, roundsFrom(FIRST, WINDOW + 1));
  });

  it('[TIME-1] verifies them many at a time, and none again in the core', async () => {
    const { sync, checks } = nodeWith([honest]);
    await sync.beacons();
    assert.equal(checks.alone, 0);
    assert.ok(checks.together <= Math.ceil((WINDOW + 1) / 32), `${checks.together} checks`);
  });

  it('[TIME-1] takes what is good before a bad one, and the rest from others', async () => {
    const bad = FIRST + 40;
    const spoils: Peer = (request) =>
      beaconsFrom(request, (r) => (r >= bad ? forged(r) : signed(r)));
    const { sync, known, checks } = nodeWith([spoils, honest]);
    assert.equal(await sync.beacons(), WINDOW + 1);
    assert.deepEqual(known, roundsFrom(FIRST, WINDOW + 1));
    assert.ok(checks.alone <= 32, `${checks.alone} beacons were checked one by one`);
  });

  it('[TIME-1] spends little on a peer that sends nothing but forgeries', async () => {
    const liar: Peer = (request) => beaconsFrom(request, forged);
    const { sync, known, checks } = nodeWith([liar]);
    assert.equal(await sync.beacons(), 0);
    assert.deepEqual(known, []);
    assert.ok(checks.alone <= 2 && checks.together <= 2);
  });

  it('[WIRE-6] looks a batch up once at each peer, however often it names it', async () => {
    const lookups: string[] = [];
    const named = encodeMessage({ type: 'query', batch: BATCH });
    const liar: Peer = ({ method }) => {
      if (method === 'lookup') lookups.push(method);
      return method === 'open' ? Array.from({ length: 100 }, () => named) : [];
    };
    const { sync } = nodeWith([liar, liar]);
    assert.deepEqual(await sync.openBatches(), { batches: 1, messages: 0 });
    // in brief, and as nothing came of it as a whole
    assert.equal(lookups.length, 4);
  });

  it('[WIRE-6] gives the core once what several peers say, but for what it refused', async () => {
    const named = encodeMessage({ type: 'query', batch: BATCH });
    const says =
      (message: Uint8Array): Peer =>
      ({ method }) =>
        method === 'open' ? [named] : method === 'lookup' ? [message] : [];
    for (const [message, times] of [
      [signed(FIRST), 1],
      [forged(FIRST), 6],
    ] as const) {
      const { sync, feed } = nodeWith([says(message), says(message), says(message)]);
      let taken = 0;
      const take = feed.take.bind(feed);
      feed.take = async (...args) => {
        taken += 1;
        return await take(...args);
      };
      assert.equal((await sync.openBatches()).messages, 6, 'in brief, then as a whole');
      assert.equal(taken, times);
    }
  });

  it('does not take rounds that were not asked for', async () => {
    const jumps: Peer = (request) =>
      request.method === 'beacons' ? [signed(request.from + 1), signed(request.from + 2)] : [];
    const { sync, known } = nodeWith([jumps]);
    assert.equal(await sync.beacons(), 0);
    assert.deepEqual(known, []);
  });

  it('[TIME-4] takes no old beacon for a wrong clock, and finds one after', async () => {
    const clock = new HandClock();
    // a round goes by for each beacon that is asked for: all come regularly, and far too late
    const slow: Peer = (request) => {
      clock.nowMs += keys.network.parameters.roundMs;
      return beaconsFrom(request, (r) => (r <= FIRST + 5 ? signed(r) : undefined)).slice(0, 1);
    };
    const { sync, feed, skews } = nodeWith([slow], { clock });
    assert.equal(await sync.beacons(), 6);
    assert.deepEqual(skews, []);
    for (const r of [FIRST + 6, FIRST + 7]) {
      clock.nowMs += keys.network.parameters.roundMs;
      const message = { type: 'beacon', round: round(r), signature: keys.beacon.sign(r) } as const;
      await feed.take('neighbour', { message, bytes: encodeMessage(message) });
    }
    assert.equal(skews.length, 1, 'beacons that just came out, regularly, tell of the clock');
  });

  it('[SET-1] archives certificates of the set that served their round', async () => {
    const { keys: changed, chain, receipt } = changedFixtureOf('drawn');
    assert.ok(receipt.kind === 'drawn');
    const bytes = encodeMessage(receipt.certificate);
    const tells: Peer = ({ method }) => (method === 'certificates' ? [bytes] : []);
    const at = { keys: changed, due: receipt.certificate.header.round + 8 };
    assert.equal(await nodeWith([tells], { ...at, chain }).sync.certificates(), 1);
    assert.equal(await nodeWith([tells], at).sync.certificates(), 0, 'a set that it does not know');
  });

  it('[TIME-1] verifies beacons of certificates many at a time, each once', async () => {
    const rounds = [5, 7];
    const beacons = rounds.map((r) => ({ round: round(r), signature: keys.beacon.sign(r) }));
    const tells: Peer = ({ method }) =>
      method === 'certificates'
        ? [0, 1, 2].map((i) => encodeMessage(certificateAbout(headerAt(5), i, { beacons })))
        : [];
    const { sync, checks, verified } = nodeWith([tells]);
    assert.equal(await sync.certificates(), 0, 'they are of another set');
    assert.deepEqual(verified, [rounds]);
    assert.equal(checks.alone, 0);
  });

  it('begins with what it has kept itself, and asks for the rest', async () => {
    const asked: number[] = [];
    const counts: Peer = (request) => {
      if (request.method === 'beacons') asked.push(request.from);
      return honest(request);
    };
    const { sync, archive, known } = nodeWith([counts]);
    for (const r of roundsFrom(FIRST, 10)) {
      await archive.addBeacon(round(r), keys.beacon.sign(r));
    }
    await sync.beacons();
    assert.equal(asked[0], FIRST + 10);
    assert.deepEqual(known, roundsFrom(FIRST, WINDOW + 1));
  });

  it('takes from endpoints what no peer has, several at a time', async () => {
    let underWay = 0;
    let most = 0;
    const fetchBeacon = async (r: Round): Promise<Uint8Array | undefined> => {
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise((resolve) => setImmediate(resolve));
      underWay -= 1;
      return keys.beacon.sign(r);
    };
    const { sync, known } = nodeWith([() => []], { fetchBeacon });
    await sync.beacons();
    assert.deepEqual(known, roundsFrom(FIRST, WINDOW + 1));
    assert.equal(most, 8);
  });

  it('ends where nobody has the next one, and when it is told to', async () => {
    const until = FIRST + 20;
    const short: Peer = (request) =>
      beaconsFrom(request, (r) => (r < until ? signed(r) : undefined));
    const { sync, known } = nodeWith([short]);
    assert.equal(await sync.beacons(), 20);
    assert.equal(known.at(-1), until - 1);
    const stopped = nodeWith([honest], { signal: AbortSignal.abort() });
    assert.equal(await stopped.sync.beacons(), 0);
  });

  it('[WIRE-6] asks several peers what is open, and what was said about it', async () => {
    const lookups: string[] = [];
    const tells =
      (name: string): Peer =>
      (request) => {
        if (request.method === 'open') return [encodeMessage({ type: 'query', batch: BATCH })];
        if (request.method !== 'lookup') return [];
        const brief = request.votesOf === undefined ? '' : ' in brief';
        lookups.push(`${name} ${request.index ?? 'batch'}${brief}`);
        return [encodeMessage(HEADER)];
      };
    const silent: Peer = () => [];
    const { sync } = nodeWith([tells('a'), silent, tells('c')], { unopened: [3] });
    assert.deepEqual(await sync.openBatches(), { batches: 1, messages: 6 });
    const brief = ['a batch in brief', 'c batch in brief'];
    assert.deepEqual(lookups, [...brief, 'a batch', 'c batch', 'a 3', 'c 3']);
    assert.equal(await sync.rest(), 0);
  });

  it('[WIRE-6] asks in full for what is over once it takes part, for the rest before', async () => {
    const voting = votingRounds(keys.network);
    const opened = (header: HeaderMessage) => openingOf(header, 0, 'a');
    const decided = (header: HeaderMessage) => certificateAbout(header, 0);
    const undecided = (header: HeaderMessage) => certificateAbout(header, 1);
    for (const [what, age, says, isOver] of [
      ['nobody can vote any more', voting + 1, [opened, decided], true],
      ['somebody can', voting, [opened, decided], false],
      ['another leaf is decided', voting + 1, [opened, undecided], false],
      ['nothing was drawn', voting + 1, [], true],
    ] as const) {
      const header = headerAt(DUE - age);
      const messages = [header, ...says.map((say) => say(header))];
      const lookups: string[] = [];
      const tells: Peer = (request) => {
        if (request.method === 'open') {
          return [encodeMessage({ type: 'query', batch: batchOf(header) })];
        }
        if (request.method !== 'lookup') return honest(request);
        lookups.push(request.votesOf === undefined ? 'whole' : 'brief');
        return messages.map((message) => encodeMessage(message));
      };
      const { sync } = nodeWith([tells]);
      await sync.beacons();
      await sync.openBatches();
      assert.deepEqual(lookups, isOver ? ['brief'] : ['brief', 'whole'], what);
      assert.equal(await sync.rest(), isOver ? messages.length : 0, what);
      assert.deepEqual(lookups, ['brief', 'whole'], what);
      assert.equal(await sync.rest(), 0, 'once');
    }
  });

  it('[WIRE-4] asks members before who only calls itself one', async () => {
    const asked: string[] = [];
    const named = (name: string): Peer => {
      return () => {
        asked.push(name);
        return [];
      };
    };
    const strangers = ['a', 'b', 'c', 'd'].map(named);
    const { id } = defined(keys.validators[1], 'there are four');
    const { sync } = nodeWith([...strangers, named('member')], { ids: new Map([[4, id]]) });
    await sync.openBatches();
    assert.deepEqual(asked, ['member', 'a', 'b']);
  });

  it('goes on where a peer does not answer', async () => {
    const broken: Peer = () => {
      throw new Error('the stream was reset');
    };
    const { sync, known } = nodeWith([broken, honest]);
    await sync.beacons();
    assert.equal(known.length, WINDOW + 1);
    assert.deepEqual(await sync.openBatches(), { batches: 0, messages: 0 });
    assert.equal(await sync.certificates(), 0);
  });
});

function roundsFrom(from: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => from + i);
}

function signed(r: number): Uint8Array {
  return encodeMessage({ type: 'beacon', round: round(r), signature: keys.beacon.sign(r) });
}

function forged(r: number): Uint8Array {
  const signature = new Uint8Array(48).fill(r % 256);
  return encodeMessage({ type: 'beacon', round: round(r), signature });
}

function beaconsFrom(
  request: Request,
  of: (r: number) => Uint8Array | undefined,
): readonly Uint8Array[] {
  if (request.method !== 'beacons') return [];
  return roundsFrom(request.from, request.count).flatMap((r) => of(r) ?? []);
}

function honest(request: Request): readonly Uint8Array[] {
  return beaconsFrom(request, (r) => (r <= DUE ? signed(r) : undefined));
}

/** A clock that stands still unless it is moved, far from any beacon's time. */
class HandClock implements Clock {
  nowMs = 0;

  now(): TimeMs {
    return timeMs(this.nowMs);
  }

  wallOffsetMs(): number {
    return 0;
  }

  after(): () => void {
    return () => undefined;
  }
}

type More = {
  readonly clock?: Clock;
  readonly fetchBeacon?: (r: Round) => Promise<Uint8Array | undefined>;
  readonly signal?: AbortSignal;
  readonly unopened?: readonly number[];
  readonly keys?: ClusterKeys;
  readonly chain?: SetChain;
  readonly due?: number;
  /** Ids of peers that are somebody. */
  readonly ids?: ReadonlyMap<number, NodeId>;
};

/** A validator that knows nothing yet, among peers that answer as the test says. */
function nodeWith(peers: readonly Peer[], more: More = {}) {
  const { keys: own = keys } = more;
  const checks = { alone: 0, together: 0 };
  const verified: number[][] = [];
  const counting: Crypto = {
    ...own.crypto,
    verifyBeacon: (...args) => {
      checks.alone += 1;
      return own.crypto.verifyBeacon(...args);
    },
    verifyBeacons: (...args) => {
      checks.together += 1;
      verified.push(args[1].map((signed) => signed.round));
      return own.crypto.verifyBeacons(...args);
    },
  };
  const crypto = rememberBeacons(counting);
  const { network } = own;
  const signer = defined(own.validators[0], 'there is a validator');
  const options = { draws: new Draws(network), crypto, signer, executionClass: EXECUTION_CLASS };
  const known: number[] = [];
  const skews: Report[] = [];
  const host = hostOf(peers, more.ids);
  const validator = new Validator({ ...options, guard: [] });
  const runner = new Runner({
    core: validatorCore(validator),
    clock: more.clock ?? systemClock,
    ports: {
      persist: async () => undefined,
      perform: (effect) => {
        const isSkew = effect.kind === 'report' && effect.report.kind === 'clock-skewed';
        if (isSkew) skews.push(effect.report);
      },
      halted: () => undefined,
    },
  });
  const feed = new Feed({
    host,
    runner,
    onBeacon: ({ round: r }) => known.push(r),
    isCurrent: () => false,
    onMalformed: () => undefined,
    hear: () => undefined,
    watermark: () => round(0),
  });
  const archive = new Archive(createMemoryStore());
  const sync = new Sync({
    ...{ host, network, crypto, feed, archive },
    chain: () => more.chain ?? validator.chain,
    latest: () => (known.length === 0 ? undefined : round(Math.max(...known))),
    due: () => more.due ?? DUE,
    unopened: () => more.unopened ?? [],
    fetchBeacon: more.fetchBeacon ?? (() => Promise.resolve(undefined)),
    signal: more.signal ?? new AbortController().signal,
  });
  return { sync, known, checks, verified, archive, feed, skews };
}

/** A host whose peers are functions. */
function hostOf(peers: readonly Peer[], named: ReadonlyMap<number, NodeId> = new Map()): Host {
  const ids = peers.map((_, i) => named.get(i) ?? nodeOf(`peer ${i}`));
  const host: Pick<Host, 'id' | 'onGossip' | 'onDirect' | 'peers' | 'open'> = {
    id: nodeOf('self'),
    onGossip: () => undefined,
    onDirect: () => undefined,
    peers: () => ids.map((id) => ({ id, role: 'validator' }) as PeerInfo),
    open: (id: NodeId) => Promise.resolve(streamTo(peers[ids.indexOf(id)] as Peer)),
  };
  return host as Host;
}

function streamTo(peer: Peer): FrameStream {
  let frames: Uint8Array[] = [];
  return {
    write: async (frame) => {
      const request = requestFormat.decode(frame);
      assert.equal(request.kind, 'ok');
      frames = [...peer(request.value)];
    },
    read: () => Promise.resolve(frames.shift()),
    closeWrite: () => Promise.resolve(),
    close: () => Promise.resolve(),
    abort: () => undefined,
  };
}
