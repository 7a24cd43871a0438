/** What a node counts, and what its advisory settlement says. */
import assert from 'node:assert/strict';
import { defined, stake } from '../../../src/base/index.ts';
import type { Report } from '../../../src/core/index.ts';
import { Ledger, slashesOf } from '../../../src/node/ledger.ts';
import { createClusterKeys, MODEL } from '../../support/cluster-network.ts';
import { batchOf, headerAt } from './protocol-messages.ts';

const { network } = createClusterKeys({
  stakes: [1_000_000, 1_000_000, 1_000_000],
  providerStake: 10n ** 15n,
});
const provider = defined(network.providers[0], 'there is a provider').id;
const header = headerAt(5, { provider, model: MODEL });
const batch = batchOf(header);
const subject = { batch, index: 0 };
const unknown = (): undefined => undefined;

describe('Ledger', () => {
  it('counts each report once, verdicts by what they are', () => {
    const ledger = new Ledger(network);
    const reports: readonly Report[] = [
      { kind: 'batch-acked', batch },
      { kind: 'subject-drawn', subject },
      { kind: 'decided', subject, level: 0, verdict: 'valid' },
      { kind: 'decided', subject, level: 1, verdict: 'invalid' },
      { kind: 'decided', subject, level: 1, verdict: 'invalid' },
      { kind: 'fault', code: 'bad', from: 'x' },
      { kind: 'level-started', subject, level: 1 },
    ];
    for (const report of reports) ledger.take(report, unknown);
    ledger.count('executions');
    const counted = Object.entries(ledger.counters).filter(([, count]) => count > 0);
    assert.deepEqual(Object.fromEntries(counted), {
      batchesAcked: 1,
      claimsDrawn: 1,
      executions: 1,
      finalValid: 1,
      finalInvalid: 2,
      faultsSeen: 1,
    });
  });

  it('[SLASH-2] settles what was sealed, and names who was slashed', () => {
    const ledger = new Ledger(network);
    ledger.take({ kind: 'batch-sealed', batch, round: header.round }, () => header);
    const guilty = defined(network.validators[1], 'there is a second validator').id;
    const settlement = ledger.settlement([], [guilty]);
    const reserved = settlement.movements.filter(({ reason }) => reason === 'reserve');
    assert.deepEqual(
      reserved.map(({ account }) => account),
      [provider],
    );
    const [loss, ...others] = slashesOf(settlement);
    assert.deepEqual(others, []);
    const amount = network.parameters.slashVoter;
    const most = amount > stake(1_000_000n) ? stake(1_000_000n) : amount;
    assert.deepEqual(loss, { id: guilty, reason: 'slash-equivocation', amount: String(most) });
  });

  it('[SLASH-2] reserves nothing for a batch whose header it never saw', () => {
    const ledger = new Ledger(network);
    ledger.take({ kind: 'batch-sealed', batch, round: header.round }, unknown);
    assert.deepEqual(ledger.settlement([], []).movements, []);
    assert.equal(ledger.counters.batchesSealed, 1);
  });

  it('remembers a bounded number of batches', () => {
    const ledger = new Ledger(network);
    for (let count = 1; count <= 1_100; count += 1) {
      const sealed = { ...header, count };
      ledger.take(
        { kind: 'batch-sealed', batch: batchOf(sealed), round: sealed.round },
        () => sealed,
      );
    }
    const { movements } = ledger.settlement([], []);
    assert.equal(movements.filter(({ reason }) => reason === 'reserve').length, 1_024);
  });
});
