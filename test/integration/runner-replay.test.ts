/**
 * What a node did can be done again outside of it: the recorded events of every node of a running
 * network, replayed through a fresh core, yield the very same effects.
 */
import assert from 'node:assert/strict';
import { AssayError, defined } from '../../src/base/index.ts';
import { Draws, Provider, Validator } from '../../src/core/index.ts';
import { createSigner, realCrypto } from '../../src/crypto/index.ts';
import { networkOf } from '../../src/network-file/index.ts';
import { rememberBeacons } from '../../src/node/beacon/index.ts';
import type { DevnetMember } from '../../src/node/devnet/index.ts';
import { Requester } from '../../src/node/index.ts';
import {
  type Core,
  type EventLogHead,
  readEventLogHead,
  replayEventLog,
  validatorCore,
} from '../../src/node/runner/index.ts';
import { mlpInput, TestDevnet } from '../support/devnet.ts';

describe('event log of a node', () => {
  const logs = new Map<string, string[]>();
  let net: TestDevnet;
  let members: readonly DevnetMember[] = [];

  before(async function () {
    this.timeout(60_000);
    const record = (node: string, line: string): void => {
      logs.set(node, [...(logs.get(node) ?? []), line]);
    };
    net = await TestDevnet.start({ validators: 4, providers: 1, roundMs: 1_000, record });
    members = [...net.devnet.validators, ...net.devnet.providers];
    try {
      await askSome(net, 3);
    } finally {
      await net.stop();
    }
  });

  it('replays through a fresh core and yields the same effects', () => {
    const kinds = new Set<string>();
    for (const member of members) {
      const { head, lines } = logOf(member);
      assert.equal(head.networkId, net.devnet.file.id);
      const replayed = replayEventLog(coreOf(member, head), lines);
      assert.deepEqual(replayed, { steps: lines.length, firstDifference: undefined }, member.name);
      for (const line of lines) kinds.add(JSON.parse(line).event.kind);
    }
    // what was compared is a life with all that happens in one
    for (const kind of ['message-received', 'execution-finished', 'answer-computed']) {
      assert.ok(kinds.has(kind), kind);
    }
  });

  it('shows the first step that differs when an event was changed', () => {
    const member = defined(members[0], 'there are members');
    const { head, lines } = logOf(member);
    const at = lines.findIndex((line) => line.includes('"kind":"execution-finished"'));
    assert.ok(at >= 0, 'the first validator executed something');
    const changed = lines.with(at, String(lines[at]).replace(head.executionClass, 'other/class'));
    assert.notEqual(changed[at], lines[at]);
    const replayed = replayEventLog(coreOf(member, head), changed);
    assert.ok(replayed.firstDifference !== undefined && replayed.firstDifference > at);
  });

  it('differs when a step is missing, and when the key is another', () => {
    const member = defined(members[0], 'there are members');
    const { head, lines } = logOf(member);
    const at = lines.findIndex((line) => line.includes('"kind":"execution-finished"'));
    const without = lines.filter((_, index) => index !== at);
    assert.notEqual(replayEventLog(coreOf(member, head), without).firstDifference, undefined);
    const other = { ...member, seed: defined(members[1], 'a second member').seed };
    assert.notEqual(replayEventLog(coreOf(other, head), lines).firstDifference, undefined);
  });

  it('tells which line cannot be read', () => {
    const member = defined(members[0], 'there are members');
    const { head, lines } = logOf(member);
    const torn = [...lines.slice(0, 1), '{"event":'];
    const isUnreadable = (error: unknown): boolean =>
      error instanceof AssayError &&
      error.detail.code === 'event-log-unreadable' &&
      error.detail.where === 'line 3';
    assert.throws(() => replayEventLog(coreOf(member, head), torn), isUnreadable);
    assert.throws(() => readEventLogHead('{"format":"assay-events/0"}'), { name: 'AssayError' });
  });

  function logOf({ name }: DevnetMember): { head: EventLogHead; lines: readonly string[] } {
    const [first = '', ...lines] = logs.get(name) ?? [];
    return { head: readEventLogHead(first), lines };
  }

  function coreOf({ seed }: DevnetMember, head: EventLogHead): Core {
    const options = {
      draws: new Draws(networkOf(net.devnet.file)),
      crypto: rememberBeacons(realCrypto),
      signer: createSigner(seed),
      guard: head.guard,
    };
    if (head.role === 'provider') return new Provider(options);
    return validatorCore(new Validator({ ...options, executionClass: head.executionClass }));
  }
});

/** Asks for inferences and waits for their receipts. */
async function askSome(net: TestDevnet, count: number): Promise<void> {
  const signal = AbortSignal.timeout(40_000);
  const requester = await Requester.open({ file: net.devnet.file, softwareVersion: 'assay/test' });
  try {
    const answers = await Promise.all(
      Array.from({ length: count }, (_, i) => {
        return requester.infer({ model: 'mlp', input: mlpInput(i), assurance: 'full', signal });
      }),
    );
    for (const answered of answers) {
      const outcome = await requester.outcome(answered, { signal });
      assert.equal(outcome.kind, 'receipt');
    }
  } finally {
    await requester.close();
  }
}
