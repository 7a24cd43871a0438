/**
 * The execution class of this machine: what determines the last bits of an output.
 *
 * Measured: with optimisation `disabled`, AVX2 and AVX-512 machines agreed to the bit on all models
 * tried; SSE differs by 4e-7 relative rms. The class names the instruction set all the same,
 * because the runtime promises nothing.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** How far ONNX Runtime may rewrite a graph; networks pin `disabled`. */
export type OptimizationLevel = 'disabled' | 'basic' | 'extended' | 'all';

/** Returns e.g. `ort-1.30.0/cpu/disabled/avx512`. */
export function executionClassOf(optimization: OptimizationLevel): string {
  const instructions = instructionSetOf(cpuFlags(), process.arch);
  return `ort-${runtimeVersion()}/cpu/${optimization}/${instructions}`;
}

/**
 * Returns the instruction-set class that decides which kernels run.
 * @param flags CPU features by their Linux names
 * @param arch as in `process.arch`
 */
export function instructionSetOf(flags: ReadonlySet<string>, arch: string): string {
  if (arch !== 'x64' || flags.size === 0) return 'generic';
  if (['avx512f', 'avx512bw', 'avx512dq', 'avx512vl'].every((flag) => flags.has(flag))) {
    return 'avx512';
  }
  return flags.has('avx2') && flags.has('fma') ? 'avx2' : 'sse';
}

function cpuFlags(): ReadonlySet<string> {
  try {
    const line = /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'));
    return new Set(line?.[1]?.trim().split(/\s+/) ?? []);
  } catch {
    // Not Linux: the class says `generic`.
    return new Set();
  }
}

function runtimeVersion(): string {
  const manifest: unknown = createRequire(import.meta.url)('onnxruntime-node/package.json');
  if (typeof manifest === 'object' && manifest !== null && 'version' in manifest) {
    return String(manifest.version);
  }
  return 'unknown';
}
