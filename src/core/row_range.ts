/**
 * Rows in ranges: what is said of millions of rows need not cost an object each.
 *
 * @module
 */

/** Rows that follow each other. */
export interface RowRange {
  /** First row. */
  readonly firstRow: number;
  /** Row after the last. */
  readonly endRow: number;
}

/** How many rows are in ranges that do not overlap. */
export function countRows(ranges: readonly RowRange[]): number {
  return ranges.reduce((sum, { firstRow, endRow }) => sum + endRow - firstRow, 0);
}

/** The rows of the ranges, one by one. */
export function rowsIn(ranges: readonly RowRange[]): Uint32Array {
  const rows = new Uint32Array(countRows(ranges));
  let next = 0;
  for (const { firstRow, endRow } of ranges) {
    for (let row = firstRow; row < endRow; row++) rows[next++] = row;
  }
  return rows;
}

/**
 * The rows from `firstRow` to `endRow` that are in none of the ranges.
 *
 * @param ranges ascending, without overlap, all within these bounds
 */
export function rowsBetween(
  ranges: readonly RowRange[],
  { firstRow, endRow }: RowRange,
): RowRange[] {
  const between: RowRange[] = [];
  let open = firstRow;
  for (const range of ranges) {
    if (range.firstRow > open) between.push({ firstRow: open, endRow: range.firstRow });
    open = range.endRow;
  }
  if (endRow > open) between.push({ firstRow: open, endRow });
  return between;
}
