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
import { cutRequests, withoutPauses } from "./cut_requests.ts";
import type { EncodedRows } from "./encoded_rows.ts";
import type { EncodeLimits } from "./limits.ts";
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
  yield* withoutPauses(encodeWithPauses(plan, batch, limits, fromRow, pool));
}

/** {@linkcode encodeRequests} with the pauses of {@linkcode cutRequests}. */
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
  const expected = columns.reduce((sum, column) => sum + sizeHint(column), FRAME * rows) / rows;
  // Of a row or two none would come out of a block, and preparing for one takes its time.
  const block = rows - fromRow < FEWEST_ROWS
    ? undefined
    : new Block(columns, expected, limits.maxRecordBytes);
  yield* cutRequests(fromRow, rows, {
    start(row, previous) {
      const bytesPerRecord = previous === undefined ? expected : MARGIN * previous.bytesPerRecord;
      const guess = Math.ceil((rows - row) * bytesPerRecord);
      return new RequestBuilder(write, limits, Math.min(guess, MAX_FIRST_CAPACITY), pool);
    },
    append(request, row) {
      // As many rows at once as are ready and fit; what there is none of goes the general way.
      const ready = block?.prepare(row, rows) ?? 0;
      const taken = block === undefined || ready === 0 ? 0 : request.appendBlock(block, row, ready);
      return taken > 0 ? taken : request.append(row);
    },
  });
}
