/**
 * The judge of real nodes: finds nothing in the logs of a sound network, and every invariant that
 * is broken by hand in them.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defined, digest, type NodeId } from '../../src/base/index.ts';
import { networkOf } from '../../src/network-file/index.ts';
import { type Audit, auditLogs } from '../../src/node/chaos/index.ts';
import { type ClaimOutcome, Requester } from '../../src/node/index.ts';
import { fromTaggedJson, toTaggedJson } from '../../src/node/runner/tagged-json.ts';
import {
  type BundleEntry,
  type CertificateMessage,
  decodeMessage,
  encodeEntry,
  encodeMessage,
  type Message,
} from '../../src/wire/index.ts';
import { mlpInput, TestDevnet } from '../support/devnet.ts';
import { until } from '../support/testnet.ts';

type Told = { kind: string; bytes?: Uint8Array; record?: object; report?: Record<string, unknown> };
type Line = {
  format?: string;
  guard?: object[];
  watermark?: number;
  event: { kind: string; now: number; decoded?: Uint8Array };
  told: Told[];
};
type Logs = Map<string, Line[]>;

describe('the judge of real nodes', function () {
  this.timeout(60_000);
  const texts = new Map<string, string[]>();
  let net: TestDevnet;

  before(async () => {
    const record = (node: string, line: string): void => {
      texts.set(node, [...(texts.get(node) ?? []), line]);
    };
    net = await TestDevnet.start({ validators: 4, providers: 1, roundMs: 1_000, record });
    try {
      const outcome = await askOnce(net);
      assert.equal(outcome.kind, 'receipt');
      // who asks gets a certificate before it is published
      await until('a certificate is published', 20_000, () => {
        return allTold(parsed()).some(isCertificate) ? true : undefined;
      });
    } finally {
      await net.stop();
    }
  });

  it('finds nothing where nothing is wrong, and says what it looked at', async () => {
    const audit = await judge(() => undefined);
    assert.deepEqual(audit.violations, []);
    assert.deepEqual(audit.subjects, { drawn: 1, decided: 1, unresolved: 0 });
    assert.equal(audit.lives, 5);
    assert.ok(audit.certificates > 0 && audit.checks > 20);
  });

  it('[GUARD-2] finds two commits of one node in its own log', async () => {
    const audit = await judge((logs) => {
      const { told, bundle } = said(logs, 'commit');
      told.push({ kind: 'publish', bytes: otherWord(bundle) });
    });
    assert.deepEqual(names(audit), ['no-honest-equivocation']);
  });

  it('[GUARD-2] finds a second vote that only another node heard', async () => {
    const audit = await judge((logs) => {
      const { bundle } = said(logs, 'reveal');
      const log = defined(logs.get('validator-2'), 'it has a log');
      log.push(heard(otherWord(bundle), endOf(log)));
    });
    assert.ok(names(audit).includes('no-honest-equivocation'), names(audit).join());
  });

  it('[GUARD-1] finds what was said before it was durable', async () => {
    const audit = await judge((logs) => {
      for (const { told } of logs.get('validator-1') ?? []) {
        const at = told?.findIndex(({ kind, record }) => {
          return kind === 'persist' && record !== undefined && 'verdict' in record;
        });
        if (at !== undefined && at >= 0) told.splice(at, 1);
      }
    });
    assert.deepEqual(names(audit), ['guard-before-wire']);
  });

  it('[GUARD-1] leaves out what was not sent before a kill, unless somebody heard it', async () => {
    const killed = (logs: Logs): { line: Line; bundle: Bundle } => {
      const log = defined(logs.get('validator-1'), 'it has a log');
      const { line, bundle } = said(logs, 'commit');
      const { event } = line;
      log.length = log.indexOf(line) + 1;
      // another life, which does not know of the record
      log.push({ ...defined(log[0], 'a log has a head'), guard: [] });
      log.push({ event: { kind: 'time-reached', now: event.now }, told: [] });
      return { line, bundle };
    };
    const silent = await judge(
      (logs) => {
        const { bundle } = killed(logs);
        // nobody else heard of it, nor of anything later
        for (const [name, log] of logs) if (name !== 'validator-1') forget(log, bundle);
      },
      { calmAtMs: Number.POSITIVE_INFINITY },
    );
    assert.ok(!names(silent).includes('guard-before-wire'), names(silent).join());
    const heardOf = await judge((logs) => void killed(logs));
    assert.ok(names(heardOf).includes('guard-before-wire'), names(heardOf).join());
  });

  it('[CERT-1] finds a certificate that does not verify from its bytes', async () => {
    const audit = await judge((logs) => {
      for (const told of allTold(logs)) {
        if (told.kind !== 'publish' || told.bytes === undefined) continue;
        const message = messageOf(told.bytes);
        if (message.type === 'certificate') told.bytes = encodeMessage(forged(message));
      }
    });
    assert.deepEqual(names(audit), ['certificates-verify']);
  });

  it('finds two final verdicts of one subject', async () => {
    const audit = await judge((logs) => {
      for (const { report } of (logs.get('validator-3') ?? []).flatMap(({ told }) => told ?? [])) {
        if (report?.['kind'] === 'decided') report['verdict'] = 'invalid';
      }
    });
    assert.deepEqual(names(audit), ['one-final-verdict']);
  });

  it('finds certificates of one level that contradict each other', async () => {
    const audit = await judge((logs) => {
      for (const { report } of (logs.get('validator-3') ?? []).flatMap(({ told }) => told ?? [])) {
        if (report?.['kind'] === 'certified') report['verdict'] = 'invalid';
      }
    });
    assert.ok(names(audit).includes('agreement'), names(audit).join());
  });

  it('[SLASH-1] finds evidence against an honest node', async () => {
    const audit = await judge((logs) => {
      const log = defined(logs.get('validator-3'), 'it has a log');
      const guilty = [defined(net.devnet.validators[0], 'there are validators').id];
      const report = { kind: 'evidence-found', guilty };
      log.push({
        event: { kind: 'time-reached', now: endOf(log) },
        told: [{ kind: 'report', report }],
      });
    });
    assert.deepEqual(names(audit), ['no-honest-slashed']);
  });

  it('[GUARD-2] finds a watermark that went back', async () => {
    const audit = await judge((logs) => {
      const log = defined(logs.get('validator-2'), 'it has a log');
      const head = defined(log[0], 'a log has a head');
      const records = log.flatMap(({ told }) => told ?? []).flatMap(({ record }) => record ?? []);
      log.push({ ...head, guard: records });
      head.watermark = 5;
    });
    assert.deepEqual(names(audit), ['watermarks-monotone']);
  });

  it('finds a drawn leaf that a validator never decided', async () => {
    const audit = await judge((logs) => {
      for (const { told } of logs.get('validator-4') ?? []) {
        const at = told?.findIndex(({ report }) => report?.['kind'] === 'decided');
        if (at !== undefined && at >= 0) told.splice(at, 1);
      }
    });
    assert.deepEqual(names(audit), ['every-drawn-leaf-decided']);
  });

  it('[SAMPLE-1] finds a subject that was not drawn', async () => {
    const audit = await judge(
      (logs) => {
        for (const { report } of (logs.get('validator-2') ?? []).flatMap(
          ({ told }) => told ?? [],
        )) {
          const subject = report?.['subject'];
          if (report?.['kind'] !== 'subject-drawn' || typeof subject !== 'object') continue;
          report['subject'] = { ...subject, index: 77 };
        }
      },
      { calmAtMs: Number.POSITIVE_INFINITY },
    );
    assert.ok(names(audit).includes('sampling-pure'), names(audit).join());
  });

  it('finds a log that cannot be read, but forgives the torn line of a kill', async () => {
    const torn = await judge(() => undefined, { damage: (lines) => [...lines, '{"event":{"ki'] });
    assert.deepEqual(torn.violations, []);
    const damage = (lines: readonly string[]): string[] => lines.map((line) => line.slice(1));
    assert.ok(names(await judge(() => undefined, { damage })).includes('logs-readable'));
  });

  /** Judges the logs after a change. */
  function parsed(): Logs {
    return new Map(
      [...texts].map(([name, lines]) => [name, lines.map((line) => fromTaggedJson(line) as Line)]),
    );
  }

  async function judge(
    change: (logs: Logs) => void,
    { calmAtMs = 0, damage = (lines: readonly string[]) => [...lines] } = {},
  ): Promise<Audit> {
    const logs = parsed();
    change(logs);
    const directory = mkdtempSync(join(tmpdir(), 'assay-audit-'));
    const members = [...net.devnet.validators, ...net.devnet.providers];
    for (const [name, lines] of logs) {
      const written = lines.map(toTaggedJson);
      const isDamaged = name === 'validator-1';
      const all = isDamaged ? damage(written) : written;
      writeFileSync(join(directory, name), all.map((line) => `${line}\n`).join(''));
    }
    try {
      return await auditLogs({
        network: networkOf(net.devnet.file),
        nodes: members.map(({ name, id }) => ({ name, id, path: join(directory, name) })),
        dishonest: new Set(),
        skewed: new Set(),
        calmAtMs,
        up: new Set<NodeId>(members.map(({ id }) => id)),
      });
    } finally {
      rmSync(directory, { recursive: true });
    }
  }
});

