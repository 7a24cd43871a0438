/** A receipt verifies from its bytes and the network alone; the first check that fails is named. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { digest, sha256, utf8 } from '../../../src/base/index.ts';
import { verifyCertificate } from '../../../src/core/index.ts';
import {
  encodeReceipt,
  RECEIPT_CHECKS,
  type Receipt,
  type ReceiptVerification,
  verifyReceipt,
} from '../../../src/receipt/index.ts';
import { type ClusterKeys, OTHER_MODEL } from '../../support/cluster-network.ts';
import { tamperingsOf } from '../../support/tampering.ts';
import { fixtureOf } from './fixture.ts';

const drawn = fixtureOf('drawn');
const undrawn = fixtureOf('undrawn');
ok(drawn.receipt.kind === 'drawn' && undrawn.receipt.kind === 'undrawn');
const { certificate, answer } = drawn.receipt;

function verify({ keys }: { keys: ClusterKeys }, receipt: Receipt): ReceiptVerification {
  return verifyReceipt(keys.network, keys.crypto, receipt);
}

/** The first check that fails, or `none`. */
function failure(receipt: Receipt): string {
  const result = verify(receipt.kind === 'drawn' ? drawn : undrawn, receipt);
  return result.kind === 'invalid' ? result.check : 'none';
}

function judgementOf(fixture: { keys: ClusterKeys; receipt: Receipt }) {
  const result = verify(fixture, fixture.receipt);
  ok(result.kind === 'valid', JSON.stringify(result.kind === 'invalid' ? result.checks : ''));
  ok(result.summary.judgement !== undefined);
  return { ...result.summary.judgement, words: result.summary.words.join(' ') };
}

/** Enough validators that level 0 is not the whole pool. */
const MANY = 20;
const half = <T>(all: readonly T[]) => all.slice(0, Math.ceil((3 * all.length) / 4) + 1);

