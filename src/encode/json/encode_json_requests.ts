/**
 * A batch of any size → requests of JSON records.
 *
 * @module
 */
import type { ArrowBatch } from "../../core/arrow.ts";
import type { SchemaPlan } from "../../schema/plan.ts";
import { bindBatch } from "../bind_column.ts";
import type { EncodedRows } from "../encoded_rows.ts";
import { BYTES_BETWEEN_PAUSES, type EncodeLimits } from "../limits.ts";
import { RequestBuilder } from "../request_builder.ts";
import type { Sink } from "../sink.ts";
import { jsonColumns } from "./json_column.ts";
import { writeObject } from "./json_writer.ts";

/** What a request begins with; it grows, and the next one begins with what the last one needed. */
const FIRST_CAPACITY = 64 * 1024;

/**
 * Encodes a batch as bodies of `JsonRecordBatch`, which are framed as those of Protobuf records are:
 * a tag, a length, and here the text of one object. Everything that is said of `encodeRequests` goes
 * for this, too.
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
): Generator<EncodedRows, void, undefined> {
  for (const rows of encodeJsonWithPauses(plan, batch, limits)) {
    if (rows !== undefined) yield rows;
  }
}

/** See `encodeWithPauses`. */
export function* encodeJsonWithPauses(
  plan: SchemaPlan,
  batch: ArrowBatch,
  limits: EncodeLimits,
): Generator<EncodedRows | undefined, void, undefined> {
  const rows = batch.numRows;
  if (rows === 0) return;
  const columns = jsonColumns(plan.fields, bindBatch(plan, batch));
  const write = (sink: Sink, row: number) => writeObject(sink, columns, row);
  const start = (capacity: number) => new RequestBuilder(write, limits, capacity, undefined);
  let firstRow = 0;
  let current = start(FIRST_CAPACITY);
  // A full request waits until a later row has been encoded: should none be, the failures are its.
  let full: RequestBuilder | undefined;
  let nextPause = BYTES_BETWEEN_PAUSES;
  for (let row = 0; row < rows;) {
    const outcome = current.append(row);
    if (outcome === "full") {
      full = current;
      current = start(Math.ceil(full.count * full.bytesPerRecord));
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
    row++;
    if (current.size >= nextPause && row < rows) {
      yield undefined;
      nextPause = current.size + BYTES_BETWEEN_PAUSES;
    }
  }
  yield (full ?? current).finish(firstRow, rows);
}
