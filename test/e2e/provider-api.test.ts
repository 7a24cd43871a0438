/** The HTTP API of a provider in a running network, asked as a program in any language would. */
import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { nodeId, sha256, toHex, utf8 } from '../../src/base/index.ts';
import { decodeTensors } from '../../src/compare/index.ts';
import { createSigner, realCrypto } from '../../src/crypto/index.ts';
import { networkOf } from '../../src/network-file/index.ts';
import { type NodeApi, startNodeApi } from '../../src/node/api/index.ts';
import { silentLog } from '../../src/node/log/index.ts';
import type { ProviderNode } from '../../src/node/provider-node.ts';
import { decodeReceiptJson, verifyReceipt } from '../../src/receipt/index.ts';
import { blobId, requestSigningBytes } from '../../src/wire/index.ts';
import { assertDescribed, schemaOf } from '../support/api-schema.ts';
import { mlpInput, TestDevnet } from '../support/devnet.ts';
import { until } from '../support/libp2p-hosts.ts';

type Json = Record<string, unknown>;
type Answer = { readonly status: number; readonly body: Json };

describe('HTTP API of a provider', () => {
  let net: TestDevnet;
  let provider: ProviderNode;
  let api: NodeApi;

  before(async function () {
    this.timeout(60_000);
    net = await TestDevnet.start({ validators: 4, providers: 1, roundMs: 1_000 });
    provider = net.providers[0] as ProviderNode;
    api = await startNodeApi(provider, {
      host: '127.0.0.1',
      port: 0,
      log: silentLog,
      rate: { perSecond: 1_000, burst: 5_000 },
    });
    await until('the provider is in sync', () => provider.node.status().state === 'in-sync');
  });
  after(async function () {
    this.timeout(30_000);
    await api.close();
    await net.stop();
  });

  const get = (path: string): Promise<Answer> => answerOf(fetch(`${api.url}${path}`));
  const sendText = (text: string, path = '/v1/inferences'): Promise<Answer> => {
    const headers = { 'content-type': 'application/json' };
    return answerOf(fetch(`${api.url}${path}`, { method: 'POST', headers, body: text }));
  };
  const post = (path: string, body: object): Promise<Answer> =>
    sendText(JSON.stringify(body), path);
  const ask = (index: number, more: object = {}): Promise<Answer> =>
    post('/v1/inferences', { model: 'mlp', inputs: valuesOf(index), assurance: 'full', ...more });

  it('answers, and gives a receipt that verifies from the network file alone', async function () {
    this.timeout(40_000);
    const { status, body } = await ask(1);
    assert.equal(status, 200, JSON.stringify(body));
    const [output] = body['outputs'] as Json[];
    assert.ok(output !== undefined);
    assert.equal((output['data'] as number[]).length, 10);
    const claim = String(body['claim']);
    const standing = await get(`/v1/claims/${claim}`);
    assert.equal(standing.status, 200);
    assert.equal(standing.body['requester'], provider.gatewayId);
    const early = await get(`/v1/claims/${claim}/receipt`);
    assert.equal(early.status, 404);
    assert.equal(early.body['code'], 'not-yet');
    const receipt = await receiptOf(claim);
    const network = networkOf(net.devnet.file);
    const verified = verifyReceipt(network, realCrypto, receipt);
    assert.equal(verified.kind, 'valid');
    assert.equal(verified.summary.claim, claim);
    assert.equal(verified.summary.outputDigest, body['outputDigest']);
    assert.equal(verified.summary.judgement?.verdict, 'valid');
    const final = await get(`/v1/claims/${claim}`);
    assert.equal(final.body['state'], 'decided');
    assert.equal(final.body['verdict'], 'valid');
  });

  it('gives the receipt of a claim that was not drawn', async function () {
    this.timeout(40_000);
    const answers = await Promise.all([5, 6, 7, 8].map((i) => ask(i, { assurance: 'spot' })));
    const claims = answers.map(({ body }) => String(body['claim']));
    const undrawn = async (claim: string): Promise<boolean> =>
      (await get(`/v1/claims/${claim}`)).body['state'] === 'undrawn';
    const claim = await untilFound(claims, undrawn);
    const verified = verifyReceipt(networkOf(net.devnet.file), realCrypto, await receiptOf(claim));
    assert.equal(verified.kind, 'valid');
    assert.equal(verified.summary.kind, 'undrawn');
  });

  it('lets a program be its own requester', async () => {
    const signer = createSigner(sha256(utf8('a requester')));
    const nonce = '0a0b';
    const asked = { model: 'mlp', inputs: valuesOf(2), assurance: 'full' };
    const own = { requester: signer.id, nonce };
    const { body: input } = await post('/v1/inputs', { ...asked, ...own });
    assert.equal(input['input'], blobId(mlpInput(2)));
    const bytes = Buffer.from(String(input['bytes']), 'base64');
    assert.deepEqual(new Uint8Array(bytes), mlpInput(2));
    const { network } = provider;
    const [model] = network.models;
    assert.ok(model !== undefined);
    const signed = requestSigningBytes(network.id, {
      requester: nodeId(signer.id),
      nonce: Uint8Array.of(10, 11),
      model: model.model,
      input: blobId(mlpInput(2)),
      assuranceClass: 'full',
    });
    assert.equal(input['signingBytes'], Buffer.from(signed).toString('base64'));
    const signature = toHex(signer.sign(signed));
    const { status, body } = await post('/v1/inferences', { ...asked, ...own, signature });
    assert.equal(status, 200, JSON.stringify(body));
    assert.equal((body['leaf'] as Json)['requester'], signer.id);
    // [CLAIM-4] the same request is answered once, and the answer repeated
    const again = await post('/v1/inferences', { ...asked, ...own, signature });
    assert.equal(again.body['claim'], body['claim']);
    const forged = await post('/v1/inferences', { ...asked, ...own, nonce: 'ff', signature });
    assert.equal(forged.status, 403);
    assert.equal(forged.body['code'], 'request-signature');
    const half = await post('/v1/inferences', { ...asked, requester: signer.id });
    assert.equal(half.body['code'], 'request-invalid');
  });

  it('puts many requests at once into one batch or two', async function () {
    this.timeout(40_000);
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, i) => ask(100 + i, { assurance: 'spot' })),
    );
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
    const places = answers.map(({ body }) => `${body['round']}/${body['index']}`);
    assert.equal(new Set(places).size, 200);
    const rounds = new Set(answers.map(({ body }) => body['round']));
    assert.ok(rounds.size <= 2, `${rounds.size} batches`);
  });

  it('says what is wrong: code, message, remedy and status', async () => {
    const cases: readonly (readonly [Promise<Answer>, number, string])[] = [
      [ask(1, { model: 'gpt' }), 404, 'unknown-model'],
      [ask(1, { assurance: 'total' }), 400, 'unknown-class'],
      [ask(1, { inputs: { z: [1] } }), 400, 'input-unknown'],
      [ask(1, { inputs: { x: [[1, 2]] } }), 400, 'input-shape'],
      [
        sendText(`{"model":"mlp","inputs":${'['.repeat(50_000)}${']'.repeat(50_000)}}`),
        400,
        'input-malformed',
      ],
      [sendText('{"model":'), 400, 'request-invalid'],
      [ask(1, { colour: 'red' }), 400, 'request-invalid'],
      [ask(1, { nonce: 'xyz' }), 400, 'request-invalid'],
      [ask(1, { nonce: 7 }), 400, 'request-invalid'],
      [post('/v1/inputs', { model: 'mlp' }), 400, 'request-invalid'],
      [get('/v1/claims/nonsense'), 400, 'request-invalid'],
      [get(`/v1/claims/${UNKNOWN_CLAIM}`), 404, 'claim-unknown'],
      [get(`/v1/claims/${UNKNOWN_CLAIM}/receipt`), 404, 'claim-unknown'],
      [get('/v2'), 404, 'route-unknown'],
      [
        answerOf(fetch(`${api.url}/v1/inferences`, { method: 'POST', body: 'x' })),
        415,
        'content-type',
      ],
      [post('/v1/inferences', { model: 'x'.repeat(7 * 1024 ** 2) }), 413, 'body-too-large'],
    ];
    for (const [answer, status, code] of cases) {
      const { body, status: found } = await answer;
      assert.deepEqual({ status: found, code: body['code'] }, { status, code });
      assert.deepEqual(Object.keys(body), ['code', 'message', 'remedy']);
    }
  });

  it('refuses names of others in Host, and pages of other origins', async () => {
    assert.equal(await statusWith({ host: 'evil.org' }), 403);
    assert.equal(await statusWith({ origin: 'https://evil.org' }), 403);
    assert.equal(await statusWith({ host: 'localhost' }), 200);
    const { headers } = await fetch(`${api.url}/v1/provider`);
    assert.equal(headers.get('access-control-allow-origin'), null);
  });

  it('describes every route in OpenAPI 3.1', async () => {
    const { body } = await get('/openapi.json');
    assert.equal(body['openapi'], '3.1.0');
    const paths = body['paths'] as Record<string, Record<string, Json>>;
    const routes = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    assert.deepEqual(routes.sort(), [
      'delete /v1/peers/{id}/ban',
      'get /healthz',
      'get /openapi.json',
      'get /readyz',
      'get /v1/claims/{claim}',
      'get /v1/claims/{claim}/receipt',
      'get /v1/events',
      'get /v1/models',
      'get /v1/network',
      'get /v1/peers',
      'get /v1/provider',
      'get /v1/status',
      'get /v1/subjects',
      'post /v1/inferences',
      'post /v1/inputs',
      'post /v1/log-level',
      'post /v1/peers/{id}/ban',
    ]);
    for (const [path, methods] of Object.entries(paths)) {
      for (const operation of Object.values(methods)) {
        assert.ok(operation['summary'], path);
        assert.ok((operation['responses'] as Json)['200'], path);
      }
    }
  });

  it('tells nothing that its document does not describe', async () => {
    const { body } = await get('/openapi.json');
    const { body: models } = await get('/v1/models');
    const [model] = models['models'] as Json[];
    assert.deepEqual(model?.['inputs'], [{ name: 'x', type: 'float32', shape: ['N', 256] }]);
    const answers: Record<string, Json> = {
      '/v1/models': models,
      '/v1/provider': (await get('/v1/provider')).body,
      '/healthz': (await get('/healthz')).body,
      '/readyz': (await get('/readyz')).body,
    };
    for (const [path, answer] of Object.entries(answers)) {
      assertDescribed(schemaOf(body, path, 'get'), answer, path);
    }
    assertDescribed(schemaOf(body, '/v1/inferences', 'post'), (await ask(3)).body, 'inference');
  });

  it('listens beyond loopback only with a token, and asks for it', async () => {
    const open = { host: '0.0.0.0', port: 0, log: silentLog };
    await assert.rejects(startNodeApi(provider, open), /loopback only/);
    await assert.rejects(startNodeApi(provider, { ...open, token: 'short' }), /16 to 512/);
    const token = 'a-token-of-some-length';
    const guarded = await startNodeApi(provider, { ...open, token });
    try {
      const url = `http://127.0.0.1:${new URL(guarded.url).port}`;
      assert.equal((await fetch(`${url}/v1/provider`)).status, 401);
      assert.equal((await fetch(`${url}/healthz`)).status, 200);
      const headers = { authorization: `Bearer ${token}` };
      assert.equal((await fetch(`${url}/v1/provider`, { headers })).status, 200);
    } finally {
      await guarded.close();
    }
  });

  it('limits how often one address asks, and says when to come again', async () => {
    const rate = { perSecond: 1, burst: 2 };
    const options = { host: '127.0.0.1', port: 0, log: silentLog, rate };
    const limited = await startNodeApi(provider, options);
    try {
      const answers = [];
      for (let i = 0; i < 3; i += 1) answers.push(await fetch(`${limited.url}/healthz`));
      assert.deepEqual(
        answers.map(({ status }) => status),
        [200, 200, 429],
      );
      assert.equal(answers[2]?.headers.get('retry-after'), '1');
    } finally {
      await limited.close();
    }
  });

  it('says that the port is taken', async () => {
    const port = Number(new URL(api.url).port);
    const options = { host: '127.0.0.1', port, log: silentLog };
    await assert.rejects(startNodeApi(provider, options), /cannot listen/);
  });

  async function receiptOf(claim: string) {
    const end = Date.now() + 30_000;
    for (;;) {
      const response = await fetch(`${api.url}/v1/claims/${claim}/receipt`);
      const bytes = new Uint8Array(await response.arrayBuffer());
      if (response.status === 200) {
        const decoded = decodeReceiptJson(bytes);
        assert.equal(decoded.kind, 'ok');
        return decoded.receipt;
      }
      assert.ok(Date.now() < end, `no receipt: ${Buffer.from(bytes)}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  function statusWith(headers: Record<string, string>): Promise<number> {
    return new Promise((resolve, reject) => {
      const sent = httpRequest(`${api.url}/v1/provider`, { headers }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      sent.on('error', reject).end();
    });
  }
});

const UNKNOWN_CLAIM = 'bafyreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy';

async function answerOf(sent: Promise<Response>): Promise<Answer> {
  const response = await sent;
  return { status: response.status, body: (await response.json()) as Json };
}

function valuesOf(index: number): object {
  const [tensor] = decodeTensors(mlpInput(index)) ?? [];
  return { x: [Array.from((tensor?.data ?? []) as Float32Array)] };
}

async function untilFound(
  claims: readonly string[],
  isFound: (claim: string) => Promise<boolean>,
): Promise<string> {
  const end = Date.now() + 20_000;
  while (Date.now() < end) {
    for (const claim of claims) if (await isFound(claim)) return claim;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('none of the claims came to that state');
}