type Bundle = Message & { type: 'bundle' };

/** Where the first validator said its commit, or its vote. */
function said(logs: Logs, kind: BundleEntry['kind']): { line: Line; told: Told[]; bundle: Bundle } {
  for (const line of logs.get('validator-1') ?? []) {
    for (const { kind: what, bytes } of line.told ?? []) {
      if (what !== 'publish' || bytes === undefined) continue;
      const message = messageOf(bytes);
      if (message.type !== 'bundle') continue;
      const entries = message.entries.filter(({ entry }) => entry.kind === kind);
      if (entries.length > 0) return { line, told: line.told, bundle: { ...message, entries } };
    }
  }
  throw new Error(`validator-1 said no ${kind}`);
}

/** The same places, other words. */
function otherWord(bundle: Bundle): Uint8Array {
  const entries = bundle.entries.map(({ entry }) => {
    if (entry.kind === 'commit') {
      return encodeEntry({ ...entry, commitment: digest(new Uint8Array(32).fill(9)) });
    }
    return encodeEntry(entry.kind === 'reveal' ? { ...entry, verdict: 'invalid' } : entry);
  });
  return encodeMessage({ ...bundle, entries });
}

function heard(bytes: Uint8Array, now: number): Line {
  const event = { kind: 'message-received', now, from: 'somebody', decoded: bytes };
  return { event, told: [{ kind: 'judge', verdict: 'accept', code: '' } as Told] };
}

