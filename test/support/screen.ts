/** A terminal as a test sees it: rows of text, a cursor, and the few escapes that are used. */

/** Interprets what is written; lines that are too long are broken, as terminals do. */
export class Screen {
  columns: number;
  readonly rows: number;
  readonly isTTY = true;
  #lines: string[] = [''];
  #row = 0;
  #column = 0;

  constructor(columns: number, rows = 24) {
    this.columns = columns;
    this.rows = rows;
  }

  /** What stands there, without the blank rows at the end. */
  get text(): readonly string[] {
    const lines = this.#lines.map((line) => line.trimEnd());
    while (lines.at(-1) === '') lines.pop();
    return lines;
  }

  readonly write = (text: string): void => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escapes are what is interpreted
    for (const piece of text.match(/\u001b\[\d*[A-Za-z]|[\s\S]/g) ?? []) this.#take(piece);
  };

  /** Breaks what stands there anew, as a window does that becomes narrower. */
  resize(columns: number): void {
    const before = this.#lines.slice(0, this.#row).length;
    const broken = (line: string): string[] => {
      const pieces: string[] = [];
      for (let i = 0; i < Math.max(1, line.length); i += columns) {
        pieces.push(line.slice(i, i + columns));
      }
      return pieces;
    };
    const above = this.#lines.slice(0, before).flatMap(broken);
    this.#lines = [...above, ...this.#lines.slice(before).flatMap(broken)];
    this.#row = above.length;
    this.columns = columns;
  }

  #take(piece: string): void {
    if (piece === '\n') return this.#to(this.#row + 1, 0);
    if (piece === '\r') return this.#to(this.#row, 0);
    if (!piece.startsWith('\u001b')) return this.#put(piece);
    const count = Number(piece.slice(2, -1) || 1);
    const end = piece.at(-1);
    if (end === 'A') return this.#to(this.#row - count, this.#column);
    if (end === 'K' || end === 'J') this.#erase(end === 'J');
    else if (end !== 'm') throw new Error(`the screen does not know ${JSON.stringify(piece)}`);
  }

  #to(row: number, column: number): void {
    // nobody reaches what has scrolled out of sight
    const top = Math.max(0, this.#lines.length - this.rows);
    this.#row = Math.max(top, row);
    this.#column = column;
    while (this.#lines.length <= this.#row) this.#lines.push('');
  }

  #put(character: string): void {
    if (this.#column === this.columns) this.#to(this.#row + 1, 0);
    const line = (this.#lines[this.#row] ?? '').padEnd(this.#column);
    this.#lines[this.#row] = line.slice(0, this.#column) + character + line.slice(this.#column + 1);
    this.#column += 1;
  }

  #erase(isBelowToo: boolean): void {
    this.#lines[this.#row] = (this.#lines[this.#row] ?? '').slice(0, this.#column);
    if (isBelowToo) this.#lines.length = this.#row + 1;
  }
}
