/**
 * Random batches of every type, sliced and nested, written here and read by somebody else.
 */
import { assertEquals } from "@std/assert";
import type { RecordBatch } from "apache-arrow";
import fc from "fast-check";
import type { ArrowBatch } from "../../src/core/arrow.ts";
import type { ArrowRequest } from "../../src/ipc/arrow_request.ts";
import { arrowPlanFor } from "../../src/ipc/column_plan.ts";
import { type ArrowLimits, encodeArrow } from "../../src/ipc/encode_arrow.ts";
import { test } from "../harness/mod.ts";
import { arbitraryBatch } from "../oracle/arbitrary_batches.ts";
import { expectedArrowRow, Unsendable } from "../oracle/arrow_values.ts";
import { readArrow } from "../oracle/read_arrow.ts";

const RUNS = 300;
const LIMITS: ArrowLimits = {
  maxRecordBytes: 10_000_000,
  targetBytes: 2 ** 21,
  maxRequestBytes: 10_000_000,
  maxRecords: 100_000,
};

/** What should be read of a batch, by row; undefined for rows that cannot be sent. */
function expectedRows(batch: RecordBatch): ({ [column: string]: unknown } | undefined)[] {
  return Array.from({ length: batch.numRows }, (_, row) => {
    try {
      return expectedArrowRow(batch, row);
    } catch (reason) {
      if (!(reason instanceof Unsendable)) throw reason;
      return undefined;
    }
  });
}

function messagesOf(requests: readonly Pick<ArrowRequest, "bytes" | "body">[]) {
  return requests.flatMap(({ bytes: header, body }) =>
    body === undefined ? [] : [{ header, body }]
  );
}

function check(batch: RecordBatch, limits: ArrowLimits): void {
  const plan = arrowPlanFor(batch.schema as unknown as ArrowBatch["schema"]);
  const requests = [...encodeArrow(plan, batch as unknown as ArrowBatch, limits)];
  const expected = expectedRows(batch);
  const failed = requests.flatMap(({ failedRows }) => failedRows.map(({ row }) => row));
  assertEquals(failed, expected.flatMap((row, index) => row === undefined ? [index] : []));
  const read = readArrow(plan.schema, messagesOf(requests));
  assertEquals(read.rows, expected.filter((row) => row !== undefined));
  assertEquals(read.counts, requests.map(({ rowCount }) => rowCount).filter((count) => count > 0));
  for (const { firstRow, endRow, rowCount, failedRows } of requests) {
    assertEquals(endRow - firstRow, rowCount + failedRows.length);
  }
  // Any part of a request is as good as the whole.
  for (const request of requests) {
    const { rowCount } = request;
    if (rowCount < 2) continue;
    const middle = rowCount >>> 1;
    const pieces = [request.piece(0, middle), request.piece(middle, rowCount)];
    assertEquals(pieces.map((piece) => piece.rowCount), [middle, rowCount - middle]);
    const rows = Array.from({ length: rowCount }, (_, at) => expected[request.sourceRow(at)]!);
    assertEquals(readArrow(plan.schema, messagesOf(pieces)).rows, rows);
  }
}

for (
  const [what, limits] of [
    ["whole", LIMITS],
    ["in messages of three rows", { ...LIMITS, maxRecords: 3 }],
    ["in messages of hardly more than a header", { ...LIMITS, targetBytes: 700 }],
  ] as const
) {
  test(`random batches arrive ${what} as apache-arrow's own values`, () => {
    fc.assert(
      fc.property(arbitraryBatch(), (batch) => check(batch, limits)),
      { numRuns: RUNS },
    );
  }, { timeoutMs: 120_000 });
}
