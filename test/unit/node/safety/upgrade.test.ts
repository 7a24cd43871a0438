/** A release that a network will need is told of in time, and nothing is signed without it. */
import { deepEqual, equal, match } from 'node:assert/strict';
import { round } from '../../../../src/base/index.ts';
import { Draws, firstRound, SetChain } from '../../../../src/core/index.ts';
import { createSigner, realCrypto } from '../../../../src/crypto/index.ts';
import { announce, networkOf } from '../../../../src/network-file/index.ts';
import { examineUpgrade } from '../../../../src/node/doctor/upgrade.ts';
import { healthOf } from '../../../../src/node/health.ts';
import type { Log } from '../../../../src/node/log/index.ts';
import {
  type Activation,
  Safety,
  upgradeOf,
  upgradeText,
} from '../../../../src/node/safety/index.ts';
import { PROTOCOL_VERSION } from '../../../../src/wire/index.ts';
import { fileOf, OPERATOR } from '../../network-file/draft.ts';

const network = networkOf(fileOf());
const { epochRounds, roundMs } = network.parameters;
const NEXT: Activation = { protocolVersion: PROTOCOL_VERSION + 1, epoch: 400, release: '0.2.0' };
const BEGINS = firstRound(network, NEXT.epoch);

describe('upgradeOf', () => {
  it('knows nothing to do where this program knows all versions', () => {
    equal(upgradeOf(network, [], BEGINS), undefined);
    const known = { ...NEXT, protocolVersion: PROTOCOL_VERSION };
    equal(upgradeOf(network, [known], BEGINS), undefined);
  });

  it('names the first version that is not known, and how long there is', () => {
    const later = { protocolVersion: NEXT.protocolVersion + 1, epoch: 900, release: '0.3.0' };
    const upgrade = upgradeOf(network, [later, NEXT], BEGINS - 10);
    deepEqual(upgrade, { ...NEXT, leftMs: 10 * roundMs, isOver: false });
    equal(upgradeOf(network, [NEXT], BEGINS)?.isOver, true);
  });

  it('says so in words that people count in', () => {
    const textAt = (leftMs: number) =>
      upgradeText({ ...NEXT, leftMs, isOver: false }).replace(/^.*, in /, '');
    equal(textAt(3 * 86_400_000), 'about 3 days');
    equal(textAt(90 * 60_000), 'about 90 minutes');
    equal(textAt(1_000), 'less than two minutes');
    match(
      upgradeText({ ...NEXT, leftMs: 0, isOver: true }),
      /votes on nothing until release 0.2.0/,
    );
  });
});

describe('a node that is too old', () => {
  function safetyWith(activations: readonly Activation[]) {
    const events: string[] = [];
    const note = (event: string): void => void events.push(event);
    const log: Log = { debug: note, info: note, warn: note, error: note };
    const { id } = createSigner(new Uint8Array(32).fill(3));
    const safety = new Safety({
      host: {
        ...{ id, peers: () => [], meshSizes: () => ({ beacon: 0, claims: 0 }) },
        ...{ onPeer: () => undefined, onElsewhere: () => undefined },
      },
      ...{ network, crypto: realCrypto, log, directory: '/', activations },
      view: { membership: { chain: new SetChain(new Draws(network)) } },
      headerOf: () => undefined,
      freeBytes: () => Promise.resolve(2 ** 40),
      onTwin: () => undefined,
    });
    return { safety, events };
  }

  it('warns at its start and once in each epoch, and votes until the version begins', () => {
    const { safety, events } = safetyWith([NEXT]);
    const from = BEGINS - 2 * epochRounds;
    for (let r = from; r < BEGINS; r += 100) {
      safety.tick(round(r));
      equal(safety.gate(round(5)), 5);
    }
    deepEqual(events, ['upgrade-due', 'upgrade-due']);
    safety.tick(BEGINS);
    safety.tick(round(BEGINS + 1));
    deepEqual(events.slice(2), ['upgrade-missed']);
    equal(safety.gate(round(5)), Number.MAX_SAFE_INTEGER);
  });

  it('is in sync with a reason before, and degraded with the remedy after', () => {
    const { safety } = safetyWith([NEXT]);
    const health = () =>
      healthOf({
        ...safety.signs(),
        ...{ phase: 'running', halted: undefined, peers: 3, needsPeers: true, roundsBehind: 0 },
        ...{ skewMs: undefined, missingModels: [], heapShare: 0, desertedTopics: [] },
      });
    safety.tick(round(BEGINS - 1));
    equal(health().state, 'in-sync');
    match(health().reason, /install release 0.2.0 before epoch 400/);
    safety.tick(BEGINS);
    equal(health().state, 'degraded');
    match(health().reason, /release 0.2.0 is installed/);
  });

  it('is told so by the doctor', () => {
    const file = announce(fileOf(), [NEXT], OPERATOR);
    const at = (r: number) => examineUpgrade(file, file.beacon.genesisMs + r * roundMs);
    equal(examineUpgrade(fileOf(), Date.now()).outcome, 'ok');
    equal(at(BEGINS - 10).outcome, 'warning');
    equal(at(BEGINS + 10).outcome, 'failed');
    match(at(BEGINS + 10).remedy ?? '', /0.2.0/);
  });
});
