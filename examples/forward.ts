/**
 * Code of an application: forwards batches to a table, and what cannot arrive to somebody who looks
 * at it. `forward_test.ts` shows how to test such code.
 *
 * @module
 */
import type { ZerobusWrapper } from "@zerobus/wrapper";
import type { RecordBatch } from "apache-arrow";

/** Forwards every batch; returns how many rows are durable. */
export async function forward(
  wrapper: ZerobusWrapper,
  batches: AsyncIterable<RecordBatch> | Iterable<RecordBatch>,
  putAside: (rows: RecordBatch, reasons: readonly string[]) => Promise<void>,
): Promise<number> {
  let durable = 0;
  for await (const batch of batches) {
    const result = await wrapper.sendBatch(batch);
    durable += result.successfulCount;
    const failed = result.extractFailedBatch(batch);
    if (failed !== undefined) await putAside(failed, result.errorMessages());
  }
  return durable;
}
