/**
 * The frozen bytes of the protocol: encodings, content ids, signing bytes, commitments, bitmaps and
 * Merkle shape. A difference here is another protocol version; `REGENERATE_GOLDEN=1` writes the
 * file anew, on purpose only.
 */
import { deepStrictEqual, ok } from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { sha256, toHex, utf8 } from '../../src/base/index.ts';
import { merkleProof, merkleRoot } from '../../src/crypto/index.ts';
import type { Message } from '../../src/wire/index.ts';
import * as wire from '../../src/wire/index.ts';
import {
  FIXED_BATCH,
  FIXED_CLAIM,
  FIXED_CLAIM_ID,
  FIXED_ENTRIES,
  FIXED_HEADER_BODY,
  FIXED_MEASUREMENT,
  FIXED_MESSAGES,
  FIXED_NETWORK,
  FIXED_NODE,
  FIXED_SALT,
} from './fixed.ts';
import { MESSAGE_TYPES, Samples } from './samples.ts';

const GOLDEN = new URL('./golden.json', import.meta.url);
const SAMPLES_PER_TYPE = 200;
type Section = Readonly<Record<string, string>>;

const SECTIONS: Readonly<Record<string, () => Section>> = {
  'hashes of 200 encodings': sampleHashes,
  messages: () => named(FIXED_MESSAGES, messageName, wire.encodeMessage),
  entries: () =>
    named(
      FIXED_ENTRIES,
      (entry) => entry.kind,
      (entry) => wire.encodeEntry(entry).bytes,
    ),
  values: fixedValues,
  'signing bytes': signingBytes,
  merkle: merkleShape,
};

describe('[WIRE-1] conformance', () => {
  before(() => {
    const { REGENERATE_GOLDEN } = process.env;
    if (REGENERATE_GOLDEN !== '1') return;
    const all = Object.entries(SECTIONS).map(([name, make]) => [name, make()]);
    writeFileSync(GOLDEN, `${JSON.stringify(Object.fromEntries(all), undefined, 2)}\n`);
  });

  for (const [name, make] of Object.entries(SECTIONS)) {
    it(`keeps the golden ${name}`, () => {
      const golden: unknown = JSON.parse(readFileSync(GOLDEN, 'utf8'));
      ok(typeof golden === 'object' && golden !== null && name in golden);
      deepStrictEqual(make(), Object.entries(golden).find(([key]) => key === name)?.[1]);
    });
  }
});

function sampleHashes(): Section {
  const hashes: Record<string, string> = {};
  for (const type of MESSAGE_TYPES) {
    const samples = new Samples(`golden/${type}`);
    hashes[type] = hashOfMany(() => wire.encodeMessage(samples.message(type)));
  }
  for (const kind of ['ack', 'commit', 'abstain', 'reveal'] as const) {
    const samples = new Samples(`golden/${kind}`);
    hashes[kind] = hashOfMany(() => wire.encodeEntry(samples.entry(kind)).bytes);
  }
  const samples = new Samples('golden/rest');
  return {
    ...hashes,
    claim: hashOfMany(() => wire.encodeClaim(samples.claim())),
    'header body': hashOfMany(() => wire.encodeHeaderBody(samples.header())),
    measurement: hashOfMany(() => wire.encodeMeasurement(samples.measurement())),
  };
}

function hashOfMany(encode: () => Uint8Array): string {
  let chain = new Uint8Array(0);
  for (let i = 0; i < SAMPLES_PER_TYPE; i++) {
    chain = new Uint8Array(sha256(Uint8Array.from([...chain, ...encode()])));
  }
  return toHex(chain);
}

function fixedValues(): Section {
  const { digest } = FIXED_MEASUREMENT;
  return {
    claim: toHex(wire.encodeClaim(FIXED_CLAIM)),
    'claim id': FIXED_CLAIM_ID,
    'header body': toHex(wire.encodeHeaderBody(FIXED_HEADER_BODY)),
    'batch id': FIXED_BATCH,
    'blob id of no bytes': wire.blobId(new Uint8Array(0)),
    measurement: toHex(wire.encodeMeasurement(FIXED_MEASUREMENT)),
    'empty measurement': toHex(wire.encodeMeasurement({ kind: 'empty' })),
    'bitmap of 0, 3, 8 and 9 among 11': toHex(wire.bitmapOf([0, 3, 8, 9], 11)),
    commitment: toHex(
      wire.commitmentOf({
        networkId: FIXED_NETWORK,
        subject: { batch: FIXED_BATCH, index: 3 },
        level: 1,
        validator: FIXED_NODE,
        measurement: FIXED_MEASUREMENT,
        salt: FIXED_SALT,
      }),
    ),
    'output commitment': toHex(wire.outputCommitment(FIXED_SALT, digest)),
    canonical: toHex(wire.encodeCanonical({ bb: [1, -1, 2n ** 64n - 1n], a: 'ä', c: FIXED_SALT })),
  };
}

function signingBytes(): Section {
  const subject = { batch: FIXED_BATCH, index: 3 };
  const keys = { signer: FIXED_NODE, voteKey: new Uint8Array(48).fill(0x0b) };
  return {
    header: toHex(wire.headerSigningBytes(FIXED_NETWORK, FIXED_HEADER_BODY)),
    ack: toHex(wire.ackSigningBytes(FIXED_NETWORK, FIXED_BATCH)),
    bundle: toHex(wire.bundleSigningBytes(FIXED_NETWORK, FIXED_NODE, FIXED_SALT)),
    vote: toHex(wire.voteSigningBytes(FIXED_NETWORK, subject, 1, 'invalid')),
    promise: toHex(wire.promiseSigningBytes(FIXED_NETWORK, fixedMessage('promise'))),
    request: toHex(wire.requestSigningBytes(FIXED_NETWORK, fixedMessage('request'))),
    possession: toHex(wire.possessionSigningBytes(FIXED_NETWORK, keys)),
    'key ownership': toHex(wire.keyOwnershipSigningBytes(FIXED_NETWORK, keys)),
  };
}

function merkleShape(): Section {
  const leaves = Array.from({ length: 7 }, (_, i) => utf8(`leaf ${i}`));
  const section: Record<string, string> = {};
  for (let count = 1; count <= leaves.length; count++) {
    section[`root of ${count}`] = toHex(merkleRoot(leaves.slice(0, count)));
  }
  for (const index of [0, 5, 6]) {
    section[`path of ${index} in 7`] = merkleProof(leaves, index).map(toHex).join(' ');
  }
  return section;
}

function fixedMessage<T extends Message['type']>(type: T): Extract<Message, { type: T }> {
  const isThatType = (message: Message): message is Extract<Message, { type: T }> =>
    message.type === type;
  const message = FIXED_MESSAGES.find(isThatType);
  ok(message !== undefined);
  return message;
}

function messageName(message: Message): string {
  if (message.type === 'evidence') return `evidence of ${message.kind}`;
  if (message.type === 'query' && message.index !== undefined) return 'query for a leaf';
  return message.type;
}

function named<T>(
  values: readonly T[],
  name: (value: T) => string,
  encode: (value: T) => Uint8Array,
): Section {
  return Object.fromEntries(values.map((value) => [name(value), toHex(encode(value))]));
}
