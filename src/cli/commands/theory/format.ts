/** Numbers and columns for people: probabilities with four digits, also next to 1. */

/**
 * Returns four significant digits: `0.5107`, `5.552e-15`, `1 - 2.300e-9`, `0`, `1`.
 * @param probability 0..1
 */
export function formatProbability(probability: number): string {
  const rest = 1 - probability;
  if (probability === 0 || probability === 1) return `${probability}`;
  if (rest < 5e-5) return `1 - ${rest.toExponential(3)}`;
  return probability < 1e-3 ? probability.toExponential(3) : probability.toPrecision(4);
}

/** Returns the rows as lines whose columns begin below each other. */
export function alignRows(rows: readonly (readonly string[])[]): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    }
  }
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('   ')
      .trimEnd(),
  );
}
