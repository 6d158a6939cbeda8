/**
 * Rows, cut into requests: the loop that all record formats with records of their own share.
 *
 * @module
 */
import type { EncodedRows, RowFailure } from "./encoded_rows.ts";
import { BYTES_BETWEEN_PAUSES } from "./limits.ts";
import type { RequestBuilder } from "./request_builder.ts";

/** What sets the formats apart. */
export interface RowWriting {
  /** Starts the request that row `row` is to be the first of. */
  start(row: number, previous: RequestBuilder | undefined): RequestBuilder;
  /**
   * Puts rows from `row` on into a request.
   *
   * @returns how many are in, or why the first one is not
   */
  append(request: RequestBuilder, row: number): number | "full" | RowFailure;
}

/**
 * Makes requests of the rows `[fromRow, rows)`, of which there is at least one. Now and then it
 * yields `undefined` in the middle of a request, which is the moment to do other things. The largest
 * request takes 5 to 25 ms otherwise, depending on the columns.
 */
export function* cutRequests(
  fromRow: number,
  rows: number,
  writing: RowWriting,
): Generator<EncodedRows | undefined, void, undefined> {
  let firstRow = fromRow;
  let current = writing.start(fromRow, undefined);
  // A full request waits until a later row has been encoded: should none be, the failures are its.
  let full: RequestBuilder | undefined;
  let nextPause = BYTES_BETWEEN_PAUSES;
  for (let row = fromRow; row < rows;) {
    const outcome = writing.append(current, row);
    if (outcome === "full") {
      full = current;
      current = writing.start(row, full);
      nextPause = BYTES_BETWEEN_PAUSES;
      continue;
    }
    if (typeof outcome !== "number") {
      (full ?? current).fail(outcome);
      row++;
    } else {
      if (full !== undefined) {
        yield full.finish(firstRow, row);
        firstRow = row;
        full = undefined;
      }
      row += outcome;
    }
    if (current.size >= nextPause && row < rows) {
      yield undefined;
      nextPause = current.size + BYTES_BETWEEN_PAUSES;
    }
  }
  yield (full ?? current).finish(firstRow, rows);
}

/** The requests alone, for those who have nothing else to do meanwhile. */
export function* withoutPauses(
  requests: Iterable<EncodedRows | undefined>,
): Generator<EncodedRows, void, undefined> {
  for (const rows of requests) {
    if (rows !== undefined) yield rows;
  }
}
