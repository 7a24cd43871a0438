/** Requests of members to be: what is proved, kept, told, refused, and granted. */
import assert from 'node:assert/strict';
import { defined, fromHex, nodeId, sha256, stake, utf8 } from '../../../../src/base/index.ts';
import { grantedBy } from '../../../../src/cli/commands/network/operate.ts';
import { parseConfigText, resolveOperator } from '../../../../src/config/index.ts';
import { Draws, SetChain } from '../../../../src/core/index.ts';
import { createSigner, realCrypto, type Signer } from '../../../../src/crypto/index.ts';
import { networkOf, proveKeys } from '../../../../src/network-file/index.ts';
import { joinAnswerFormat, joinEntryFormat } from '../../../../src/node/joining/formats.ts';
import {
  checkJoin,
  DESK_LIMITS,
  JoinDesk,
  type JoinRequest,
  signJoin,
  signRefusal,
} from '../../../../src/node/joining/index.ts';
import { createMemoryStore, type Store } from '../../../../src/store/index.ts';
import { LIMITS } from '../../../../src/wire/index.ts';
import { fileOf, OPERATOR, VALIDATORS } from '../../network-file/draft.ts';

const network = networkOf(fileOf());
const NEWCOMER = createSigner(new Uint8Array(32).fill(9));
const PEER = NEWCOMER.id;
const CROWD = Array.from({ length: DESK_LIMITS.entries }, (_, k) =>
  createSigner(sha256(utf8(`crowd/${k}`))),
);

describe('the desk for members to be', () => {
  it('[KEY-1] takes what is proved and signed, and nothing else', () => {
    const request = asValidator(NEWCOMER);
    const check = (value: JoinRequest, signer: Signer) =>
      checkJoin(realCrypto, network, signJoin(network.id, value, signer));
    assert.equal(check(request, NEWCOMER).kind, 'valid');
    const thief = createSigner(new Uint8Array(32).fill(8));
    const refused = [
      [check(request, thief), 'signature'],
      [check({ ...request, id: thief.id }, thief), 'key-proofs'],
      [check({ ...request, stake: stake(0n) }, NEWCOMER), 'stake'],
      [checkJoin(realCrypto, network, new Uint8Array(9)), 'form'],
    ] as const;
    for (const [checked, name] of refused) {
      assert.equal(checked.kind === 'invalid' ? checked.check : 'valid', name);
    }
    const elsewhere = signJoin(new Uint8Array(32), request, NEWCOMER);
    assert.equal(checkJoin(realCrypto, network, elsewhere).kind, 'invalid');
  });

  it('keeps one request for each identity, the latest, also after a restart', async () => {
    const store = createMemoryStore();
    const desk = deskWith(store);
    assert.equal(await told(desk, asValidator(NEWCOMER, { atMs: 5 })), 'kept');
    assert.equal(await told(desk, asValidator(NEWCOMER, { atMs: 4 })), 'invalid');
    assert.equal(await told(desk, asValidator(NEWCOMER, { atMs: 6 })), 'kept');
    const again = deskWith(store);
    const frames = await again.answer({ method: 'joins' }, PEER);
    assert.equal(frames.length, 1);
    assert.equal(requestIn(frames[0]).atMs, 6);
    const member = defined(VALIDATORS[0], 'there are three');
    assert.equal(await told(desk, asValidator(member)), 'member');
  });

  it('tells a refusal that the operator signed, until somebody asks again', async () => {
    const desk = deskWith(createMemoryStore());
    await told(desk, asValidator(NEWCOMER, { atMs: 5 }));
    const refusal = { id: NEWCOMER.id, reason: 'no stake was paid in', atMs: 7 };
    const refuse = async (signer: Signer) => {
      const signed = signRefusal(network.id, refusal, signer);
      return outcomeIn(await desk.answer({ method: 'refuse', signed }, PEER));
    };
    assert.equal(await refuse(NEWCOMER), 'invalid');
    assert.equal(await refuse(OPERATOR), 'kept');
    const isRefused = async () => {
      const [frame] = await desk.answer({ method: 'joins', id: NEWCOMER.id }, PEER);
      const entry = joinEntryFormat.decode(defined(frame, 'it asked'));
      return entry.kind === 'ok' && entry.value.refusal !== undefined;
    };
    assert.equal(await isRefused(), true);
    await told(desk, asValidator(NEWCOMER, { atMs: 8 }));
    assert.equal(await isRefused(), false);
  });

  it('serves an address so often and not more', async () => {
    const desk = deskWith(createMemoryStore());
    const outcomes: string[] = [];
    for (let k = 0; k <= DESK_LIMITS.burst; k++) {
      outcomes.push(await told(desk, asProvider(NEWCOMER, k)));
    }
    assert.equal(outcomes.at(-2), 'kept');
    assert.equal(outcomes.at(-1), 'too-often');
  });

  it('[WIRE-4] has room for so many; the address with most of them loses its oldest', async () => {
    const clock = { nowMs: 0 };
    const desk = deskWith(createMemoryStore(), clock);
    await told(desk, asProvider(NEWCOMER, 1), { ip: '10.0.0.2' });
    for (const signer of CROWD) {
      clock.nowMs += 10_000;
      assert.equal(await told(desk, asProvider(signer, 1)), 'kept');
    }
    const frames = await desk.answer({ method: 'joins' }, PEER);
    const ids = frames.map((frame) => requestIn(frame).id);
    assert.equal(ids.length, DESK_LIMITS.entries);
    assert.ok(ids.includes(NEWCOMER.id));
    assert.ok(!ids.includes(defined(CROWD[0], 'there are many').id));
  });
});

