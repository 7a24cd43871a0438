/**
 * Ends processes whose parent is gone, however it went: a process of its own that is told ids over
 * a pipe, and kills those that are left when the pipe ends.
 */
import { type ChildProcess, spawn } from 'node:child_process';

/** Runs by itself: plain JavaScript, no imports of ours. */
const PROGRAM = `
const left = new Set();
let text = '';
process.stdin.on('data', (chunk) => {
  text += chunk;
  const lines = text.split('\\n');
  text = lines.pop();
  for (const line of lines) {
    if (line[0] === '+') left.add(Number(line.slice(1)));
    else left.delete(Number(line.slice(1)));
  }
});
process.stdin.on('end', () => {
  for (const pid of left) {
    try { process.kill(pid, 'SIGKILL'); } catch {}
  }
});
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => {});
`;

export class Reaper {
  #process: ChildProcess | undefined;

  /** From now on this process ends with its parent. */
  watch(pid: number): void {
    this.#process ??= this.#start();
    this.#process.stdin?.write(`+${pid}\n`);
  }

  /** This process has ended: its id may be somebody else's soon. */
  forget(pid: number): void {
    this.#process?.stdin?.write(`-${pid}\n`);
  }

  /** Ends the watch, and what is left. */
  close(): void {
    this.#process?.stdin?.end();
    this.#process = undefined;
  }

  #start(): ChildProcess {
    const child = spawn(process.execPath, ['--eval', PROGRAM], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    child.stdin?.on('error', () => undefined);
    child.on('error', () => undefined);
    child.unref();
    return child;
  }
}