describe('a receipt', () => {
  it('is valid with every check told', () => {
    for (const fixture of [drawn, undrawn]) {
      const result = verify(fixture, fixture.receipt);
      ok(result.kind === 'valid');
      deepEqual(
        result.checks.map(({ check, outcome }) => `${check} ${outcome}`),
        RECEIPT_CHECKS.map((check) => `${check} ok`),
      );
    }
  });

  it('says where the answer came from', () => {
    const result = verify(drawn, drawn.receipt);
    ok(result.kind === 'valid');
    const { summary } = result;
    equal(summary.provider, certificate.header.provider);
    equal(summary.input, answer.claim.input);
    equal(summary.model.model, certificate.header.model);
    equal(summary.requester, drawn.keys.requester.id);
    deepEqual(summary.rounds, [5, 7]);
    equal(summary.oneIn, 2);
  });

  it('names the first check that fails when one part is exchanged', () => {
    ok(drawn.receipt.kind === 'drawn');
    const tamperings = tamperingsOf(drawn.receipt);
    ok(tamperings.length >= 20);
    for (const { what, receipt, check } of tamperings) equal(failure(receipt), check, what);
    const otherModel = { ...certificate.header, model: OTHER_MODEL };
    const listed = { ...drawn.receipt, certificate: { ...certificate, header: otherModel } };
    equal(failure(listed), 'header', 'a model that the network lists');
  });

  it('[SAMPLE-1] of a drawn answer needs its certificate, of an undrawn one must have none', () => {
    ok(undrawn.receipt.kind === 'undrawn' && drawn.receipt.kind === 'drawn');
    const { type, format, network } = drawn.receipt;
    const { header, seal, index, beacons } = certificate;
    const hidden: Receipt = {
      ...{ type, format, network, answer, header, seal, index, beacons },
      kind: 'undrawn',
    };
    const result = verify(drawn, hidden);
    ok(result.kind === 'invalid');
    equal(result.check, 'draw');
    match(result.detail, /needs its certificate/);
  });

  it('[CLAIM-3] without its output is refused, unless the verdict is that it was not shown', () => {
    const { output: _, ...hidden } = answer;
    equal(failure({ ...drawn.receipt, answer: hidden }), 'output');
    const unavailable = fixtureOf('drawn', { verdict: 'unavailable', isShown: false });
    equal(judgementOf(unavailable).verdict, 'unavailable');
    const { output: __, ...bare } = undrawn.receipt.answer;
    equal(failure({ ...undrawn.receipt, answer: bare }), 'output');
  });

  it('[MODEL-1] of a claim outside its manifest cannot be valid', () => {
    const executionClass = 'unknown/cpu';
    const valid = fixtureOf('drawn', { executionClass });
    const result = verify(valid, valid.receipt);
    ok(result.kind === 'invalid');
    equal(result.check, 'manifest');
    equal(judgementOf(fixtureOf('drawn', { executionClass, verdict: 'invalid' })).level, 0);
  });

  it('[CERT-2] is final with all weight, or at the last level', () => {
    const all = judgementOf(fixtureOf('drawn', { validators: MANY }));
    deepEqual([all.finality, all.reason, all.lastLevel], ['final', 'all-weight', 1]);
    const last = judgementOf(fixtureOf('drawn', { signers: (each) => each.slice(0, 3) }));
    deepEqual([last.finality, last.reason, last.votes.signed], ['final', 'last-level', 30n]);
    const higher = judgementOf(fixtureOf('drawn', { validators: MANY, level: 1, signers: half }));
    deepEqual([higher.finality, higher.reason], ['final', 'last-level']);
    match(higher.words, /Final: level 1 is the last one/);
  });

  it('[CERT-2] is called provisional while those who did not sign may have objected', () => {
    const part = judgementOf(fixtureOf('drawn', { validators: MANY, signers: half }));
    deepEqual([part.finality, part.reason], ['provisional', 'challenge-open']);
    match(part.words, /Provisional: .* may have objected/);
  });

  it('[QUORUM-4] is provisional at a level too light for its verdict, with all weight too', () => {
    const light = judgementOf(fixtureOf('drawn', { validators: MANY, verdict: 'invalid' }));
    deepEqual([light.finality, light.reason], ['provisional', 'level-too-light']);
    match(light.words, /too small to make invalid final/);
  });

  it('of an undrawn answer says in plain words what it does not promise', () => {
    const result = verify(undrawn, undrawn.receipt);
    ok(result.kind === 'valid');
    equal(result.summary.judgement, undefined);
    match(result.summary.words.join(' '), /Not proved: that the answer is right.*1 in 2.*150000/s);
  });

  it('[CERT-1] gives the answer of the core for its certificate', () => {
    const { network, crypto } = drawn.keys;
    const variants = [
      certificate,
      { ...certificate, verdict: 'invalid' as const },
      { ...certificate, index: 1 },
      { ...certificate, beacons: certificate.beacons.slice(0, 1) },
      { ...certificate, set: digest(sha256(utf8('x'))) },
    ];
    for (const each of variants) {
      const whole = verifyCertificate(network, crypto, each).kind;
      const stepwise = verify(drawn, { ...drawn.receipt, kind: 'drawn', certificate: each }).kind;
      equal(stepwise, whole);
    }
  });

  it('skips what cannot be checked after a failure, and checks all the rest', () => {
    const header = { ...certificate.header, count: 2 };
    const receipt: Receipt = {
      ...drawn.receipt,
      kind: 'drawn',
      certificate: { ...certificate, header },
    };
    const result = verify(drawn, receipt);
    deepEqual(
      result.checks.filter(({ outcome }) => outcome === 'skipped').map(({ check }) => check),
      ['beacons', 'seal', 'manifest', 'draw', 'votes'],
    );
    ok(result.checks.some(({ check, outcome }) => check === 'output' && outcome === 'ok'));
  });

  it('takes at most 4 KiB at 64 seats and the longest path, with real signatures', function () {
    this.timeout(60_000);
    const real = fixtureOf('drawn', {
      crypto: 'real',
      validators: 100,
      leaves: 4096,
      level: 1,
      parameters: { levels: [16, 64, 256], sealSeats: 64 },
    });
    const result = verify(real, real.receipt);
    ok(result.kind === 'valid');
    equal(result.summary.judgement?.seats, 64);
    const size = encodeReceipt(real.receipt).length;
    ok(size <= 4096, `${size} bytes`);
  });
});
