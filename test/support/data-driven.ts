/**
 * Data-driven tests, after etcd's raft: a text file of commands, each with the exact output that
 * it should have. `REWRITE=1` writes what came out instead; then read the diff.
 *
 *     # a comment, kept
 *     command argument key=value
 *     ----
 *     output, up to an empty line
 */
import { equal } from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';

/** One line of a script. */
export type Command = {
  readonly name: string;
  /** Words without `=`, in order. */
  readonly words: readonly string[];
  /** Words with `=`, by what stands before it. */
  readonly values: ReadonlyMap<string, string>;
  /** File and line, for messages. */
  readonly at: string;
};

type Block = {
  readonly comments: readonly string[];
  readonly commands: readonly Command[];
  readonly lines: readonly string[];
  readonly output: string;
};

/** Runs the commands of `path` one after the other and compares each output. */
export function runDataFile(path: string, run: (command: Command) => readonly string[]): void {
  const blocks = parse(path, readFileSync(path, 'utf8'));
  const actual = blocks.map((block) => ({
    ...block,
    output: block.commands.flatMap(run).join('\n') || (block.commands.length > 0 ? 'ok' : ''),
  }));
  if (process.env['REWRITE'] === '1') {
    writeFileSync(path, actual.map(textOf).join('\n'));
    return;
  }
  for (const [i, block] of actual.entries()) {
    equal(block.output, blocks[i]?.output, `${block.commands[0]?.at}: ${block.lines.join('; ')}`);
  }
}

function parse(path: string, text: string): readonly Block[] {
  const blocks: Block[] = [];
  let comments: string[] = [];
  let commands: Command[] = [];
  let lines: string[] = [];
  let output: string[] | undefined;
  const end = () => {
    if (lines.length > 0 || comments.length > 0) {
      blocks.push({ comments, commands, lines, output: (output ?? []).join('\n') });
    }
    [comments, commands, lines, output] = [[], [], [], undefined];
  };
  for (const [index, line] of text.split('\n').entries()) {
    if (line === '') end();
    else if (output !== undefined) output.push(line);
    else if (line === '----') output = [];
    else if (line.startsWith('#')) comments.push(line);
    else {
      lines.push(line);
      commands.push(commandOf(line, `${path}:${index + 1}`));
    }
  }
  end();
  return blocks;
}

function commandOf(line: string, at: string): Command {
  const [name = '', ...rest] = line.trim().split(/\s+/);
  const isPair = (word: string) => word.includes('=');
  return {
    name,
    words: rest.filter((word) => !isPair(word)),
    values: new Map(
      rest.filter(isPair).map((word) => {
        const [key = '', ...value] = word.split('=');
        return [key, value.join('=')];
      }),
    ),
    at,
  };
}

function textOf({ comments, lines, output }: Block): string {
  const head = [...comments, ...lines].map((line) => `${line}\n`).join('');
  return lines.length === 0 ? head : `${head}----\n${output}\n`;
}
