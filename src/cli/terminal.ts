/**
 * What a terminal can show, and lines that are drawn over themselves: the one live display of long
 * commands. Escapes are those that every terminal since the VT100 knows.
 */

/** A stream that may be a terminal. */
type Stream = {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
};

/** What can be shown where output goes. */
export type Terminal = {
  /** Whether lines can be drawn over: not in a pipe, a file, or a terminal without a cursor. */
  readonly isLive: boolean;
  /** Colour only repeats what words say. https://no-color.org */
  readonly hasColour: boolean;
  /** Width now; 80 where it is not known, 200 at most: longer lines are hard to read. */
  readonly columns: () => number;
  /** Height now; 24 where it is not known. */
  readonly rows: () => number;
};

const COLUMNS_PIPED = 80;
const COLUMNS_MAX = 200;
const ROWS_UNKNOWN = 24;

/** Says what `stream` can show. */
export function terminalOf(
  stream: Stream,
  { NO_COLOR = '', TERM = '' }: NodeJS.ProcessEnv = process.env,
): Terminal {
  const isLive = stream.isTTY === true && TERM !== 'dumb';
  return {
    isLive,
    hasColour: isLive && NO_COLOR === '',
    columns: () => Math.min(COLUMNS_MAX, stream.columns ?? COLUMNS_PIPED),
    rows: () => stream.rows ?? ROWS_UNKNOWN,
  };
}

const COLOURS = { red: 31, green: 32, yellow: 33 } as const;
export type Colour = keyof typeof COLOURS;
export type Paint = (colour: Colour, text: string) => string;

/** Returns what colours a text, or leaves it alone. */
export function painter({ hasColour }: Pick<Terminal, 'hasColour'>): Paint {
  if (!hasColour) return (_, text) => text;
  return (colour, text) => `\u001b[${COLOURS[colour]}m${text}\u001b[0m`;
}

/** Lines at the end of the output that change in place. */
export class LiveLines {
  readonly #terminal: Terminal;
  readonly #write: (text: string) => void;
  /** Lengths of the lines that stand there. */
  #drawn: readonly number[] = [];

  constructor(terminal: Terminal, write: (text: string) => void) {
    this.#terminal = terminal;
    this.#write = write;
  }

  /** Draws `lines` in the place of those before; what is wider or higher than the screen is cut. */
  draw(lines: readonly string[]): void {
    const width = this.#terminal.columns();
    const shown = lines.slice(0, Math.max(1, this.#terminal.rows() - 1));
    const cut = shown.map((line) => cutPainted(line, width));
    this.#write(`${this.#home()}${cut.map((line) => `${line}${CLEAR_LINE_END}\n`).join('')}`);
    this.#drawn = cut.map((line) => line.replace(PAINT, '').length);
  }

  /** Writes lines for good, above those that change; these are drawn again by the next `draw`. */
  print(text: string): void {
    this.clear();
    this.#write(`${text}\n`);
  }

  /** Takes the lines away. */
  clear(): void {
    if (this.#drawn.length === 0) return;
    this.#write(`${this.#home()}`);
    this.#drawn = [];
  }

  /** To the first of the lines, everything from there on away. */
  #home(): string {
    const width = Math.max(1, this.#terminal.columns());
    // a terminal that became narrower since has broken them into more rows
    const rows = this.#drawn.reduce(
      (sum, length) => sum + Math.max(1, Math.ceil(length / width)),
      0,
    );
    return rows === 0 ? '' : `\u001b[${rows}A\r${CLEAR_BELOW}`;
  }
}

const CLEAR_LINE_END = '\u001b[K';
const CLEAR_BELOW = '\u001b[J';
const RESET = '\u001b[0m';
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what colours are made of
const PAINT = /\u001b\[\d+m/g;
const ELLIPSIS = '…';

/** The text, cut with an ellipsis where it is too long. */
export function fitted(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}${ELLIPSIS}`;
}

/** The same for a line with colours in it. */
function cutPainted(line: string, width: number): string {
  if (line.replace(PAINT, '').length <= width) return line;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what colours are made of
  const pieces = line.split(/(\u001b\[\d+m)/);
  let left = width;
  const cut = pieces.map((piece, i) => {
    if (i % 2 === 1) return left > 0 ? piece : '';
    const text = left > 0 ? fitted(piece, left) : '';
    left -= piece.length;
    return text;
  });
  return `${cut.join('')}${RESET}`;
}

const BAR_CELLS = 24;

/** Returns a bar for a share from 0 to 1, and the share in words. */
export function progressBar(share: number): string {
  const full = Math.floor(share * BAR_CELLS);
  const percent = Math.floor(100 * share);
  return `${'█'.repeat(full)}${'░'.repeat(BAR_CELLS - full)} ${String(percent).padStart(3)} %`;
}

const GAP = ' · ';

/** Joins parts into lines of at most `width` columns; a part is not broken. */
export function joined(parts: readonly string[], width: number): readonly string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + GAP.length + part.length <= width) {
      lines[lines.length - 1] = `${last}${GAP}${part}`;
    } else {
      lines.push(part);
    }
  }
  return lines;
}
