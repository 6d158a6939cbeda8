/**
 * The general writer alone, which the fast one must not be told from.
 */
import { assertEquals } from "@std/assert";
import type { RecordBatch } from "apache-arrow";
import { bindBatch } from "../../src/encode/bind_column.ts";
import type { BufferPool } from "../../src/encode/buffer_pool.ts";
import { encodeBatch } from "../../src/encode/encode_batch.ts";
import { DEFAULT_LIMITS } from "../../src/encode/limits.ts";
import { RequestBuilder } from "../../src/encode/request_builder.ts";
import { writeMembers } from "../../src/encode/row_writer.ts";
import type { Sink } from "../../src/encode/sink.ts";
import { planFor, type PlanOptions } from "../../src/schema/plan.ts";

/** What the general writer alone makes of a batch. */
export function rowByRow(
  batch: RecordBatch,
  options: PlanOptions = {},
  pool?: BufferPool,
): { bytes: Uint8Array; failures: string[] } {
  const columns = bindBatch(planFor(batch.schema, options), batch);
  const write = (sink: Sink, row: number) => writeMembers(sink, columns, row);
  const builder = new RequestBuilder(write, DEFAULT_LIMITS, 1 << 20, pool);
  const failures: string[] = [];
  for (let row = 0; row < batch.numRows; row++) {
    const outcome = builder.append(row);
    if (typeof outcome === "object") failures.push(outcome.error.message);
  }
  return { bytes: builder.finish(0, batch.numRows).bytes, failures };
}

/** Asserts that both ways make the same bytes and the same failures of a batch. */
export function assertSame(batch: RecordBatch, options: PlanOptions = {}): void {
  const rows = encodeBatch(batch, options);
  assertEquals(
    { bytes: rows.bytes, failures: rows.failedRows.map(({ error }) => error.message) },
    rowByRow(batch, options),
  );
}
