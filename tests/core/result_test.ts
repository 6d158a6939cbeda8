import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  Int32,
  type RecordBatch,
  Table,
  tableFromArrays,
  tableToIPC,
  vectorFromArray,
} from "apache-arrow";
import { ConnectionError, ConversionError } from "../../src/core/errors.ts";
import { type FailedRow, type FailedRun, TransmissionResult } from "../../src/core/result.ts";
import { test } from "../harness/mod.ts";

const bad = new ConversionError("no such luck");
const gone = new ConnectionError("gone");

function resultOf(totalRows: number, failedRows: FailedRow[], error?: ConnectionError) {
  const failures = failedRows.map(({ row, error }) => ({ firstRow: row, endRow: row + 1, error }));
  return resultOfRuns(totalRows, failures, error);
}

function resultOfRuns(totalRows: number, failures: FailedRun[], error?: ConnectionError) {
  return new TransmissionResult({
    totalRows,
    failures,
    error,
    attempts: 1,
    latencyMs: 2,
    batchSizeBytes: 3,
    encodedBytes: 4,
  });
}

function batchOf(...values: number[]): RecordBatch {
  return tableFromArrays({ n: Int32Array.from(values) }).batches[0]!;
}

const CASES: [what: string, result: TransmissionResult, expected: {
  success: boolean;
  partial: boolean;
  ok: number[];
  failed: number[];
}][] = [
  ["an empty batch", resultOf(0, []), { success: true, partial: false, ok: [], failed: [] }],
  ["all arrived", resultOf(3, []), { success: true, partial: false, ok: [0, 1, 2], failed: [] }],
  ["some failed", resultOf(4, [{ row: 0, error: bad }, { row: 2, error: gone }]), {
    success: true,
    partial: true,
    ok: [1, 3],
    failed: [0, 2],
  }],
  ["all failed", resultOf(2, [{ row: 0, error: gone }, { row: 1, error: gone }], gone), {
    success: false,
    partial: false,
    ok: [],
    failed: [0, 1],
  }],
];
for (const [what, result, expected] of CASES) {
  test(`${what}: every row is counted once`, () => {
    assertEquals(result.success, expected.success);
    assertEquals(result.isPartialSuccess(), expected.partial);
    assertEquals(result.successfulRowIndices(), expected.ok);
    assertEquals(result.successfulRows, Uint32Array.from(expected.ok));
    assertEquals(result.failedRowIndices(), expected.failed);
    assertEquals(result.hasFailedRows(), expected.failed.length > 0);
    assertEquals(result.hasSuccessfulRows(), expected.ok.length > 0);
    assertEquals(result.successfulCount + result.failedCount, result.totalRows);
  });
}

const mixed = resultOf(5, [
  { row: 1, error: bad },
  { row: 3, error: gone },
  { row: 4, error: bad },
]);

test("failed rows are found by class name and by a test of one's own", () => {
  assertEquals(mixed.failedRowIndicesByErrorType("ConversionError"), [1, 4]);
  assertEquals(mixed.failedRowIndicesByErrorType("NoSuchError"), []);
  assertEquals(mixed.failedRowIndicesByErrorType((error) => error.retryable), [3]);
  assertEquals(
    [...mixed.groupErrorsByType()],
    [["ConversionError", [1, 4]], ["ConnectionError", [3]]],
  );
  assertEquals(mixed.errorMessages(), [bad.message, gone.message, bad.message]);
});

test("statistics are shares of all rows, and zero for none", () => {
  assertEquals(mixed.errorStatistics(), {
    totalRows: 5,
    successfulCount: 2,
    failedCount: 3,
    successRate: 0.4,
    failureRate: 0.6,
    errorCounts: { ConversionError: 2, ConnectionError: 1 },
  });
  const { successRate, failureRate } = resultOf(0, []).errorStatistics();
  assertEquals([successRate, failureRate], [0, 0]);
});

test("failed and successful rows can be taken out of the batch that was sent", () => {
  const batch = batchOf(10, 11, 12, 13, 14);
  assertEquals(
    mixed.extractFailedBatch(batch)?.getChild("n")?.toArray(),
    Int32Array.of(11, 13, 14),
  );
  assertEquals(
    mixed.extractSuccessfulBatch(batch)?.getChild("n")?.toArray(),
    Int32Array.of(10, 12),
  );
  assertEquals(resultOf(5, []).extractFailedBatch(batch), undefined);
});

