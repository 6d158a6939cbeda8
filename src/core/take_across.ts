/**
 * Row extraction over several batches that count their rows as one.
 *
 * @module
 */
import type { ArrowBatch } from "./arrow.ts";
import { countRows, type RowRange, rowsIn } from "./row_range.ts";
import { takeRows } from "./take.ts";

/**
 * The given rows of a sequence of batches, as batches; those without any are left out, those that
 * are wanted whole come back as they are.
 *
 * @param ranges ascending and without overlap, counted over all batches
 */
export function takeAcross<B extends ArrowBatch>(
  batches: readonly B[],
  ranges: readonly RowRange[],
): B[] {
  const taken: B[] = [];
  let base = 0; // row of the sequence at which the batch begins
  let next = 0; // position in `ranges`
  for (const batch of batches) {
    const end = base + batch.numRows;
    const own: RowRange[] = [];
    for (let range = ranges[next]; range !== undefined && range.firstRow < end;) {
      own.push({
        firstRow: Math.max(range.firstRow, base) - base,
        endRow: Math.min(range.endRow, end) - base,
      });
      if (range.endRow > end) break; // the rest of it is in the batches that follow
      range = ranges[++next];
    }
    const wanted = countRows(own);
    if (wanted > 0) taken.push(wanted === batch.numRows ? batch : takeRows(batch, rowsIn(own)));
    base = end;
  }
  return taken;
}
