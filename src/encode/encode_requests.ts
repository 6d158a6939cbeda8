/**
 * A batch of any size → requests.
 *
 * @module
 */
import type { ArrowBatch } from "../core/arrow.ts";
import type { SchemaPlan } from "../schema/plan.ts";
import { bindBatch } from "./bind_column.ts";
import { Block, FEWEST_ROWS } from "./block.ts";
import type { BufferPool } from "./buffer_pool.ts";
import type { EncodedRows } from "./encoded_rows.ts";
import { BYTES_BETWEEN_PAUSES, type EncodeLimits } from "./limits.ts";
import { RequestBuilder } from "./request_builder.ts";
import { writeMembers } from "./row_writer.ts";
import type { Sink } from "./sink.ts";
import { sizeHint } from "./size_hint.ts";

/** Tag and length of a record. */
const FRAME = 4;
/** No guess is trusted with more; what turns out larger grows. */
const MAX_FIRST_CAPACITY = 16 * 1024 * 1024;
/** Room for the rows to come being a little larger than those before. */
const MARGIN = 1.1;

/**
 * Encodes a batch, one request at a time: each step of the generator makes one buffer of its own, of
 * at most `maxRequestBytes`, cut at a row boundary. So memory is bounded by what the consumer holds
 * on to, not by the batch.
 *
 * Requests come in row order and together cover every row from `fromRow`. A row that cannot be
 * encoded is reported with the request in whose range it lies. No request is without records, unless
 * no row could be encoded at all: then there is one, and it has the failures. No rows, no requests.
 *
 * @param limits all at least 1.
 * @param pool where the requests' buffers come from; `pool.release(rows)` hands one back as soon as
 * nobody will read it again. Default: every request has a new one.
 * @throws {TypeError} if the plan is another schema's.
 * @throws {ConversionError} if the batch is damaged.
 */
export function* encodeRequests(
  plan: SchemaPlan,
  batch: ArrowBatch,
  limits: EncodeLimits,
  fromRow: number = 0,
  pool?: BufferPool,
): Generator<EncodedRows, void, undefined> {
  for (const rows of encodeWithPauses(plan, batch, limits, fromRow, pool)) {
    if (rows !== undefined) yield rows;
  }
}

/**
 * {@linkcode encodeRequests} for those who have other things to do: now and then it yields
 * `undefined` in the middle of a request, which is the moment to do them. The largest request takes
 * 5 to 25 ms otherwise, depending on the columns.
 */
export function* encodeWithPauses(
  plan: SchemaPlan,
  batch: ArrowBatch,
  limits: EncodeLimits,
  fromRow: number = 0,
  pool?: BufferPool,
): Generator<EncodedRows | undefined, void, undefined> {
  const rows = batch.numRows;
  if (fromRow >= rows) return;
  const columns = bindBatch(plan, batch);
  const write = (sink: Sink, row: number) => writeMembers(sink, columns, row);
  const start = (bytesPerRecord: number): RequestBuilder => {
    const guess = Math.ceil((rows - row) * bytesPerRecord);
    return new RequestBuilder(write, limits, Math.min(guess, MAX_FIRST_CAPACITY), pool);
  };
  const expected = columns.reduce((sum, column) => sum + sizeHint(column), FRAME * rows);
  // Of a row or two none would come out of a block, and preparing for one takes its time.
  const block = rows - fromRow < FEWEST_ROWS
    ? undefined
    : new Block(columns, expected / rows, limits.maxRecordBytes);
  let firstRow = fromRow;
  let row = fromRow;
  let current = start(expected / rows);
  // A full request waits until a later row has been encoded: should none be, the failures are its.
  let full: RequestBuilder | undefined;
  let nextPause = BYTES_BETWEEN_PAUSES;
  while (row < rows) {
    // As many rows at once as are ready and fit; what there is none of goes the general way.
    const ready = block?.prepare(row, rows) ?? 0;
    const taken = block === undefined || ready === 0 ? 0 : current.appendBlock(block, row, ready);
    const outcome = taken > 0 ? "written" : current.append(row);
    if (outcome === "full") {
      full = current;
      current = start(MARGIN * full.bytesPerRecord);
      nextPause = BYTES_BETWEEN_PAUSES;
      continue;
    }
    if (outcome !== "written") {
      (full ?? current).fail(outcome);
    } else if (full !== undefined) {
      yield full.finish(firstRow, row);
      firstRow = row;
      full = undefined;
    }
    row += Math.max(taken, 1);
    if (current.size >= nextPause && row < rows) {
      yield undefined;
      nextPause = current.size + BYTES_BETWEEN_PAUSES;
    }
  }
  yield (full ?? current).finish(firstRow, rows);
}
