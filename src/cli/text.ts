/** Text for a terminal of 80 columns. */

const COLUMNS = 80;

/** Says how many there are: `1 provider`, `2 providers`. */
export function plural({ length }: readonly unknown[], what: string): string {
  return `${length} ${what}${length === 1 ? '' : 's'}`;
}

/** Breaks text at spaces into lines of at most 80 columns, each indented. */
export function wrapText(text: string, { indent }: { readonly indent: number }): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent + line.length + 1 + word.length > COLUMNS) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  lines.push(line);
  return lines.map((each) => ' '.repeat(indent) + each);
}
