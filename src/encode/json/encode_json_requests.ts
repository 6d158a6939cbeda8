/**
 * A batch of any size → requests of JSON records.
 *
 * @module
 */
import type { ArrowBatch } from "../../core/arrow.ts";
import type { SchemaPlan } from "../../schema/plan.ts";
import { bindBatch } from "../bind_column.ts";
import type { BufferPool } from "../buffer_pool.ts";
import { cutRequests } from "../cut_requests.ts";
import type { EncodedRows } from "../encoded_rows.ts";
import type { EncodeLimits } from "../limits.ts";
import { RequestBuilder } from "../request_builder.ts";
import type { Sink } from "../sink.ts";
import { jsonColumns } from "./json_column.ts";
import { writeObject } from "./json_writer.ts";

/** Bytes of a row of which nothing is known yet; what turns out larger grows. */
const FIRST_GUESS = 64;
/** No guess is trusted with more. */
const MAX_FIRST_CAPACITY = 16 * 1024 * 1024;
/** Room for the rows to come being a little larger than those before. */
const MARGIN = 1.1;

/** Bytes of a row, framing included, in the last request that a plan made. */
const bytesPerRow = new WeakMap<SchemaPlan, number>();

/**
 * Encodes a batch as bodies of `JsonRecordBatch`, which are framed as those of Protobuf records are:
 * a tag, a length, and here the text of one object. Everything that is said of `encodeRequests` goes
 * for this, too, and of the pauses of `cutRequests`.
 *
 * Integers that a double does not hold exactly and decimals are text, dates whole days, timestamps
 * whole microseconds, bytes base64, nulls left out. NaN and infinities fail their row.
 *
 * @param pool as of `encodeRequests`. Without one, 10 MB of records pay for new memory each time,
 * and for growing: 6 ms.
 * @throws {TypeError} if the plan is another schema's.
 * @throws {ConversionError} if the batch is damaged.
 */
export function* encodeJsonRequests(
  plan: SchemaPlan,
  batch: ArrowBatch,
  limits: EncodeLimits,
  pool?: BufferPool,
): Generator<EncodedRows | undefined, void, undefined> {
  const rows = batch.numRows;
  if (rows === 0) return;
  const columns = jsonColumns(plan.fields, bindBatch(plan, batch));
  const write = (sink: Sink, row: number) => writeObject(sink, columns, row);
  const requests = cutRequests(0, rows, {
    start(row, previous) {
      const size = previous?.bytesPerRecord || bytesPerRow.get(plan) || FIRST_GUESS;
      const capacity = Math.min(Math.ceil((rows - row) * MARGIN * size), MAX_FIRST_CAPACITY);
      return new RequestBuilder(write, limits, capacity, pool);
    },
    append: (request, row) => request.append(row),
  });
  for (const request of requests) {
    // Before it is handed over: whoever has the last row may not come back.
    if (request !== undefined) bytesPerRow.set(plan, request.bytes.length / request.rowCount);
    yield request;
  }
}
