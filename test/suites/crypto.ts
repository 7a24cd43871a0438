/** What every implementation of `Crypto` and `Signer` does; run on the real and the stand-in. */
import { deepStrictEqual, equal, notDeepStrictEqual, ok } from 'node:assert/strict';
import { sha256, utf8 } from '../../src/base/index.ts';
import type { BeaconSource, Crypto, Signer } from '../../src/crypto/index.ts';

export type CryptoUnderTest = {
  readonly crypto: Crypto;
  readonly createSigner: (seed: Uint8Array) => Signer;
  readonly createBeaconSource: (seed: Uint8Array) => BeaconSource;
  /** Every how many bits one is flipped: 1, but for an implementation that is slow. */
  readonly flipStep?: number;
};

const MESSAGE = utf8('the message');
const OTHER = utf8('another message');
const NETWORK = sha256(utf8('network'));

/** Declares the tests of one implementation. */
export function cryptoSuite(name: string, subject: CryptoUnderTest): void {
  describe(`crypto suite: ${name}`, () => {
    signatureTests(subject);
    aggregateTests(subject);
    possessionTests(subject);
    beaconTests(subject);
  });
}

function signatureTests({ crypto, createSigner, flipStep = 1 }: CryptoUnderTest): void {
  it('gives the same identity for the same seed, another for another', () => {
    const a = createSigner(seedOf('a'));
    const again = createSigner(seedOf('a'));
    const b = createSigner(seedOf('b'));
    deepStrictEqual([a.id, a.voteKey], [again.id, again.voteKey]);
    notDeepStrictEqual(a.id, b.id);
    notDeepStrictEqual(a.voteKey, b.voteKey);
    deepStrictEqual(a.sign(MESSAGE), again.sign(MESSAGE));
    deepStrictEqual(a.signVote(MESSAGE), again.signVote(MESSAGE));
  });

  it('has keys and signatures of the documented sizes', () => {
    const a = createSigner(seedOf('a'));
    equal(a.id.length, 64);
    equal(a.voteKey.length, 48);
    equal(a.sign(MESSAGE).length, 64);
    equal(a.signVote(MESSAGE).length, 96);
    equal(a.provePossession(NETWORK).length, 96);
    equal(a.deriveSecret(MESSAGE).length, 32);
  });

  it('verifies a signature under its key and message only', () => {
    const [a, b] = [createSigner(seedOf('a')), createSigner(seedOf('b'))];
    const signature = a.sign(MESSAGE);
    ok(crypto.verify(a.id, MESSAGE, signature));
    ok(!crypto.verify(b.id, MESSAGE, signature));
    ok(!crypto.verify(a.id, OTHER, signature));
    for (let bit = 0; bit < 512; bit += flipStep) {
      ok(!crypto.verify(a.id, MESSAGE, withBitFlipped(signature, bit)), `bit ${bit}`);
    }
    for (const length of [0, 63, 65]) ok(!crypto.verify(a.id, MESSAGE, new Uint8Array(length)));
  });

  it('[COMMIT-1] derives secrets by owner and label', () => {
    const [a, b] = [createSigner(seedOf('a')), createSigner(seedOf('b'))];
    deepStrictEqual(a.deriveSecret(MESSAGE), createSigner(seedOf('a')).deriveSecret(MESSAGE));
    notDeepStrictEqual(a.deriveSecret(MESSAGE), a.deriveSecret(OTHER));
    notDeepStrictEqual(a.deriveSecret(MESSAGE), b.deriveSecret(MESSAGE));
  });
}

