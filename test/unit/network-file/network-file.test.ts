/** A network file is what its operator and its validators signed, or it is refused. */
import { deepEqual, equal, match, ok, throws } from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stake, toHex } from '../../../src/base/index.ts';
import { ConfigError, parseConfigText, resolveNetworkFile } from '../../../src/config/index.ts';
import { realCrypto } from '../../../src/crypto/index.ts';
import {
  announce,
  helloOf,
  type NetworkDraft,
  type NetworkFile,
  NetworkFileError,
  networkFileYaml,
  networkId,
  networkOf,
  readNetworkFile,
  signNetworkFile,
  verifyNetworkFile,
  writeNetworkFile,
} from '../../../src/network-file/index.ts';
import { PROTOCOL_VERSION } from '../../../src/wire/index.ts';
import { draftOf, fileOf, OPERATOR, proofsFor, VALIDATORS } from './draft.ts';

const file = fileOf();
const NEXT = { protocolVersion: PROTOCOL_VERSION + 1, epoch: 400, release: '0.2.0' };
const [first, second] = file.validators;
ok(first !== undefined && second !== undefined);
const codesOf = (changed: NetworkFile) =>
  verifyNetworkFile(changed, realCrypto).map(({ code }) => code);

describe('a network file', () => {
  it('verifies when its operator and all validators signed it', () => {
    deepEqual(verifyNetworkFile(file, realCrypto), []);
    equal(file.id, toHex(networkId(draftOf())));
  });

  it('is read back from its text with the same id, signature and network', () => {
    const read = resolveNetworkFile(parseConfigText(networkFileYaml(file), 'network.yaml'));
    deepEqual(read, file);
    deepEqual(verifyNetworkFile(read, realCrypto), []);
    deepEqual(networkOf(read), networkOf(file));
  });

  it('has another id whenever something that nodes must agree on differs', () => {
    const { beacon, models, parameters, validators, providers } = draftOf();
    const [model] = models;
    const [validator] = validators;
    const [provider] = providers;
    ok(model !== undefined && validator !== undefined && provider !== undefined);
    const changes: Partial<NetworkDraft>[] = [
      { name: 'other' },
      { protocolVersion: 2 },
      { operator: validator.id },
      { beacon: { ...beacon, genesisMs: 1 } },
      { beacon: { ...beacon, periodMs: 999 } },
      { beacon: { ...beacon, publicKey: '0'.repeat(192) } },
      { parameters: { ...parameters, sealSeats: 63 } },
      { parameters: { ...parameters, classes: new Map([['full', 1]]) } },
      { parameters: { ...parameters, minPoolStake: { numerator: 3n, denominator: 4n } } },
      { models: [{ ...model, comparator: { kind: 'exact' } }] },
      { models: [{ ...model, executionMs: 101 }] },
      { validators: [...validators].reverse() },
      { validators: [{ ...validator, stake: stake(1n) }, ...validators.slice(1)] },
      { validators: [{ ...validator, models: [] }, ...validators.slice(1)] },
      { providers: [] },
      { providers: [{ ...provider, stake: stake(1n) }] },
    ];
    const ids = changes.map((change) => toHex(networkId(draftOf(change))));
    equal(new Set([file.id, ...ids]).size, changes.length + 1);
  });

  it('keeps its id when addresses change, or a model is named by its content id', () => {
    const { beacon, models, validators, providers } = draftOf();
    const changed = draftOf({
      beacon: { ...beacon, endpoints: [] },
      bootstrap: [],
      providers: providers.map((each) => ({ ...each, addresses: ['/ip4/127.0.0.1/tcp/1'] })),
      validators: validators.map((each) => ({ ...each, models: models.map((m) => m.model) })),
    });
    equal(toHex(networkId(changed)), file.id);
  });

  it('is refused with changed content, and with changed addresses', () => {
    deepEqual(codesOf({ ...file, name: 'other' }), ['network-id']);
    deepEqual(codesOf({ ...file, bootstrap: [] }), ['network-signature']);
    const endpoints: string[] = [];
    deepEqual(codesOf({ ...file, beacon: { ...file.beacon, endpoints } }), ['network-signature']);
    const [provider] = file.providers;
    ok(provider !== undefined);
    const providers = [{ ...provider, addresses: ['/ip4/127.0.0.1/tcp/1'] }];
    deepEqual(codesOf({ ...file, providers }), ['network-signature']);
    deepEqual(codesOf({ ...file, signature: '00'.repeat(64) }), ['network-signature']);
  });

  it('of another id is refused with every signature in it', () => {
    const codes = codesOf({ ...file, id: '11'.repeat(32) });
    equal(codes.length, 2 + 2 * VALIDATORS.length);
  });

  it('[KEY-1] is refused with proofs of another validator, or for another network', () => {
    const swapped = [{ ...first, proofs: second.proofs }, ...file.validators.slice(1)];
    const codes = codesOf({ ...file, validators: swapped });
    deepEqual(codes, ['network-signature', 'network-possession', 'network-ownership']);
    const elsewhere = signNetworkFile(draftOf(), proofsFor(draftOf({ name: 'other' })), OPERATOR);
    equal(codesOf(elsewhere).length, 2 * VALIDATORS.length);
  });

  it('[KEY-1] is refused with the identity point as a vote key', () => {
    const draft = draftOf();
    const identity = `c0${'00'.repeat(47)}`;
    const point = `c0${'00'.repeat(95)}`;
    const validators = draft.validators.map((each, i) =>
      i === 0 ? { ...each, voteKey: identity } : each,
    );
    const changed = { ...draft, validators };
    const proofs = proofsFor(changed);
    const own = proofs.get(first.id);
    ok(own !== undefined);
    proofs.set(first.id, { ...own, possession: point });
    const codes = codesOf(signNetworkFile(changed, proofs, OPERATOR));
    ok(codes.includes('network-possession'));
  });

  it('of another protocol version says who has to do something', () => {
    const [problem] = verifyNetworkFile(fileOf(draftOf({ protocolVersion: 2 })), realCrypto);
    equal(problem?.code, 'network-version');
    match(problem?.remedy ?? '', /newer release/);
  });

  it('[WIRE-4] is refused if messages could not name its levels or models', () => {
    const levels = [16, 32, 48, 64, 80, 96, 112, 128, 144];
    const { parameters, models } = draftOf();
    const long = fileOf(draftOf({ parameters: { ...parameters, levels } }));
    deepEqual(codesOf(long), ['network-limit']);
    const model = `b${'a'.repeat(58)}`;
    const odd = fileOf(draftOf({ models: models.map((each) => ({ ...each, model })) }));
    deepEqual(codesOf(odd), ['network-model']);
  });

  it('has id and signature of before there were versions to come, if it names none', () => {
    equal(file.id.slice(0, 32), 'c3d525041fcc8f9f37bfa276cb9bc925');
    equal(
      file.signature.slice(0, 64),
      '7b0e32b90c787f7884548363867248c12aafd940f2ac17912a01bee92dcb2a3b',
    );
  });

  it('keeps its id when a version to come is announced, which only its operator can', () => {
    const announced = announce(file, [NEXT], OPERATOR);
    equal(announced.id, file.id);
    deepEqual(verifyNetworkFile(announced, realCrypto), []);
    const read = resolveNetworkFile(parseConfigText(networkFileYaml(announced), 'network.yaml'));
    deepEqual(read.activations, [NEXT]);
    deepEqual(codesOf({ ...file, activations: [NEXT] }), ['network-signature']);
    const later = { ...NEXT, epoch: NEXT.epoch + 1 };
    deepEqual(codesOf({ ...announced, activations: [later] }), ['network-signature']);
  });

  it('announces versions in order, from its own on', () => {
    const refused = (activations: NonNullable<NetworkFile['activations']>) => {
      const text = networkFileYaml(announce(file, activations, OPERATOR));
      throws(() => resolveNetworkFile(parseConfigText(text, 'network.yaml')), ConfigError);
    };
    refused([{ ...NEXT, protocolVersion: PROTOCOL_VERSION }]);
    refused([NEXT, { ...NEXT, protocolVersion: NEXT.protocolVersion + 1 }]);
    refused([{ ...NEXT, release: 'rm -rf /' }]);
  });

  it('on disk is verified when it is read, and faults name their lines', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'assay-network-'));
    try {
      const path = join(folder, 'network.yaml');
      await writeNetworkFile(path, file);
      deepEqual(readNetworkFile(path), file);
      const text = readFileSync(path, 'utf8');
      writeFileSync(path, text.replace('name: devnet', 'name: testnet'));
      throws(
        () => readNetworkFile(path),
        (error) =>
          error instanceof NetworkFileError && /network\.yaml:3:1: the id/.test(error.message),
      );
      writeFileSync(path, text.replace('bootstrap:', 'bootstap:'));
      throws(() => readNetworkFile(path), ConfigError);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('what two nodes say when they meet', () => {
  const hello = helloOf(networkOf(file));
  const other = (change: Partial<NetworkDraft>) => helloOf(networkOf(fileOf(draftOf(change))));
  const whatOf = (them: typeof hello) =>
    Object.entries(them).flatMap(([key, value]) => (value === Object(hello)[key] ? [] : [key]));

  it('is the same if they are of one network', () => {
    deepEqual(whatOf(other({ bootstrap: [] })), []);
  });

  it('differs in the part that differs, and in the id', () => {
    const { parameters, models, validators } = draftOf();
    deepEqual(whatOf(other({ name: 'other' })), ['networkId']);
    deepEqual(whatOf(other({ parameters: { ...parameters, sealSeats: 63 } })), [
      'networkId',
      'parametersHash',
    ]);
    deepEqual(whatOf(other({ models: models.map((m) => ({ ...m, executionMs: 1 })) })), [
      'networkId',
      'modelsHash',
    ]);
    deepEqual(whatOf(other({ validators: [...validators].reverse() })), ['networkId', 'setHash']);
  });
});
