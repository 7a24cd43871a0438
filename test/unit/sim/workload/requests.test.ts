import assert from 'node:assert/strict';
import { type PlannedRequest, Workload } from '../../../../sim/workload/requests.ts';
import { utf8 } from '../../../../src/base/index.ts';
import { parseConfigText, resolveScenario } from '../../../../src/config/index.ts';
import { createStandInSigner, standInCrypto } from '../../../../src/crypto/index.ts';
import { blobId, requestSigningBytes } from '../../../../src/wire/index.ts';

const ROUND_US = 1_000_000;
const NETWORK_ID = new Uint8Array(32);
const MODELS = [0, 1].map((index) => ({
  model: blobId(utf8(`model/${index}`)),
  share: [0.75, 0.25][index] ?? 0,
  inputs: [0, 1, 2, 3].map((i) => blobId(utf8(`input/${index}/${i}`))),
}));

describe('the workload', () => {
  it('asks each provider a fixed number of times, within the round, by time', () => {
    const planned = workload('arrivals: fixed, claimsPerRound: 5').round(7 * ROUND_US, ROUND_US);
    assert.equal(planned.length, 10);
    for (const provider of [0, 1])
      assert.equal(
        countOf(planned, (p) => p.provider === provider),
        5,
      );
    assert.ok(planned.every(({ at }) => at >= 7 * ROUND_US && at < 8 * ROUND_US));
    assert.ok(planned.every(({ at }, i) => at >= (planned[i - 1]?.at ?? 0)));
  });

  it('varies Poisson numbers with the variance of their mean', () => {
    const source = workload('arrivals: poisson, claimsPerRound: 4');
    const counts = Array.from({ length: 2_000 }, () => source.round(0, ROUND_US).length);
    const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
    const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / counts.length;
    // two providers: mean and variance 8
    assert.ok(Math.abs(mean - 8) < 4 * Math.sqrt(8 / 2_000), `mean ${mean}`);
    assert.ok(Math.abs(variance - 8) < 4 * Math.sqrt(136 / 2_000), `variance ${variance}`);
  });

  it('asks for classes, models and inputs by their shares', () => {
    const text = 'arrivals: fixed, claimsPerRound: 4000, classes: { spot: 0.1, full: 0.9 }';
    const planned = workload(text).round(0, ROUND_US);
    assertShare(planned, 0.1, ({ request }) => request.assuranceClass === 'spot');
    assertShare(planned, 0.25, ({ request }) => request.model === MODELS[1]?.model);
    for (const { model, share, inputs } of MODELS) {
      for (const input of inputs) {
        const isAsked = ({ request }: PlannedRequest) => request.input === input;
        assertShare(planned, share / 4, isAsked);
        assert.ok(planned.filter(isAsked).every(({ request }) => request.model === model));
      }
    }
  });

  it('signs every request, with a nonce of its own', () => {
    const planned = workload('arrivals: fixed, claimsPerRound: 20').round(0, ROUND_US);
    const nonces = new Set(planned.map(({ request }) => request.nonce.join()));
    assert.equal(nonces.size, planned.length);
    for (const { request } of planned) {
      const signed = requestSigningBytes(NETWORK_ID, request);
      assert.ok(standInCrypto.verify(request.requester, signed, request.signature));
    }
  });

  it('asks a provider the same whoever else there is', () => {
    const askedOfFirst = (providerCount: number) =>
      workload('arrivals: poisson, claimsPerRound: 4', providerCount)
        .round(0, ROUND_US)
        .filter(({ provider }) => provider === 0)
        .map(({ at, request }) => [at, request.model, request.input, request.assuranceClass]);
    assert.deepEqual(askedOfFirst(1), askedOfFirst(3));
  });
});

function workload(text: string, providerCount = 2): Workload {
  const document = parseConfigText(
    `name: workload\nworkload: { ${text} }\nproviders: { stake: 1000000000 }`,
    'workload',
  );
  return new Workload({
    seed: 1,
    networkId: NETWORK_ID,
    workload: resolveScenario(document).workload,
    providerCount,
    models: MODELS,
    requesters: ['a', 'b'].map((name) => createStandInSigner(utf8(name.repeat(32)))),
  });
}

function countOf(planned: readonly PlannedRequest[], is: (p: PlannedRequest) => boolean): number {
  return planned.filter(is).length;
}

function assertShare(
  planned: readonly PlannedRequest[],
  share: number,
  is: (p: PlannedRequest) => boolean,
): void {
  const deviation = Math.sqrt(planned.length * share * (1 - share));
  const count = countOf(planned, is);
  assert.ok(Math.abs(count - planned.length * share) < 4 * deviation, `${count}, not ${share}`);
}
