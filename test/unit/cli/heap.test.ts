/** The heap of a node: from the machine or its container, and what somebody set counts more. */
import { equal } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { heapMib, memoryOf, neededHeap, type Surroundings } from '../../../src/cli/heap.ts';

const GIB = 1024 ** 3;
const UNLIMITED_1 = '9223372036854771712\n';
const small: Surroundings = { totalBytes: 64 * GIB, limits: [`${2 * GIB}\n`] };

function needed(words: readonly string[], more: Partial<Parameters<typeof neededHeap>[1]> = {}) {
  const usual = { nodeWords: [], nodeOptions: '', limitMib: 4144, around: small };
  return neededHeap(words, { ...usual, ...more });
}

describe('the heap of a node', () => {
  it('is sized from the container where it has less than the machine', () => {
    equal(memoryOf({ totalBytes: 8 * GIB, limits: ['max\n'] }), 8 * GIB);
    equal(memoryOf({ totalBytes: 8 * GIB, limits: [UNLIMITED_1] }), 8 * GIB);
    equal(memoryOf(small), 2 * GIB);
    equal(memoryOf({ totalBytes: 8 * GIB, limits: [] }), 8 * GIB);
  });

  it('leaves room for executions and for what is outside of it, within bounds', () => {
    equal(heapMib(4 * GIB, []), 4096 - 512 - 1024);
    equal(heapMib(4 * GIB, ['--executions', '2']), 4096 - 512 - 2048);
    equal(heapMib(4 * GIB, ['--memory-mib=512']), 4096 - 512 - 256);
    equal(heapMib(1 * GIB, []), 256);
    equal(heapMib(256 * GIB, []), 4096);
  });

  it('needs another process only for nodes whose limit is too high', () => {
    equal(needed(['start']), 512);
    equal(needed(['serve', '--dir', 'x']), 512);
    equal(needed(['status']), undefined);
    equal(needed(['start', '--help']), undefined);
    equal(needed(['start'], { limitMib: 500 }), undefined);
    equal(needed(['start'], { around: { totalBytes: 64 * GIB, limits: [] } }), 4096);
  });

  it('is what somebody set: the option before the environment, Node before both', () => {
    const nodeOptions = '--max-old-space-size=700';
    equal(needed(['start'], { nodeOptions }), undefined);
    equal(needed(['start', '--heap-mib', '900'], { nodeOptions }), 900);
    equal(needed(['start', '--heap-mib=900'], { nodeWords: [nodeOptions] }), undefined);
    equal(needed(['start', '--heap-mib', '5']), undefined);
    equal(needed(['start', '--heap-mib', 'much']), 512);
  });
});

describe('a process of assay', () => {
  /** Starts one as the launcher does; it prints how it goes on. */
  function launched(channel: 'ipc' | 'ignore') {
    const script =
      "const { runWithHeap } = await import('./src/cli/heap.ts');" +
      "await runWithHeap('none', ['--version']);" +
      "console.log('ASSAY_LAUNCHED' in process.env ? 'handed on' : 'goes on');" +
      'setTimeout(() => {}, 60000);';
    const words = ['--import', 'tsx', '--input-type=module', '-e', script];
    const env = { ...process.env, ASSAY_LAUNCHED: '1' };
    return spawn(process.execPath, words, { env, stdio: ['ignore', 'pipe', 'inherit', channel] });
  }

  it('ends with its launcher, also if that is gone before anybody listens', async () => {
    const orphan = launched('ignore');
    const [, signalOfOrphan] = await once(orphan, 'exit');
    equal(signalOfOrphan, 'SIGTERM');
    const child = launched('ipc');
    const [text] = await once(child.stdout ?? child, 'data');
    equal(String(text).trim(), 'goes on');
    child.disconnect();
    const [, signal] = await once(child, 'exit');
    equal(signal, 'SIGTERM');
  }).timeout(60_000);

  it('ends with a message and code 70 when a rejection is handled by nobody', async () => {
    const script =
      "const { main } = await import('./src/cli/main.ts');" +
      "process.argv = ['node', 'assay', '--version'];" +
      "await main(); Promise.reject(new Error('nobody waited')); setTimeout(() => {}, 60000);";
    const words = ['--import', 'tsx', '--input-type=module', '-e', script];
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'ignore', 'pipe'] });
    let text = '';
    child.stderr.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    const [code] = await once(child, 'close');
    equal(code, 70, text);
    equal(/nobody waited[\s\S]*This is a bug in Assay/.test(text), true, text);
  }).timeout(60_000);
});