function aggregateTests({ crypto, createSigner, flipStep = 1 }: CryptoUnderTest): void {
  const signers = ['a', 'b', 'c', 'd', 'e'].map((name) => createSigner(seedOf(name)));
  const keys = signers.map((signer) => signer.voteKey);
  const votes = signers.map((signer) => signer.signVote(MESSAGE));
  const sum = (parts: readonly Uint8Array[]): Uint8Array => {
    const aggregate = crypto.aggregate(parts);
    ok(aggregate !== undefined && aggregate.length === 96);
    return aggregate;
  };

  it('[VOTE-2] verifies the sum of all signatures, in any order', () => {
    ok(crypto.verifyAggregate(keys, MESSAGE, sum(votes)));
    ok(crypto.verifyAggregate(keys, MESSAGE, sum(votes.toReversed())));
    ok(crypto.verifyAggregate(keys.toReversed(), MESSAGE, sum(votes)));
    ok(crypto.verifyAggregate(keys.slice(0, 1), MESSAGE, sum(votes.slice(0, 1))));
    deepStrictEqual(sum(votes.slice(0, 1)), votes[0]);
  });

  it('[VOTE-2] adds aggregates up like signatures', () => {
    const halves = [sum(votes.slice(0, 2)), sum(votes.slice(2))];
    deepStrictEqual(sum(halves), sum(votes));
  });

  it('refuses a missing, a wrong, an additional and a repeated signer', () => {
    const aggregate = sum(votes);
    const [first, second] = [pick(votes, 0), pick(votes, 1)];
    ok(!crypto.verifyAggregate(keys.slice(1), MESSAGE, aggregate), 'one key too few');
    ok(!crypto.verifyAggregate(keys, MESSAGE, sum(votes.slice(1))), 'one signature too few');
    ok(!crypto.verifyAggregate(keys, OTHER, aggregate), 'other message');
    const two = keys.slice(0, 2);
    ok(!crypto.verifyAggregate(two, MESSAGE, sum([first, first, second])), 'signature twice');
    ok(
      !crypto.verifyAggregate([pick(keys, 0), ...two], MESSAGE, sum([first, second])),
      'key twice',
    );
    ok(!crypto.verifyAggregate([pick(keys, 1)], MESSAGE, sum([first, first, second])), 'cancelled');
    const foreign = createSigner(seedOf('f')).signVote(MESSAGE);
    ok(!crypto.verifyAggregate(keys, MESSAGE, sum([...votes.slice(1), foreign])), 'wrong signer');
    const misled = pick(signers, 0).signVote(OTHER);
    ok(!crypto.verifyAggregate(keys, MESSAGE, sum([...votes.slice(1), misled])), 'wrong message');
  });

  it('refuses no signers, the identity point and garbage, and never throws', () => {
    const identityKey = Uint8Array.from([0xc0, ...new Uint8Array(47)]);
    const identity = Uint8Array.from([0xc0, ...new Uint8Array(95)]);
    equal(crypto.aggregate([]), undefined);
    ok(!crypto.verifyAggregate([], MESSAGE, sum(votes)));
    ok(!crypto.verifyAggregate([], MESSAGE, identity));
    ok(!crypto.verifyAggregate([identityKey], MESSAGE, identity));
    ok(!crypto.verifyAggregate([identityKey, ...keys], MESSAGE, sum(votes)));
    for (const garbage of garbageOf(96)) {
      equal(crypto.aggregate([garbage]), undefined);
      equal(crypto.aggregate([...votes, garbage]), undefined);
      ok(!crypto.verifyAggregate(keys, MESSAGE, garbage));
    }
    for (const garbage of garbageOf(48)) {
      ok(!crypto.verifyAggregate([garbage], MESSAGE, pick(votes, 0)));
      ok(!crypto.verifyAggregate([...keys, garbage], MESSAGE, sum(votes)));
    }
  });

  it('refuses an aggregate with any bit changed', () => {
    const aggregate = sum(votes);
    for (let bit = 0; bit < 768; bit += flipStep) {
      ok(!crypto.verifyAggregate(keys, MESSAGE, withBitFlipped(aggregate, bit)), `bit ${bit}`);
    }
  });
}

function possessionTests({ crypto, createSigner }: CryptoUnderTest): void {
  const [a, b] = [createSigner(seedOf('a')), createSigner(seedOf('b'))];
  const proof = a.provePossession(NETWORK);
  const statement = { signer: a.id, voteKey: a.voteKey, networkId: NETWORK, proof };

  it('[KEY-1] takes a proof for its two keys and its network only', () => {
    ok(crypto.verifyPossession(statement));
    ok(!crypto.verifyPossession({ ...statement, signer: b.id }), 'another identity');
    ok(!crypto.verifyPossession({ ...statement, voteKey: b.voteKey }), 'another vote key');
    ok(!crypto.verifyPossession({ ...statement, networkId: sha256(NETWORK) }), 'another network');
    ok(!crypto.verifyPossession({ ...statement, proof: b.provePossession(NETWORK) }));
  });

  it('[KEY-1] refuses the identity point, a plain vote and garbage', () => {
    const identityKey = Uint8Array.from([0xc0, ...new Uint8Array(47)]);
    const identity = Uint8Array.from([0xc0, ...new Uint8Array(95)]);
    ok(!crypto.verifyPossession({ ...statement, voteKey: identityKey, proof: identity }));
    ok(!crypto.verifyPossession({ ...statement, proof: a.signVote(NETWORK) }));
    for (const garbage of garbageOf(96)) {
      ok(!crypto.verifyPossession({ ...statement, proof: garbage }));
    }
    for (const garbage of garbageOf(48)) {
      ok(!crypto.verifyPossession({ ...statement, voteKey: garbage }));
    }
  });
}

