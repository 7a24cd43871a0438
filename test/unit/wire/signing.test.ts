/** [WIRE-2] Domains: bytes signed or hashed for one purpose are those of no other. */
import { deepStrictEqual, equal, notDeepStrictEqual, ok, throws } from 'node:assert/strict';
import { decode } from '@ipld/dag-cbor';
import { AssertionError, type Digest, digest, nodeId, toHex } from '../../../src/base/index.ts';
import * as wire from '../../../src/wire/index.ts';
import {
  FIXED_BATCH,
  FIXED_HEADER_BODY,
  FIXED_MEASUREMENT,
  FIXED_NETWORK,
  FIXED_NODE,
  FIXED_SALT,
} from '../../conformance/fixed.ts';

const subject = { batch: FIXED_BATCH, index: 3 };
const OTHER_NETWORK = new Uint8Array(32);

describe('[WIRE-2] signing bytes', () => {
  it('name protocol, version, network and domain before the payload', () => {
    const payload = Uint8Array.of(1);
    deepStrictEqual(decode(wire.signingBytes('vote', FIXED_NETWORK, payload)), [
      'assay',
      wire.PROTOCOL_VERSION,
      FIXED_NETWORK,
      'vote',
      payload,
    ]);
  });

  it('differ between any two domains and networks for one payload', () => {
    const domains = Object.values(wire.SIGNING_DOMAINS);
    const all = [FIXED_NETWORK, OTHER_NETWORK].flatMap((network) =>
      domains.map((domain) => toHex(wire.signingBytes(domain, network, FIXED_SALT))),
    );
    equal(new Set(all).size, 2 * domains.length);
  });

  it('[CLAIM-1] leave type and signature of a header message out', () => {
    const message = {
      type: 'header' as const,
      ...FIXED_HEADER_BODY,
      signature: new Uint8Array(64),
    };
    equal(wire.batchId(message), wire.batchId(FIXED_HEADER_BODY));
    deepStrictEqual(
      wire.headerSigningBytes(FIXED_NETWORK, message),
      wire.headerSigningBytes(FIXED_NETWORK, FIXED_HEADER_BODY),
    );
    notDeepStrictEqual(wire.batchId({ ...message, count: 25 }), wire.batchId(FIXED_HEADER_BODY));
  });

  it('[VOTE-2] of a vote bind subject, level and verdict, and nothing of the voter', () => {
    const votes = [
      wire.voteSigningBytes(FIXED_NETWORK, subject, 0, 'valid'),
      wire.voteSigningBytes(FIXED_NETWORK, { ...subject, index: 4 }, 0, 'valid'),
      wire.voteSigningBytes(FIXED_NETWORK, subject, 1, 'valid'),
      wire.voteSigningBytes(FIXED_NETWORK, subject, 0, 'invalid'),
      wire.voteSigningBytes(OTHER_NETWORK, subject, 0, 'valid'),
    ];
    equal(new Set(votes.map(toHex)).size, votes.length);
  });

  it('[WIRE-5] of a bundle bind validator and root', () => {
    const other = nodeId('12'.repeat(32));
    const bundles = [
      wire.bundleSigningBytes(FIXED_NETWORK, FIXED_NODE, FIXED_SALT),
      wire.bundleSigningBytes(FIXED_NETWORK, other, FIXED_SALT),
      wire.bundleSigningBytes(FIXED_NETWORK, FIXED_NODE, digest(new Uint8Array(32))),
    ];
    equal(new Set(bundles.map(toHex)).size, bundles.length);
  });
});

describe('[COMMIT-1] commitments', () => {
  it('bind network, subject, level, validator, measurement and salt', () => {
    const parts: wire.CommitmentParts = {
      networkId: FIXED_NETWORK,
      subject,
      level: 0,
      validator: FIXED_NODE,
      measurement: FIXED_MEASUREMENT,
      salt: FIXED_SALT,
    };
    const all: Digest[] = [
      wire.commitmentOf(parts),
      wire.commitmentOf({ ...parts, networkId: OTHER_NETWORK }),
      wire.commitmentOf({ ...parts, subject: { ...subject, index: 4 } }),
      wire.commitmentOf({ ...parts, level: 1 }),
      wire.commitmentOf({ ...parts, validator: nodeId('12'.repeat(32)) }),
      wire.commitmentOf({ ...parts, measurement: { kind: 'empty' } }),
      wire.commitmentOf({ ...parts, salt: digest(new Uint8Array(32)) }),
    ];
    equal(new Set(all.map(toHex)).size, all.length);
    deepStrictEqual(wire.commitmentOf({ ...parts }), all[0]);
  });

  it('[CLAIM-3] of an output bind salt and digest, in their places', () => {
    const zero = digest(new Uint8Array(32));
    const all = [
      wire.outputCommitment(FIXED_SALT, zero),
      wire.outputCommitment(zero, FIXED_SALT),
      wire.outputCommitment(zero, zero),
    ];
    equal(new Set(all.map(toHex)).size, all.length);
  });
});

describe('[WIRE-1] canonical values', () => {
  it('write an integer the same as number and as bigint', () => {
    for (const value of [0, 1, 23, 24, 255, 65_536, -1, -25, 2 ** 53 - 1]) {
      deepStrictEqual(wire.encodeCanonical(value), wire.encodeCanonical(BigInt(value)));
    }
  });

  it('refuse what has no single encoding', () => {
    const bad: readonly unknown[] = [
      0.5,
      -0,
      Number.NaN,
      2 ** 53,
      2n ** 64n,
      -(2n ** 64n) - 1n,
      '\ud800',
      { '\udfff': 1 },
      undefined,
      null,
      [undefined],
      { a: undefined },
      new Map(),
      new Date(0),
      () => 0,
    ];
    for (const value of bad) {
      throws(() => wire.encodeCanonical(value as wire.CanonicalValue), AssertionError);
    }
  });

  it('tell lists, texts and bytes apart', () => {
    const all = [['ab'], ['a', 'b'], [['a'], 'b'], Uint8Array.of(97, 98), 'ab'].map((value) =>
      toHex(wire.encodeCanonical(value)),
    );
    equal(new Set(all).size, all.length);
    ok(all.every((hex) => hex.length > 0));
  });
});
