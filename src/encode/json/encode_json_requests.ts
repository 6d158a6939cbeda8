/**
 * A batch of any size → requests of JSON records.
 *
 * @module
 */
import type { ArrowBatch } from "../../core/arrow.ts";
import type { SchemaPlan } from "../../schema/plan.ts";
import { bindBatch } from "../bind_column.ts";
import { cutRequests } from "../cut_requests.ts";
import type { EncodedRows } from "../encoded_rows.ts";
import type { EncodeLimits } from "../limits.ts";
import { RequestBuilder } from "../request_builder.ts";
import type { Sink } from "../sink.ts";
import { jsonColumns } from "./json_column.ts";
import { writeObject } from "./json_writer.ts";

/** What a request begins with; it grows, and the next one begins with what the last one needed. */
const FIRST_CAPACITY = 64 * 1024;

/**
 * Encodes a batch as bodies of `JsonRecordBatch`, which are framed as those of Protobuf records are:
 * a tag, a length, and here the text of one object. Everything that is said of `encodeRequests` goes
 * for this, too, and of the pauses of `cutRequests`.
 *
 * Integers that a double does not hold exactly and decimals are text, dates whole days, timestamps
 * whole microseconds, bytes base64, nulls left out. NaN and infinities fail their row.
 *
 * @throws {TypeError} if the plan is another schema's.
 * @throws {ConversionError} if the batch is damaged.
 */
export function* encodeJsonRequests(
  plan: SchemaPlan,
  batch: ArrowBatch,
  limits: EncodeLimits,
): Generator<EncodedRows | undefined, void, undefined> {
  const rows = batch.numRows;
  if (rows === 0) return;
  const columns = jsonColumns(plan.fields, bindBatch(plan, batch));
  const write = (sink: Sink, row: number) => writeObject(sink, columns, row);
  yield* cutRequests(0, rows, {
    start: (_, previous) => {
      const capacity = previous === undefined
        ? FIRST_CAPACITY
        : Math.ceil(previous.count * previous.bytesPerRecord);
      return new RequestBuilder(write, limits, capacity, undefined);
    },
    append: (request, row) => request.append(row),
  });
}
