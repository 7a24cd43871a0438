/**
 * The folder of a sweep: one file per finished run, written whole, never written again.
 *
 * A run lies at `runs/<cell id>/<seed>.json`, where the id is a hash of what was run. So whoever
 * begins the same sweep again, or a larger one, finds what is done; several machines may write to
 * one folder without a lock. A run that failed lies beside it as `<seed>.failed.json` and is tried
 * again. Limit: files are synced, folders are not, on systems that cannot.
 */
import {
  appendFileSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { configYaml } from '../../src/config/index.ts';
import { checkWritable } from '../report/folder.ts';
import { SweepError } from './error.ts';
import { checkManifest, MANIFEST_NAME, type Manifest, manifestText } from './manifest.ts';
import { experimentOf, type PlannedCell, type SweepPlan } from './plan.ts';
import { parseRecord, type RunRecord, recordText } from './record.ts';

/** What is known of a run without reading it. */
export type RunState = 'done' | 'failed' | 'absent';

/** How long a run took, for estimates; kept beside the results, never in them. */
export type Timing = { readonly cell: string; readonly seed: number; readonly wallMs: number };

export class SweepFolder {
  readonly path: string;
  readonly #known = new Map<string, ReadonlySet<string>>();

  private constructor(path: string) {
    this.path = path;
  }

  /**
   * Opens the folder of a sweep to read it; nothing is written.
   * @throws SweepError foreign-folder, other-sweep, other-version, sweep-unreadable
   */
  static look(path: string, plan: SweepPlan): SweepFolder {
    const status = attempt(path, () => statSync(path, { throwIfNoEntry: false }));
    if (status !== undefined && (!status.isDirectory() || !isOurs(path))) {
      throw new SweepError({
        code: 'foreign-folder',
        where: path,
        message: 'is in the way and holds no results of a sweep',
        remedy: 'Choose another folder with --out, or remove it.',
      });
    }
    if (existsSync(join(path, MANIFEST_NAME))) checkManifest(path, plan);
    return new SweepFolder(path);
  }

  /**
   * Opens the folder of a sweep to add runs; makes it if need be.
   * @throws SweepError as `look`, and sweep-unwritable; AssayError output-unwritable
   */
  static open(path: string, plan: SweepPlan, manifest: Manifest): SweepFolder {
    const folder = SweepFolder.look(path, plan);
    checkWritable(path);
    folder.#write(MANIFEST_NAME, manifestText(manifest));
    return folder;
  }

  /** Tells how a run stands; what other processes write after the first look is not seen. */
  stateOf(cell: PlannedCell, seed: number): RunState {
    const names = this.#known.get(cell.id) ?? namesIn(join(this.path, 'runs', cell.id));
    this.#known.set(cell.id, names);
    if (names.has(`${seed}.json`)) return 'done';
    return names.has(`${seed}.failed.json`) ? 'failed' : 'absent';
  }

  /**
   * Reads a run that is done, or that failed.
   * @throws SweepError run-unreadable
   */
  read({ id }: PlannedCell, seed: number, state: 'done' | 'failed'): RunRecord {
    const file = join(this.path, 'runs', id, fileName(seed, state));
    return parseRecord(
      attempt(file, () => readFileSync(file, 'utf8')),
      file,
    );
  }

  /**
   * Adds a run. A finished one is kept if it is there already: it must be the same.
   * @throws SweepError run-differs, sweep-unwritable
   */
  add(record: RunRecord): void {
    const { cell, seed, outcome } = record;
    const file = join('runs', cell, fileName(seed, outcome.status));
    const text = recordText(record);
    const path = join(this.path, file);
    if (outcome.status === 'failed' || !existsSync(path)) this.#write(file, text);
    else if (readFileSync(path, 'utf8') !== text) {
      throw new SweepError({
        code: 'run-differs',
        where: path,
        message: 'the same run came out differently this time: something is not deterministic',
        remedy: 'What is there was kept. Run it by itself and compare the trace digests.',
      });
    }
    this.#known.delete(cell);
    if (outcome.status === 'done') {
      rmSync(join(this.path, 'runs', cell, fileName(seed, 'failed')), { force: true });
    }
  }

  /** Writes the resolved configuration of a cell, once. */
  describe(plan: SweepPlan, cell: PlannedCell): void {
    const file = this.configOf(cell);
    if (existsSync(join(this.path, file))) return;
    this.#write(file, configYaml(experimentOf(plan, cell).configuration));
  }

  /** Returns where the resolved configuration of a cell is, from the folder. */
  configOf({ id }: PlannedCell): string {
    return join('runs', id, 'config.resolved.yaml');
  }

  /** Notes how long a run took, in a file of this process. */
  time(timing: Timing): void {
    const file = join(this.path, 'log', `${hostname()}-${process.pid}.jsonl`);
    attempt(file, () => {
      mkdirSync(dirname(file), { recursive: true });
      appendFileSync(file, `${JSON.stringify(timing)}\n`);
    });
  }

  /** Notes with which program and on which machine this process runs; no part of any result. */
  noteEnvironment(environment: object): void {
    this.#write(
      join('log', `${hostname()}-${process.pid}${ENVIRONMENT}`),
      environmentText(environment),
    );
  }

  /** Returns what was noted of programs and machines that ran a part. */
  environments(): readonly object[] {
    const files = [...namesIn(join(this.path, 'log'))].sort();
    return files
      .filter((name) => name.endsWith(ENVIRONMENT))
      .flatMap((name) => {
        const text = attempt(name, () => readFileSync(join(this.path, 'log', name), 'utf8'));
        return environmentIn(text);
      });
  }

  /** Returns how long runs took, as far as it was noted. */
  timings(): readonly Timing[] {
    const files = [...namesIn(join(this.path, 'log'))].sort();
    return files.flatMap((name) =>
      readFileSync(join(this.path, 'log', name), 'utf8')
        .split('\n')
        .flatMap(timingIn),
    );
  }

  /**
   * Writes tables that are made of runs, in the place of older ones.
   * @throws SweepError sweep-unwritable
   */
  writeTable(name: string, content: string | Uint8Array): void {
    this.#write(name, content);
  }

  #write(name: string, content: string | Uint8Array): void {
    const path = join(this.path, name);
    const temporary = `${path}.${process.pid}.tmp`;
    attempt(path, () => {
      mkdirSync(dirname(path), { recursive: true });
      const file = openSync(temporary, 'w');
      try {
        writeAll(file, typeof content === 'string' ? Buffer.from(content) : content);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      renameSync(temporary, path);
      syncFolder(dirname(path));
    });
  }
}