describe('the policy of an operator', () => {
  const asking = [
    { request: asValidator(NEWCOMER), signed: new Uint8Array(0), knownTo: 1 },
    {
      ...{ request: asValidator(OPERATOR), signed: new Uint8Array(0), knownTo: 1 },
      refusal: { id: OPERATOR.id, reason: 'no', atMs: 9 },
    },
  ];
  const granted = (text: string, validators = 3) =>
    grantedBy(resolveOperator(parseConfigText(text, 'operator.yaml')), { asking, validators });

  it('admits by hand unless it says otherwise, and never who was refused', () => {
    assert.deepEqual(granted('{}'), []);
    assert.deepEqual(granted(`listed: [${NEWCOMER.id}]`), []);
    assert.equal(granted('admit: listed').length, 0);
    assert.equal(granted(`admit: listed\nlisted: [${NEWCOMER.id}]`).length, 1);
    assert.deepEqual(
      granted('admit: all').map(({ id }) => id),
      [NEWCOMER.id],
    );
  });

  it('admits no more at once than a step holds: the others come with the next', () => {
    const policy = resolveOperator(parseConfigText('admit: all', 'operator.yaml'));
    const request = asValidator(NEWCOMER);
    const crowd = Array.from({ length: 2 * LIMITS.changesPerStep }, (_, i) => {
      const id = nodeId(i.toString(16).padStart(64, '0'));
      return { request: { ...request, id }, signed: new Uint8Array(0), knownTo: 1 };
    });
    const changes = grantedBy(policy, { asking: crowd, validators: 3 });
    assert.equal(changes.length, LIMITS.changesPerStep);
  });

  it('gives no more stake, and admits no more validators, than it says', () => {
    assert.equal(granted('admit: all\nstakeMax: 40')[0]?.stake, 40n);
    assert.equal(granted('admit: all\nmembersMax: 3').length, 0);
    assert.throws(() => granted('admit: everybody'), /admit/);
  });
});

function deskWith(store: Store, clock = { nowMs: 0 }): TestDesk {
  const from = { ip: '10.0.0.1' };
  const chain = new SetChain(new Draws(network));
  const desk = new JoinDesk({
    ...{ store, crypto: realCrypto, network, chain },
    peers: () => [
      {
        ...{ id: PEER, addresses: [`/ip4/${from.ip}/tcp/1`], direction: 'inbound' as const },
        ...{ connectedSinceMs: 0, score: 0, inMesh: { beacon: false, claims: false } },
        ...{ role: 'requester' as const, softwareVersion: 'assay/test' },
      },
    ],
    nowMs: () => clock.nowMs,
  });
  return Object.assign(desk, { from });
}

type TestDesk = JoinDesk & { readonly from: { ip: string } };

async function told(desk: TestDesk, request: JoinRequest, at = { ip: '10.0.0.1' }) {
  desk.from.ip = at.ip;
  const signer = [NEWCOMER, ...VALIDATORS, ...CROWD].find(({ id }) => id === request.id);
  const signed = signJoin(network.id, request, defined(signer, 'its key is known'));
  return outcomeIn(await desk.answer({ method: 'join', signed }, PEER));
}

function outcomeIn([frame]: readonly Uint8Array[]): string {
  const read = joinAnswerFormat.decode(defined(frame, 'it answers'));
  return read.kind === 'ok' ? read.value.outcome : 'malformed';
}

function requestIn(frame: Uint8Array | undefined): JoinRequest {
  const entry = joinEntryFormat.decode(defined(frame, 'it is told'));
  assert.equal(entry.kind, 'ok');
  const signed = entry.kind === 'ok' ? entry.value.signed : new Uint8Array(0);
  const checked = checkJoin(realCrypto, network, signed);
  assert.ok(checked.kind === 'valid');
  return checked.value;
}

function asValidator(signer: Signer, more: { atMs?: number } = {}): JoinRequest {
  const proofs = proveKeys(network.id, signer);
  return {
    ...{ role: 'validator', id: signer.id, stake: stake(500n), atMs: more.atMs ?? 1 },
    ...{ addresses: ['/ip4/1.2.3.4/tcp/4101'], models: [], voteKey: signer.voteKey },
    possession: defined(fromHex(proofs.possession), 'hexadecimal'),
    ownership: defined(fromHex(proofs.ownership), 'hexadecimal'),
  };
}

function asProvider({ id }: Signer, atMs: number): JoinRequest {
  return { role: 'provider', id, stake: stake(5n), atMs, addresses: [] };
}
