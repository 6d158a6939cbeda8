/**
 * Where batches are cut.
 */
import { assert, assertEquals, assertGreater, assertLessOrEqual } from "@std/assert";
import { makeVector, type RecordBatch, Table } from "apache-arrow";
import type { ArrowBatch } from "../../src/core/arrow.ts";
import type { ArrowRequest } from "../../src/ipc/arrow_request.ts";
import { arrowPlanFor } from "../../src/ipc/column_plan.ts";
import { type ArrowLimits, encodeArrow } from "../../src/ipc/encode_arrow.ts";
import { test } from "../harness/mod.ts";
import { textVector } from "../harness/vectors.ts";

const LIMITS: ArrowLimits = {
  maxRecordBytes: 1_000_000,
  targetBytes: 100_000,
  maxRequestBytes: 1_000_000,
  maxRecords: 100_000,
};

function requestsOf(batch: RecordBatch, limits: Partial<ArrowLimits> = {}): ArrowRequest[] {
  const plan = arrowPlanFor(batch.schema as unknown as ArrowBatch["schema"]);
  const requests = [...encodeArrow(plan, batch as unknown as ArrowBatch, { ...LIMITS, ...limits })];
  // Together they cover every row, in order.
  let next = 0;
  for (const { firstRow, endRow } of requests) {
    assertEquals(firstRow, next);
    next = endRow;
  }
  assertEquals(next, batch.numRows);
  return requests;
}

const sizeOf = ({ bytes, body }: ArrowRequest) => bytes.length + (body?.byteLength ?? 0);
const texts = (lengths: readonly number[]): RecordBatch =>
  new Table({ text: textVector(lengths.map((length) => "x".repeat(length))) }).batches[0]!;

test("messages are full, and none is larger than wanted", () => {
  const n = makeVector(Float64Array.from({ length: 200_000 }, (_, row) => row));
  const requests = requestsOf(new Table({ n }).batches[0]!);
  for (const request of requests) assertLessOrEqual(sizeOf(request), LIMITS.targetBytes);
  for (const request of requests.slice(0, -1)) {
    assertGreater(sizeOf(request), 0.9 * LIMITS.targetBytes);
  }
});

test("rows of very different sizes are brought into messages, the largest alone", () => {
  const small = Array<number>(2_000).fill(10);
  const requests = requestsOf(texts([...small, 90_000, 150_000, ...small, 95_000, 95_000]));
  const tooLarge = requests.filter((request) => sizeOf(request) > LIMITS.targetBytes);
  assertEquals(tooLarge.map(({ firstRow, rowCount }) => [firstRow, rowCount]), [[2_001, 1]]);
  assert(requests.every(({ failedRows }) => failedRows.length === 0));
});

test("a slice is cut for its own size, not for that of the batch it is from", () => {
  const [request, ...more] = requestsOf(texts(Array<number>(20_000).fill(100)).slice(500, 520));
  assertEquals([request?.rowCount, more], [20, []]);
  assertLessOrEqual(sizeOf(request!), 3_000);
});

test("no message has more rows than it may", () => {
  const n = makeVector(Int8Array.from({ length: 95 }));
  const counts = requestsOf(new Table({ n }).batches[0]!, { maxRecords: 10 })
    .map(({ rowCount }) => rowCount);
  assertEquals(counts, [...Array<number>(9).fill(10), 5]);
});

test("a row that no message can hold fails, naming the limit", () => {
  const [first, ...rest] = requestsOf(texts([10, 50_000, 10]), { maxRecordBytes: 20_000 });
  const failed = [first!, ...rest].flatMap(({ failedRows }) => failedRows);
  assertEquals(failed.map(({ row, error }) => [row, error.details.row, error.details.limit]), [
    [1, 1, 20_000],
  ]);
  const [alone] = requestsOf(texts([50_000]), { maxRequestBytes: 20_000, targetBytes: 20_000 });
  assertEquals([alone?.rowCount, alone?.body, alone?.bytes.length], [0, undefined, 0]);
  assertEquals(alone?.failedRows[0]?.error.details.limit, 20_000);
});
