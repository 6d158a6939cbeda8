import { assert, assertEquals } from "@std/assert";
import { type RecordBatch, RecordBatchReader, RecordBatchWriter } from "apache-arrow";
import fc from "fast-check";
import { encodeBatch } from "../../src/encode/encode_batch.ts";
import { encodeRequests } from "../../src/encode/encode_requests.ts";
import { DEFAULT_LIMITS, type EncodeLimits } from "../../src/encode/limits.ts";
import { planFor } from "../../src/schema/plan.ts";
import { test } from "../encode/both_loops.ts";
import { arbitraryBatch, type ArbitraryBatchOptions } from "./arbitrary_batches.ts";
import { expectedRecord, Unsendable } from "./arrow_values.ts";
import { type Decoded, decodeRecord, messageOf } from "./decode_records.ts";

const RUNS = 200;
/** Tag and length of a record longer than 127 bytes. */
const FRAME = 3;
/** Shrinking a failure may take for ever; then the smallest one so far is shown. */
const LONGEST_MS = 60_000;

function property(
  name: string,
  check: (batch: RecordBatch) => void,
  options: ArbitraryBatchOptions = {},
): void {
  test(name, () => {
    const seed = Math.trunc(Math.random() * 2 ** 31);
    console.log(`${name}: seed ${seed}`);
    fc.assert(fc.property(arbitraryBatch(options), check), {
      seed,
      numRuns: RUNS,
      interruptAfterTimeLimit: LONGEST_MS,
      markInterruptAsFailure: true,
    });
  }, { timeoutMs: 2 * LONGEST_MS });
}

interface Outcome {
  readonly records: ReadonlyMap<number, { [field: string]: Decoded }>;
  readonly failed: readonly number[];
}

function encoded(batch: RecordBatch, limits: EncodeLimits = DEFAULT_LIMITS): Outcome {
  const plan = planFor(batch.schema);
  const message = messageOf(plan.descriptor);
  const records = new Map<number, { [field: string]: Decoded }>();
  const failed: number[] = [];
  let next = 0;
  for (const rows of encodeRequests(plan, batch, limits)) {
    assertEquals(rows.firstRow, next);
    assertEquals(rows.rowCount + rows.failedRows.length, rows.endRow - rows.firstRow);
    for (let record = 0; record < rows.rowCount; record++) {
      records.set(rows.sourceRow(record), decodeRecord(message, rows.row(record)));
    }
    failed.push(...rows.failedRows.map(({ row }) => row));
    next = rows.endRow;
  }
  assertEquals(next, batch.numRows);
  return { records, failed };
}

function expected(batch: RecordBatch): Outcome {
  const records = new Map<number, { [field: string]: Decoded }>();
  const failed: number[] = [];
  for (let row = 0; row < batch.numRows; row++) {
    try {
      records.set(row, expectedRecord(batch, row));
    } catch (reason) {
      if (!(reason instanceof Unsendable)) throw reason;
      failed.push(row);
    }
  }
  return { records, failed };
}

property("random batches decode to apache-arrow's values", (batch) => {
  assertEquals(encoded(batch), expected(batch));
});

property("batches without faults fail no row", (batch) => {
  assertEquals(encoded(batch).failed, []);
}, { faults: false });

property("random batches cut into small requests are the same rows", (batch) => {
  const limits = { ...DEFAULT_LIMITS, maxRequestBytes: 4_096, maxRecords: 2 };
  const all = expected(batch);
  const cut = encoded(batch, limits);
  for (const [row, record] of cut.records) assertEquals(record, all.records.get(row));
  // Besides the rows that fail anyway, those that are too large for such requests.
  const tooLarge = [...all.records.keys()].filter((row) => !cut.records.has(row));
  assertEquals(cut.failed, [...all.failed, ...tooLarge].sort((a, b) => a - b));
  const whole = encodeBatch(batch);
  for (let record = 0; record < whole.rowCount; record++) {
    const isTooLarge = whole.row(record).length + FRAME > limits.maxRequestBytes;
    assertEquals(tooLarge.includes(whole.sourceRow(record)), isTooLarge);
  }
});

property("random batches are the same after a trip through Arrow IPC", (batch) => {
  const writer = new RecordBatchWriter();
  writer.write(batch);
  const [read] = RecordBatchReader.from(writer.finish().toUint8Array(true));
  if (batch.numRows === 0) return;
  assert(read !== undefined);
  assertEquals(encoded(read), expected(batch));
}, { faults: false, views: false });
