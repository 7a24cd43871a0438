/** Labels and values in two columns; ids longer than a line are cut, so that nothing overflows. */

const LABEL_COLUMNS = 12;

/** Returns lines of at most `columns`: label, then the value, continued below itself. */
export function fieldLines(
  fields: readonly (readonly [string, string])[],
  columns: number,
): readonly string[] {
  return fields.flatMap(([label, value]) => {
    const [first = '', ...more] = wrapped(value, columns - LABEL_COLUMNS);
    const indent = ' '.repeat(LABEL_COLUMNS);
    return [label.padEnd(LABEL_COLUMNS) + first, ...more.map((line) => indent + line)];
  });
}

/** Returns the text in lines of at most `columns`. */
export function paragraph(text: string, columns: number): readonly string[] {
  return wrapped(text, columns);
}

function wrapped(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((each) => pieces(each, columns))) {
    if (line !== '' && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

function pieces(word: string, columns: number): readonly string[] {
  if (word.length <= columns) return [word];
  return [word.slice(0, columns), ...pieces(word.slice(columns), columns)];
}
