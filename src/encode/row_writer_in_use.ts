/**
 * Which inner loop writes rows: the one in JavaScript, unless another has been put in its place.
 *
 * @module
 */
import type { RowWriter } from "./inner_loop.ts";
import { ROW_WRITER } from "./write_row.ts";

let inUse: RowWriter = ROW_WRITER;

/** The inner loop to write the next rows with. */
export function rowWriterInUse(): RowWriter {
  return inUse;
}

/** Has the next rows written by a loop; all is on the heap, so even a block may go on with it. */
export function useRowWriter(writer: RowWriter): void {
  inUse = writer;
}
