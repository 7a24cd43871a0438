/** What made a result: versions, commit, machine. For `manifest.json`. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, platform, release } from 'node:os';
import { join } from 'node:path';
import { packageRoot, readVersion } from '../../version.ts';

export type Environment = {
  /** Version of Assay. */
  readonly assay: string;
  /** Absent outside a clone. */
  readonly commit?: string;
  /** Whether tracked files differ from the commit, or new ones lie beside them. */
  readonly isDirty?: boolean;
  readonly node: string;
  readonly os: string;
  readonly cpu: {
    readonly arch: string;
    readonly model: string;
    readonly count: number;
    /** Features that decide which kernels run; empty where the system does not tell. */
    readonly flags: readonly string[];
  };
};

/** Features of a processor that floating-point kernels are chosen by. */
const KERNEL_FLAGS = /^(sse4_[12]|avx\w*|fma|f16c|amx\w*|asimd\w*|sve\w*|bf16|i8mm)$/;

/** Returns versions, commit and machine of this process. */
export function environmentOf(): Environment {
  return {
    assay: readVersion(),
    ...commitOf(packageRoot()),
    node: process.version,
    os: `${platform()} ${release()}`,
    cpu: {
      arch: arch(),
      model: cpus()[0]?.model.trim() ?? 'unknown',
      count: availableParallelism(),
      flags: cpuFlags(),
    },
  };
}

/** A package that is installed in somebody's repository has no commit of its own. */
function commitOf(root: string): { commit?: string; isDirty?: boolean } {
  if (!existsSync(join(root, '.git'))) return {};
  const git = (...args: string[]) => spawnSync('git', args, { cwd: root, encoding: 'utf8' });
  const head = git('rev-parse', 'HEAD');
  if (head.status !== 0) return {};
  const status = git('status', '--porcelain');
  return { commit: head.stdout.trim(), isDirty: status.stdout.trim() !== '' };
}

function cpuFlags(): readonly string[] {
  try {
    const line = /^(?:flags|Features)\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'));
    const flags = line?.[1]?.trim().split(/\s+/) ?? [];
    return flags.filter((flag) => KERNEL_FLAGS.test(flag)).sort();
  } catch {
    // Not Linux: the system does not tell.
    return [];
  }
}
