/** Runs a command line in this process and keeps what it prints. */
import { runCli } from '../../../src/cli/main.ts';

export type Ran = { readonly code: number; readonly out: string; readonly err: string };

/** Runs `assay` with these words, until `signal` if one is given. */
export async function assay(
  words: readonly string[],
  signal = new AbortController().signal,
): Promise<Ran> {
  let out = '';
  let err = '';
  const code = await runCli(words, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    signal,
  });
  return { code, out, err };
}