/** Removes what was heard of a validator, and what was concluded. */
function forget(log: Line[], { validator }: Bundle): void {
  const kept = log.filter(({ event }) => {
    if (event?.decoded === undefined) return true;
    const message = messageOf(event.decoded);
    return message.type !== 'bundle' || message.validator !== validator;
  });
  log.splice(0, log.length, ...kept);
}

function forged(certificate: CertificateMessage): CertificateMessage {
  const [first, ...others] = certificate.votes;
  const group = defined(first, 'a certificate has votes');
  const other = defined(certificate.beacons[0], 'and beacons').signature;
  const signature = group.signature.slice();
  signature.set(other.subarray(0, 8), 40);
  return { ...certificate, votes: [{ ...group, signature }, ...others] };
}

function allTold(logs: Logs): readonly Told[] {
  return [...logs.values()].flat().flatMap(({ told }) => told ?? []);
}

function isCertificate({ kind, bytes }: Told): boolean {
  return kind === 'publish' && bytes !== undefined && messageOf(bytes).type === 'certificate';
}

function endOf(log: readonly Line[]): number {
  return defined(log.at(-1), 'a log has lines').event.now;
}

function messageOf(bytes: Uint8Array): Message {
  const result = decodeMessage(bytes);
  assert.ok(result.kind === 'ok');
  return result.decoded.message;
}

function names({ violations }: Audit): readonly string[] {
  return violations.map(({ invariant }) => invariant);
}

async function askOnce(net: TestDevnet): Promise<ClaimOutcome> {
  const signal = AbortSignal.timeout(40_000);
  const requester = await Requester.open({ file: net.devnet.file, softwareVersion: 'assay/test' });
  try {
    const input = mlpInput(1);
    const answered = await requester.infer({ model: 'mlp', input, assurance: 'full', signal });
    return await requester.outcome(answered, { signal });
  } finally {
    await requester.close();
  }
}
