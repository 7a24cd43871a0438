/** Guides of a README, as steps that a reader takes: files to write, commands to run. */

/** One thing that a reader does. */
export type Step =
  | { readonly kind: 'file'; readonly name: string; readonly text: string }
  | {
      readonly kind: 'command';
      readonly words: readonly string[];
      /** Whether it runs until it is stopped, while the reader goes on elsewhere. */
      readonly staysOpen: boolean;
    };

/**
 * Returns the steps below a heading of the third level, in order. A block of `sh` holds commands,
 * one per line; a block of `yaml` begins with the name of its file in a comment.
 */
export function stepsOf(markdown: string, heading: string): readonly Step[] {
  const start = markdown.indexOf(`\n### ${heading}\n`);
  if (start < 0) throw new Error(`there is no guide "${heading}"`);
  const [section = ''] = markdown.slice(start + 4).split(/\n##/);
  return [...section.matchAll(/^```(sh|yaml)\n([\s\S]*?)^```$/gm)].flatMap(
    ([, language, text = '']) => (language === 'yaml' ? [fileOf(text)] : commandsOf(text)),
  );
}

function fileOf(text: string): Step {
  const name = /^# (\S+)\n/.exec(text)?.[1];
  if (name === undefined) throw new Error(`a file without a name: ${text}`);
  return { kind: 'file', name, text };
}

function commandsOf(text: string): readonly Step[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [command = '', comment = ''] = line.split(/ +# /);
      const words = wordsOf(command);
      if (words[0] !== 'npx' || words[1] !== 'assay') throw new Error(`not a command: ${line}`);
      return {
        kind: 'command',
        words: words.slice(2),
        staysOpen: comment.startsWith('stays open'),
      };
    });
}

/** The words of a line as a shell splits them; single quotes hold a word together. */
function wordsOf(line: string): readonly string[] {
  return (line.match(/'[^']*'|\S+/g) ?? []).map((word) => word.replace(/^'|'$/g, ''));
}
