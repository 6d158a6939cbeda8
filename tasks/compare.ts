/**
 * Very many random batches, byte by byte, against somebody else's writer: apache-arrow reads each
 * cell, protobuf-es writes it. And against the general writer alone, whatever the batch, and with
 * the inner loop in JavaScript and in WebAssembly:
 *
 *     deno task compare [--count 100000] [--seed 7]
 *
 * Takes some ten minutes. Exits with 1 at the first difference, naming the seed of its batch.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { assertEquals } from "@std/assert";
import type { RecordBatch } from "apache-arrow";
import fc from "fast-check";
import { setAccelerator } from "../src/encode/accelerator/accelerator.ts";
import { encodeBatch } from "../src/encode/encode_batch.ts";
import type { EncodedRows } from "../src/encode/encoded_rows.ts";
import { planFor } from "../src/schema/plan.ts";
import { rowByRow } from "../tests/encode/row_by_row.ts";
import { arbitraryBatch } from "../tests/oracle/arbitrary_batches.ts";
import { expectedRecord, Unsendable } from "../tests/oracle/arrow_values.ts";
import { type Decoded, decodeRecord, messageOf } from "../tests/oracle/decode_records.ts";
import { writeRecord } from "../tests/oracle/write_record.ts";

const { values } = parseArgs({
  args: Deno.args.filter((arg) => arg !== "--"),
  options: {
    count: { type: "string", default: "100000" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
  },
});
const count = Number(values.count);
const first = Number(values.seed);
/** A line every so many batches. */
const STEP = 10_000;

const totals = { batches: 0, records: 0, bytes: 0, refused: 0, repeatedKeys: 0, otherNaNs: 0 };
console.log(`${count} batches, --seed ${first}`);
const batches = arbitraryBatch({ maxRows: 24 });
for (let at = 0; at < count; at++) {
  const [batch] = fc.sample(batches, { seed: first + at, numRuns: 1 });
  try {
    compare(batch!);
  } catch (reason) {
    console.error(`✗ --count 1 --seed ${first + at}`);
    throw reason;
  }
  if ((at + 1) % STEP === 0) console.log(JSON.stringify(totals));
}
console.log(`✓ ${JSON.stringify(totals)}`);

function compare(batch: RecordBatch): void {
  const general = rowByRow(batch);
  assertEquals(outcomeOf(accelerated(batch)), general);
  setAccelerator("off");
  const rows = encodeBatch(batch);
  assertEquals(outcomeOf(rows), general);
  const message = messageOf(planFor(batch.schema).descriptor);
  let record = 0;
  for (let row = 0; row < batch.numRows; row++) {
    const expected = expectedOf(batch, row);
    if (expected === undefined) {
      totals.refused++;
      continue;
    }
    assertEquals(rows.sourceRow(record), row);
    const ours = rows.row(record++);
    const theirs = writeRecord(message, expected);
    if (!isSame(ours, theirs)) {
      // What JavaScript's values cannot say, a key that stands in a map twice, and which NaN it is:
      // then only what is read from the bytes counts.
      assertEquals(decodeRecord(message, ours), expected);
      if (ours.length > theirs.length && has(expected, isMap)) totals.repeatedKeys++;
      else if (ours.length === theirs.length && has(expected, Number.isNaN)) totals.otherNaNs++;
      else assertEquals(ours, theirs);
    }
    totals.bytes += ours.length;
  }
  assertEquals(rows.rowCount, record);
  totals.records += record;
  totals.batches++;
}

function accelerated(batch: RecordBatch): EncodedRows {
  if (!setAccelerator("auto")) throw new Error("no WebAssembly here");
  return encodeBatch(batch);
}

function outcomeOf({ bytes, failedRows }: EncodedRows): ReturnType<typeof rowByRow> {
  return { bytes, failures: failedRows.map(({ error }) => error.message) };
}

function expectedOf(batch: RecordBatch, row: number): { [field: string]: Decoded } | undefined {
  try {
    return expectedRecord(batch, row);
  } catch (reason) {
    if (reason instanceof Unsendable) return undefined;
    throw reason;
  }
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

function has(value: Decoded, isMeant: (value: unknown) => boolean): boolean {
  if (isMeant(value)) return true;
  if (value instanceof Map) return [...value.values()].some((item) => has(item, isMeant));
  if (typeof value !== "object" || value instanceof Uint8Array) return false;
  return Object.values(value).some((item) => has(item, isMeant));
}

function isMap(value: unknown): boolean {
  return value instanceof Map;
}