test("rows of a table are counted across its batches", () => {
  const table = new Table([batchOf(10, 11), batchOf(12), batchOf(13, 14)]);
  const failed = mixed.extractFailedBatch(table);
  assert(failed instanceof Table);
  assertEquals([...failed.getChild("n")!], [11, 13, 14]);
  assertEquals([...mixed.extractSuccessfulBatch(table)!.getChild("n")!], [10, 12]);
});

test("rows are taken out of Arrow IPC bytes as well", () => {
  const table = new Table({ n: vectorFromArray([1, 2, 3, 4, 5], new Int32()) });
  assertEquals([...mixed.extractFailedBatch(tableToIPC(table))!.getChild("n")!], [2, 4, 5]);
});

test("another batch than the one that was sent is refused", () => {
  assertThrows(() => mixed.extractFailedBatch(batchOf(1, 2)), TypeError, "5 rows");
});

/** What {@linkcode mixed} is made of, but in runs of several rows. */
const inRuns = resultOfRuns(7, [
  { firstRow: 1, endRow: 2, error: bad },
  { firstRow: 3, endRow: 6, error: gone },
]);

test("runs of failed rows are given row by row to who asks for rows", () => {
  assertEquals(inRuns.failedRows, [
    { row: 1, error: bad },
    { row: 3, error: gone },
    { row: 4, error: gone },
    { row: 5, error: gone },
  ]);
  assertStrictEquals(inRuns.failedRows, inRuns.failedRows);
  assertEquals(inRuns.failedRowIndices(), [1, 3, 4, 5]);
  assertEquals(inRuns.successfulRowIndices(), [0, 2, 6]);
  assertEquals(inRuns.failedRowIndicesByErrorType("ConnectionError"), [3, 4, 5]);
  assertEquals(
    [...inRuns.groupErrorsByType()],
    [["ConversionError", [1]], ["ConnectionError", [3, 4, 5]]],
  );
  assertEquals(inRuns.errorMessages(), [bad.message, gone.message, gone.message, gone.message]);
  const batch = batchOf(0, 1, 2, 3, 4, 5, 6);
  const numbers = (part: RecordBatch | undefined) => [...part!.getChild("n")!];
  assertEquals(numbers(inRuns.extractFailedBatch(batch)), [1, 3, 4, 5]);
  assertEquals(numbers(inRuns.extractSuccessfulBatch(batch)), [0, 2, 6]);
});

test("a batch that is lost as a whole costs nothing per row until somebody asks for rows", () => {
  const rows = 2 ** 50; // whatever did something for each would not come back
  const lost = resultOfRuns(rows, [
    { firstRow: 0, endRow: 1, error: bad },
    { firstRow: 1, endRow: rows, error: gone },
  ], gone);
  assertEquals([lost.success, lost.hasFailedRows(), lost.isPartialSuccess()], [false, true, false]);
  assertEquals([lost.failedCount, lost.successfulCount], [rows, 0]);
  assertEquals(lost.successfulRows.length, 0);
  assertEquals(lost.failedRowIndicesByErrorType("ConversionError"), [0]);
  const { failureRate, errorCounts } = lost.errorStatistics();
  assertEquals(failureRate, 1);
  assertEquals(errorCounts, { ConversionError: 1, ConnectionError: rows - 1 });
});

test("batches that failed or arrived as a whole are taken out as they are", () => {
  const [first, second] = [batchOf(10, 11), batchOf(12, 13)];
  const lost = resultOfRuns(2, [{ firstRow: 0, endRow: 2, error: gone }], gone);
  assertStrictEquals(lost.extractFailedBatch(first), first);
  assertStrictEquals(resultOfRuns(2, []).extractSuccessfulBatch(first), first);
  const half = resultOfRuns(4, [{ firstRow: 2, endRow: 4, error: gone }], gone);
  const table = new Table([first, second]);
  assertStrictEquals(half.extractFailedBatch(table)?.batches[0], table.batches[1]);
  assertStrictEquals(half.extractSuccessfulBatch(table)?.batches[0], table.batches[0]);
});
