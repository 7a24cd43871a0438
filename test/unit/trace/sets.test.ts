/** [SET-1] A trace tells the committees of the set that serves the round of a batch. */
import { deepEqual, ok } from 'node:assert/strict';
import { defined, type Round, round } from '../../../src/base/index.ts';
import { type TraceRecord, Tracer } from '../../../src/trace/index.ts';
import { encodeMessage, type HeaderMessage } from '../../../src/wire/index.ts';
import { CHANGED_ROUND, changedFixtureOf } from '../receipt/fixture.ts';

const { keys, chain, receipt } = changedFixtureOf('drawn');
ok(receipt.kind === 'drawn');
const { header } = receipt.certificate;

/** Ids of those who may seal a batch of round `r`, as the trace tells them. */
function sealersOf(r: Round): readonly string[] {
  const records: TraceRecord[] = [];
  const tracer = new Tracer({
    sets: () => chain,
    crypto: keys.crypto,
    randomnessOf: (each) =>
      keys.crypto.verifyBeacon(keys.beacon.chainKey, each, keys.beacon.sign(each)),
    emit: (record) => records.push(record),
  });
  const message: HeaderMessage = { ...header, round: r };
  tracer.said(0, 0, { message, bytes: encodeMessage(message) });
  const found = records.find((record) => record.kind === 'committee');
  ok(found?.kind === 'committee');
  return found.holders.map(({ node }) => defined(tracer.names.entries[node], 'it is told').id);
}

describe('the committees of a trace', () => {
  it('[SET-1] are drawn from the set of their round', () => {
    const leaver = defined(keys.validators[0], 'there is one').id;
    const newcomer = defined(keys.standby[0], 'one stands by').id;
    const among = (r: Round) => {
      const sealers = sealersOf(r);
      return [sealers.includes(leaver), sealers.includes(newcomer)];
    };
    deepEqual(among(round(1)), [true, false]);
    deepEqual(among(CHANGED_ROUND), [false, true]);
  });
});
