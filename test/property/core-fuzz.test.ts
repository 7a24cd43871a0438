/**
 * [WIRE-3] The core never throws on what a peer sends: garbage of every kind, messages about
 * things that do not exist, and real messages with parts changed and signed again by insiders.
 */
import { deepStrictEqual, ok } from 'node:assert/strict';
import { type BatchId, type NodeId, round } from '../../src/base/index.ts';
import type { Signer } from '../../src/crypto/index.ts';
import { merkleRoot } from '../../src/crypto/index.ts';
import {
  bundleSigningBytes,
  type Decoded,
  decodeMessage,
  encodeEntry,
  encodeMessage,
  headerSigningBytes,
  type Message,
} from '../../src/wire/index.ts';
import { Samples } from '../conformance/samples.ts';
import { Cluster } from '../support/cluster.ts';
import { certificateOf, forgeries } from '../support/forgery.ts';
import { seededRandom } from '../support/seeded-random.ts';

/** A run with everything in it: disputes, evidence, abstentions; stopped at `until`. */
function busyCluster(until: number): Cluster {
  const cluster = new Cluster({
    stakes: new Array(6).fill(10),
    parameters: { levels: [3, 5, 8], slashSeats: 4 },
    nicheCount: 3,
  });
  cluster.node('v6').execution = { fails: 'crash' };
  cluster.node('v5').execution = { output: 'wrong' };
  cluster.runUntil(Math.min(until, 1500));
  for (const output of ['right', 'wrong', 'noise'] as const) cluster.answer('p1', { output });
  cluster.runUntil(Math.min(until, 4150));
  if (until >= 4150) {
    const [v5, p1] = [cluster.node('v5'), cluster.node('p1')];
    for (const message of forgeries['second-commit']?.(cluster, v5, new Map()) ?? []) {
      cluster.inject(message);
    }
    for (const message of forgeries['second-header']?.(cluster, p1, new Map()) ?? []) {
      cluster.inject(message);
    }
  }
  cluster.runUntil(until);
  return cluster;
}

/** Gives a message to every node; whoever throws fails the test. */
function give(cluster: Cluster, decoded: Decoded, at: string): void {
  try {
    cluster.inject(decoded.message);
  } catch (error) {
    throw new Error(`${at}: ${JSON.stringify(decoded.message.type)}`, { cause: error });
  }
}

const TYPES = [
  ...(['header', 'openings', 'output', 'bundle', 'beacon', 'certificate', 'evidence'] as const),
  ...(['query', 'request', 'promise'] as const),
];
const EXTREMES = [0, 1, 2, 3, 255, 4096, 2 ** 31, 2 ** 32, 2 ** 48, Number.MAX_SAFE_INTEGER];

/** Changes one part of a value, anywhere in it. */
function mutated(value: unknown, random: () => number, pool: readonly unknown[]): unknown {
  const pick = <T>(items: readonly T[]): T | undefined =>
    items[Math.floor(random() * items.length)];
  if (value instanceof Uint8Array) {
    const bytes = Uint8Array.from(value);
    const at = Math.floor(random() * bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8));
    return bytes;
  }
  if (typeof value === 'number') return pick(EXTREMES);
  if (typeof value === 'string') {
    return pick(pool.filter((other) => typeof other === 'string')) ?? value;
  }
  if (Array.isArray(value)) {
    if (value.length === 0) return value;
    const at = Math.floor(random() * value.length);
    if (random() < 0.2) return value.filter((_, index) => index !== at);
    if (random() < 0.2) return [...value, value[at]];
    return value.map((item, index) => (index === at ? mutated(item, random, pool) : item));
  }
  if (typeof value !== 'object' || value === null) return value;
  const key = pick(Object.keys(value));
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [
      name,
      name === key ? mutated(part, random, pool) : part,
    ]),
  );
}

/** Signs a changed message again, as an insider would, if it names an insider. */
function resigned(cluster: Cluster, message: Message): Message {
  const { network, validators, providers } = cluster.keys;
  const find = (signers: readonly Signer[], id: NodeId) => signers.find((s) => s.id === id);
  if (message.type === 'header') {
    const signer = find(providers, message.provider);
    const { signature: _, ...body } = message;
    if (signer === undefined) return message;
    return { ...message, signature: signer.sign(headerSigningBytes(network.id, body)) };
  }
  if (message.type === 'openings' || message.type === 'certificate') {
    return { ...message, header: resigned(cluster, message.header) as typeof message.header };
  }
  if (message.type !== 'bundle') return message;
  const signer = find(validators, message.validator);
  const entries = message.entries.map(({ entry }) => encodeEntry(entry));
  const root = merkleRoot(entries.map(({ bytes }) => bytes));
  if (signer === undefined) return { ...message, entries };
  const signature = signer.sign(bundleSigningBytes(network.id, signer.id, root));
  return { ...message, entries, signature };
}

