/** [WIRE-5] Entries leave in bundles within the limits; what is early is kept within limits. */
import { deepStrictEqual, equal, ok } from 'node:assert/strict';
import { digest, sha256, timeMs, utf8 } from '../../../src/base/index.ts';
import { Context } from '../../../src/core/context.ts';
import { Draws } from '../../../src/core/index.ts';
import { Outbox } from '../../../src/core/outbox.ts';
import { encodeMessage, LIMITS } from '../../../src/wire/index.ts';
import { createClusterKeys } from '../../support/cluster-network.ts';

const keys = createClusterKeys({ stakes: [1, 1] });
const [signer] = keys.validators;

function createOutbox(): { outbox: Outbox; context: Context } {
  ok(signer !== undefined);
  const context = new Context({ draws: new Draws(keys.network), crypto: keys.crypto, signer });
  return { outbox: new Outbox(context), context };
}

const entry = (index: number) =>
  ({
    kind: 'commit',
    batch: 'bafyreictsdnimnzpjfpl4agi2jhsua3j63g36bqa3f5meyk67m6motpjia' as never,
    index,
    level: 0,
    commitment: digest(sha256(utf8(`${index}`))),
  }) as const;

describe('[WIRE-5] the outbox', () => {
  it('waits, then sends all in one bundle, in order', () => {
    const { outbox, context } = createOutbox();
    context.begin(timeMs(100));
    outbox.add(entry(0), 25, undefined);
    outbox.add(entry(1), 50, undefined);
    equal(outbox.nextDeadline, 125);
    deepStrictEqual(outbox.flushIfDue(), []);
    context.begin(timeMs(125));
    const [bundle] = outbox.flushIfDue();
    deepStrictEqual(
      bundle?.entries.map((e) => (e.entry.kind === 'commit' ? e.entry.index : -1)),
      [0, 1],
    );
    equal(outbox.nextDeadline, undefined);
    equal(context.take().length, 1);
  });

  it('leaves as early as its most urgent entry', () => {
    const { outbox } = createOutbox();
    outbox.add(entry(0), 50, undefined);
    outbox.add(entry(1), 10, undefined);
    equal(outbox.nextDeadline, 10);
  });

  it('[WIRE-4] splits what does not fit into a message', () => {
    const { outbox } = createOutbox();
    const count = LIMITS.bundleEntries + 44;
    for (let i = 0; i < count; i++) outbox.add(entry(i), 0, undefined);
    const bundles = outbox.flushIfDue();
    ok(bundles.length >= 2);
    equal(
      bundles.reduce((sum, { entries }) => sum + entries.length, 0),
      count,
    );
    for (const bundle of bundles) ok(encodeMessage(bundle).length <= LIMITS.messageBytes);
  });
});
