/**
 * Row extraction over several batches that count their rows as one.
 *
 * @module
 */
import type { ArrowBatch } from "./arrow.ts";
import { takeRows } from "./take.ts";

/**
 * The given rows of a sequence of batches, as batches; those without any are left out, those that
 * are wanted whole come back as they are.
 *
 * @param rows ascending, counted over all batches
 */
export function takeAcross(
  batches: readonly ArrowBatch[],
  rows: readonly number[] | Uint32Array,
): ArrowBatch[] {
  const taken: ArrowBatch[] = [];
  let base = 0; // row of the sequence at which the batch begins
  let next = 0; // position in `rows`
  for (const batch of batches) {
    const own: number[] = [];
    while (next < rows.length && rows[next]! < base + batch.numRows) {
      own.push(rows[next++]! - base);
    }
    if (own.length > 0) taken.push(own.length === batch.numRows ? batch : takeRows(batch, own));
    base += batch.numRows;
  }
  return taken;
}