/** The message as the wire would deliver it, or nothing if it could not be sent. */
function overWire(make: () => Message): Decoded | undefined {
  try {
    const result = decodeMessage(encodeMessage(make()));
    return result.kind === 'ok' ? result.decoded : undefined;
  } catch {
    return undefined;
  }
}

/** Every word and id in the messages of a run. */
function wordsOf(messages: readonly Message[]): readonly string[] {
  const words = new Set<string>();
  JSON.stringify(messages, (_, part) => {
    if (typeof part === 'string') words.add(part);
    return part instanceof Uint8Array ? '' : typeof part === 'bigint' ? `${part}` : part;
  });
  return [...words];
}

describe('[WIRE-3] the core never throws on what a peer sends', () => {
  it('messages with one part changed, signed again by insiders, at every stage', function () {
    this.timeout(60_000);
    const random = seededRandom(11);
    const taken = new Map<string, number>();
    for (const until of [1900, 2500, 3900, 4160, 5000, 9500, 12_000, 19_000, 60_000]) {
      const cluster = busyCluster(until);
      const messages = busyCluster(20_000).published.map(({ message }) => message);
      const words = wordsOf(messages);
      for (let i = 0; i < 500; i++) {
        const message = messages[Math.floor(random() * messages.length)];
        const decoded = overWire(() => {
          const changed = mutated(message, random, words) as Message;
          return random() < 0.8 ? resigned(cluster, changed) : changed;
        });
        if (decoded === undefined) continue;
        give(cluster, decoded, `stage ${until}, message ${i}`);
        taken.set(decoded.message.type, (taken.get(decoded.message.type) ?? 0) + 1);
      }
      // and they go on as if nothing had happened
      cluster.runRounds(3);
    }
    for (const type of ['header', 'bundle', 'openings', 'output', 'certificate', 'evidence']) {
      ok((taken.get(type) ?? 0) > 20, `${type} was sent: ${[...taken].join(' ')}`);
    }
  });

  it('messages of every kind that make sense to nobody', function () {
    this.timeout(60_000);
    const samples = new Samples('core-fuzz');
    for (const until of [500, 2500, 5000, 20_000]) {
      const cluster = busyCluster(until);
      for (let i = 0; i < 120; i++) {
        for (const type of TYPES) {
          const decoded = overWire(() => samples.message(type));
          if (decoded !== undefined) give(cluster, decoded, `stage ${until}`);
        }
      }
    }
  });

  it('messages about batches, leaves and levels that do not exist', () => {
    const cluster = busyCluster(5000);
    const [signer] = cluster.keys.validators;
    ok(signer !== undefined);
    const messages = cluster.published.map(({ message }) => message);
    const batches = wordsOf(messages).filter((word) => word.startsWith('bafyrei'));
    for (const batch of batches) {
      for (const index of [0, 2, 7, 1_048_575]) {
        cluster.inject({ type: 'query', batch: batch as BatchId, index });
        cluster.inject({ type: 'query', batch: batch as BatchId });
        for (const level of [0, 1, 2, 7]) {
          for (const verdict of ['valid', 'invalid'] as const) {
            const values = new Map([
              ['index', `${index}`],
              ['level', `${level}`],
              ['verdict', verdict],
            ]);
            for (const name of ['second-commit', 'reveal'] as const) {
              const forge = forgeries[name];
              const [message] = forge?.(cluster, cluster.node('v1'), values) ?? [];
              if (message !== undefined) cluster.inject(message);
            }
          }
        }
      }
    }
  });

  it('evidence of certificates whose round is beyond all rounds, signed by a provider', () => {
    const cluster = busyCluster(5000);
    const first = certificateOf(cluster, {
      verdict: 'valid',
      level: 0,
      signers: cluster.keys.validators,
    });
    const header = { ...first.header, round: round(Number.MAX_SAFE_INTEGER) };
    const late = { ...first, header: resigned(cluster, header) as typeof header };
    cluster.inject({
      type: 'evidence',
      kind: 'certificates',
      first: late,
      second: { ...late, verdict: 'invalid' },
    });
    const { verdict, code } = cluster.judged.at(-1) ?? {};
    deepStrictEqual([verdict, code], ['reject', 'evidence-proves-nothing']);
  });
});