function beaconTests({ crypto, createBeaconSource }: CryptoUnderTest): void {
  const chain = createBeaconSource(seedOf('chain'));
  const signature = chain.sign(7);

  it('[TIME-1] gives the hash of the signature of a round of the chain', () => {
    equal(chain.chainKey.length, 96);
    equal(signature.length, 48);
    deepStrictEqual(createBeaconSource(seedOf('chain')).sign(7), signature);
    deepStrictEqual(crypto.verifyBeacon(chain.chainKey, 7, signature), sha256(signature));
    notDeepStrictEqual(chain.sign(8), signature);
  });

  it('[TIME-1] refuses another round, another chain, a changed bit and garbage', () => {
    const other = createBeaconSource(seedOf('other'));
    equal(crypto.verifyBeacon(chain.chainKey, 8, signature), undefined);
    equal(crypto.verifyBeacon(other.chainKey, 7, signature), undefined);
    for (const round of [-1, 7.5, Number.NaN, 2 ** 53]) {
      equal(crypto.verifyBeacon(chain.chainKey, round, signature), undefined);
    }
    for (let bit = 0; bit < 384; bit += 13) {
      equal(crypto.verifyBeacon(chain.chainKey, 7, withBitFlipped(signature, bit)), undefined);
    }
    for (const garbage of garbageOf(48)) {
      equal(crypto.verifyBeacon(chain.chainKey, 7, garbage), undefined);
    }
    for (const garbage of garbageOf(96)) {
      equal(crypto.verifyBeacon(garbage, 7, signature), undefined);
    }
  });

  it('[TIME-1] checks several rounds of a chain as it checks each', () => {
    const rounds = [7, 9, 20].map((round) => ({ round, signature: chain.sign(round) }));
    const all = (list: typeof rounds) => crypto.verifyBeacons(chain.chainKey, list);
    deepStrictEqual(
      all(rounds),
      rounds.map((each) => sha256(each.signature)),
    );
    deepStrictEqual(all([]), []);
    deepStrictEqual(all(rounds.slice(0, 1)), [sha256(signature)]);
    for (const [i, each] of rounds.entries()) {
      const bad = [
        { ...each, round: each.round + 1 },
        { ...each, round: -1 },
        { ...each, signature: withBitFlipped(each.signature, 300) },
        ...garbageOf(48).map((garbage) => ({ ...each, signature: garbage })),
      ];
      for (const one of bad) equal(all(rounds.with(i, one)), undefined);
    }
    const [first, second] = rounds;
    if (first === undefined || second === undefined) throw new RangeError('there are three');
    const swapped = [
      { ...first, signature: second.signature },
      { ...second, signature: first.signature },
    ];
    equal(all(swapped), undefined);
    for (const garbage of garbageOf(96)) {
      equal(crypto.verifyBeacons(garbage, rounds), undefined);
    }
  });
}

/** No element of any group: wrong lengths, zeros, ones, the identity, hashes. */
function garbageOf(length: number): Uint8Array[] {
  const noise = Uint8Array.from({ length }, (_, i) => sha256(utf8('noise'))[i % 32] ?? 0);
  return [
    new Uint8Array(0),
    new Uint8Array(length - 1),
    new Uint8Array(length),
    new Uint8Array(2 * length),
    new Uint8Array(length).fill(0xff),
    Uint8Array.from([0xc0, ...new Uint8Array(length - 1)]),
    Uint8Array.from([0x80, ...noise.subarray(1)]),
    noise,
  ];
}

function seedOf(name: string): Uint8Array {
  return sha256(utf8(`seed/${name}`));
}

function withBitFlipped(bytes: Uint8Array, bit: number): Uint8Array {
  const flipped = Uint8Array.from(bytes);
  flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return flipped;
}

function pick<T>(items: readonly T[], index: number): T {
  const item = items[index];
  ok(item !== undefined);
  return item;
}
