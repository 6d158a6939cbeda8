/**
 * Batches of another copy of apache-arrow are encoded like those of this one, in every format.
 */
import { assertEquals } from "@std/assert";
import type { RecordBatch } from "apache-arrow";
import fc from "fast-check";
import type { ArrowBatch } from "../../src/core/arrow.ts";
import { isZerobusError } from "../../src/core/errors.ts";
import { arrowRequests } from "../../src/delivery/arrow_requests.ts";
import { jsonRequests } from "../../src/delivery/json_requests.ts";
import { protobufRequests } from "../../src/delivery/protobuf_requests.ts";
import type { RequestPlan } from "../../src/delivery/request_plan.ts";
import { DEFAULT_LIMITS } from "../../src/encode/limits.ts";
import { test } from "../harness/mod.ts";
import { arbitraryBatch } from "./arbitrary_batches.ts";
import { foreign } from "./foreign_batch.ts";

const ARROW_LIMITS = { ...DEFAULT_LIMITS, targetBytes: 2 ** 21 };

const PLANS: Readonly<Record<string, (batch: ArrowBatch) => RequestPlan>> = {
  protobuf: ({ schema }) => protobufRequests(schema, {}, DEFAULT_LIMITS),
  json: ({ schema }) => jsonRequests(schema, DEFAULT_LIMITS),
  arrow: ({ schema }) => arrowRequests(schema, ARROW_LIMITS),
};

/** All that a format makes of a batch; or why it makes nothing of it. */
function encoded(planOf: (batch: ArrowBatch) => RequestPlan, batch: ArrowBatch) {
  try {
    const plan = planOf(batch);
    const requests = [];
    const steps = plan.encode(batch);
    for (let step = steps.next(); !step.done; step = steps.next()) {
      if (step.value === undefined) continue;
      const { bytes, body, rowCount, failedRows } = step.value;
      const failed = failedRows.map(({ row, error }) => [row, error.message]);
      // Shared buffers may be used again for the next request.
      requests.push({
        bytes: bytes.slice(),
        body: body?.buffers.map((buffer) => buffer.slice()),
        rowCount,
        failed,
      });
    }
    return { key: plan.key, requests };
  } catch (reason) {
    if (!isZerobusError(reason)) throw reason;
    return { refused: reason.message };
  }
}

for (const [format, planOf] of Object.entries(PLANS)) {
  test(`${format}: a batch of another copy of apache-arrow is encoded like one of this`, () => {
    const seed = Math.trunc(Math.random() * 2 ** 31);
    console.log(`foreign batches, ${format}: seed ${seed}`);
    fc.assert(
      fc.property(arbitraryBatch(), (batch: RecordBatch) => {
        const own = encoded(planOf, batch as unknown as ArrowBatch);
        assertEquals(encoded(planOf, foreign(batch)), own);
      }),
      { seed, numRuns: 300, interruptAfterTimeLimit: 60_000, markInterruptAsFailure: true },
    );
  }, { timeoutMs: 120_000 });
}
