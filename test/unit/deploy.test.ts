/** What is shipped to run nodes says nothing that the commands do not understand. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { runCli } from '../../src/cli/main.ts';

type Service = {
  readonly command?: string | readonly string[];
  readonly user?: string;
  readonly read_only?: boolean;
  readonly stop_grace_period?: string;
};
type Compose = { readonly services: Readonly<Record<string, Service>> };

const read = (path: string): string => readFileSync(path, 'utf8');
const compose = (name: string): Compose =>
  parse(read(`configs/deploy/${name}`), { merge: true }) as Compose;

/** Commands whose second word is a command. */
const NESTED = ['testnet', 'network', 'guard', 'keys', 'db', 'peers', 'receipt', 'model'];

/** Words of the `assay` command in a command line. */
function wordsOf(command: Service['command']): readonly string[] {
  if (command === undefined) return [];
  const words = (typeof command === 'string' ? [command] : command).flatMap((w) => w.split(/\s+/));
  const at = words.indexOf('assay');
  return at < 0 ? words : words.slice(at + 1);
}

/** Commands and options of a command line, as its help knows them. */
async function assertUnderstood(words: readonly string[]): Promise<void> {
  const [command = '', sub = ''] = words;
  const first = NESTED.includes(command) && /^[a-z]+$/.test(sub) ? [command, sub] : [command];
  let help = '';
  const code = await runCli([...first, '--help'], {
    out: (text) => {
      help += text;
    },
    err: () => undefined,
    signal: new AbortController().signal,
  });
  assert.equal(code, 0, words.join(' '));
  for (const word of words) {
    const option = /^--([a-z-]+)/.exec(word)?.[1];
    if (option !== undefined) assert.match(help, new RegExp(`--${option}\\b`), words.join(' '));
  }
}

describe('deployment', () => {
  it('compose files run commands that exist, read-only, with time to stop', async () => {
    for (const name of ['compose.yaml', 'validator.compose.yaml']) {
      for (const [service, each] of Object.entries(compose(name).services)) {
        if (service.startsWith('validator-') && service !== 'validator-1') continue;
        await assertUnderstood(wordsOf(each.command));
        if (service === 'make') continue;
        assert.equal(each.read_only, true, service);
        assert.equal(each.stop_grace_period, '60s', service);
        assert.equal(each.user, undefined, 'the user of the image');
      }
    }
  });

  it('the testnet runs each process that its folder is made with', () => {
    const { services } = compose('compose.yaml');
    const made = wordsOf(services['make']?.command);
    const count = (option: string) => Number(made[made.indexOf(option) + 1]);
    const names = (role: string, of: number) =>
      Array.from({ length: of }, (_, i) => `${role}-${i + 1}`);
    const wanted = [
      'beacon',
      ...names('validator', count('--validators')),
      ...names('provider', count('--providers')),
    ];
    assert.deepEqual(
      Object.keys(services).filter((name) => name !== 'make'),
      wanted,
    );
    for (const name of wanted) assert.equal(wordsOf(services[name]?.command).at(-1), name);
  });

  it('the unit runs a command that exists, and is hardened', async () => {
    const unit = read('configs/deploy/assay-validator.service').replaceAll('\\\n', ' ');
    const start = /^ExecStart=(.*)$/m.exec(unit)?.[1];
    assert.ok(start !== undefined);
    await assertUnderstood(wordsOf(start));
    const wanted = ['ProtectSystem=strict', 'NoNewPrivileges=yes', 'LimitCORE=0', 'PrivateTmp=yes'];
    for (const line of [...wanted, 'TimeoutStopSec=60', 'RestartPreventExitStatus=2']) {
      assert.ok(unit.split('\n').includes(line), line);
    }
    assert.match(unit, /^MemoryMax=/m);
    assert.match(unit, /^User=(?!root)/m);
  });

  it('the image is not root, runs no install scripts, and keeps one platform', () => {
    const file = read('Dockerfile');
    const last = file.slice(file.lastIndexOf('\nFROM '));
    assert.match(last, /^USER node$/m);
    for (const line of file.split('\n')) {
      if (/npm (ci|prune|install)/.test(line)) assert.match(line, /--ignore-scripts/);
    }
    assert.match(file, /ONNXRUNTIME_NODE_INSTALL=skip/);
    assert.match(file, /onnxruntime-node\/bin .*\n.*linux\/\$\(node -p process\.arch\)/);
  });
});

describe('the page for operators', () => {
  it('names commands and options that exist', async () => {
    const text = read('OPERATING.md');
    const lines = [...text.matchAll(/(?:^|`)(assay [a-z][^`\n#]*)/gm)].map(([, line = '']) => line);
    assert.ok(lines.length > 20, 'it has commands');
    const seen = new Set<string>();
    for (const line of lines) {
      const words = line.trim().split(/\s+/).slice(1);
      const key = words.filter((word) => /^(--)?[a-z-]+$/.test(word)).join(' ');
      if (seen.has(key)) continue;
      seen.add(key);
      await assertUnderstood(words);
    }
  });

  it('names files and errors that exist', () => {
    const text = read('OPERATING.md');
    for (const [, path = ''] of text.matchAll(/`((?:configs|src)\/[\w./-]+)`/g)) {
      assert.ok(existsSync(path), path);
    }
    const table = text.slice(text.indexOf('| you see'), text.indexOf('## Operating a network'));
    const codes = [...table.matchAll(/^\| `([a-z]+(?:-[a-z]+)+)`/gm)].map(([, code = '']) => code);
    assert.ok(codes.length > 5);
    const sources = readdirSync('src/', { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => read(`src/${name}`))
      .join('');
    for (const code of codes) assert.ok(sources.includes(`'${code}'`), code);
  });
});