function fileName(seed: number, state: 'done' | 'failed'): string {
  return state === 'done' ? `${seed}.json` : `${seed}.failed.json`;
}

function isOurs(path: string): boolean {
  const names = namesIn(path);
  return names.size === 0 || names.has(MANIFEST_NAME);
}

function namesIn(path: string): ReadonlySet<string> {
  return new Set(existsSync(path) ? attempt(path, () => readdirSync(path)) : []);
}

/** How files end that say what a process ran on. */
const ENVIRONMENT = '.environment.json';

function environmentText(environment: object): string {
  return `${JSON.stringify(environment)}\n`;
}

/** A damaged note costs nobody a result. */
function environmentIn(text: string): readonly object[] {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? [value] : [];
  } catch {
    return [];
  }
}

/** A line that was cut off by a crash is no timing. */
function timingIn(line: string): readonly Timing[] {
  const [, cell, seed, wallMs] =
    /^\{"cell":"([0-9a-f]+)","seed":(\d+),"wallMs":([\d.]+)\}$/.exec(line) ?? [];
  if (cell === undefined) return [];
  return [{ cell, seed: Number(seed), wallMs: Number(wallMs) }];
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}

/** A name is on disk only when its folder is. */
function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } catch {
    // Some systems cannot sync a folder: then the rename is as safe as they make it.
  } finally {
    closeSync(folder);
  }
}

/** Runs a file operation; what the system refuses becomes an error with a remedy. */
function attempt<T>(where: string, operation: () => T): T {
  try {
    return operation();
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    const detail = {
      code: 'sweep-unwritable',
      where,
      message: `cannot be read or written (${reason})`,
      remedy: 'Runs that are finished are kept. Make room or choose another folder, and go on.',
    };
    throw new SweepError(detail, { cause });
  }
}
