import { assert, assertEquals, assertThrows } from "@std/assert";
import { Field, Float64, Int64, List, type RecordBatch, Utf8 } from "apache-arrow";
import fc from "fast-check";
import { ConfigurationError } from "../../src/core/errors.ts";
import { isAccelerated, setAccelerator } from "../../src/encode/accelerator/accelerator.ts";
import { MODULE_TEXT } from "../../src/encode/accelerator/module_text.ts";
import { encodeBatch } from "../../src/encode/encode_batch.ts";
import { encodeRequests } from "../../src/encode/encode_requests.ts";
import { DEFAULT_LIMITS } from "../../src/encode/limits.ts";
import { Kind } from "../../src/encode/program.ts";
import { planFor } from "../../src/schema/plan.ts";
import { test } from "../harness/mod.ts";
import { arbitraryBatch } from "../oracle/arbitrary_batches.ts";
import { anAccelerator, withAccelerator } from "./both_loops.ts";
import { arrayOf, batchOf, rawArray } from "./build.ts";

function embeddedModule(): WebAssembly.Module {
  return new WebAssembly.Module(
    Uint8Array.from(atob(MODULE_TEXT), (char) => char.charCodeAt(0)),
  );
}

/** A batch's bytes and failures. */
function outcome(batch: RecordBatch): { bytes: Uint8Array; failures: string[] } {
  const { bytes, failedRows } = encodeBatch(batch);
  return { bytes, failures: failedRows.map(({ error }) => error.message) };
}

test("the module knows every kind of instruction that there is", () => {
  const memory = new WebAssembly.Memory({ initial: 32, maximum: 32 });
  const env = { memory, writeOther: () => 0, refuseNull: () => {} };
  const { exports } = new WebAssembly.Instance(embeddedModule(), { env });
  assertEquals((exports.KINDS as WebAssembly.Global).value, Object.keys(Kind).length);
});

test("random batches are the same bytes and failures in JavaScript and in WebAssembly", async () => {
  const seed = Math.trunc(Math.random() * 2 ** 31);
  console.log(`accelerator: seed ${seed}`);
  const batches = arbitraryBatch({ maxRows: 40, maxColumns: 4 });
  await fc.assert(
    fc.asyncProperty(batches, async (batch) => {
      const plain = await withAccelerator("off", () => outcome(batch));
      assertEquals(await withAccelerator(anAccelerator(), () => outcome(batch)), plain);
    }),
    { seed, numRuns: 300 },
  );
});

test("a long batch is the same though the loop changes between its requests", async () => {
  const length = 5_000;
  const values = BigInt64Array.from(
    { length },
    (_, row) => BigInt(row) ** 5n * (row % 2 ? -1n : 1n),
  );
  const batch = batchOf({
    n: rawArray(new Int64(), { data: values }),
    t: arrayOf(
      new Utf8(),
      Array.from(values, (value) => "é".repeat(Number(value % 211n) ** 2 % 97)),
    ),
  });
  const limits = { ...DEFAULT_LIMITS, maxRecords: 100 };
  const requests = () => encodeRequests(planFor(batch.schema), batch, limits);
  const plain = await withAccelerator("off", () => [...requests()]);
  await withAccelerator(anAccelerator(), () => {
    let at = 0;
    for (const rows of requests()) {
      assertEquals(rows, plain[at++]);
      setAccelerator(at % 3 === 0 ? "off" : anAccelerator());
    }
    assertEquals(at, plain.length);
  });
});

test("what is thrown in the middle of a block ends it at the right row", async () => {
  const type = new List(new Field("item", new Float64(), true));
  const child = arrayOf(new Float64(), Array.from({ length: 900 }, (_, at) => at % 60 ? at : null));
  const valueOffsets = Int32Array.from({ length: 301 }, (_, row) => 3 * row);
  const batch = batchOf({ v: rawArray(type, { child, valueOffsets, length: 300 }) });
  const plain = await withAccelerator("off", () => encodeBatch(batch));
  const fast = await withAccelerator(anAccelerator(), () => encodeBatch(batch));
  assertEquals(fast.bytes, plain.bytes);
  const rows = fast.failedRows.map(({ row }) => row);
  assertEquals(rows, Array.from({ length: 15 }, (_, at) => 20 * at));
});

test("a byte that is not text is found wherever in a block it is", async () => {
  for (const length of [...Array(20).keys(), 63, 64, 65, 71, 72, 73, 127, 128, 129, 200]) {
    // Six texts of about the same length, one after the other.
    const valueOffsets = Int32Array.from({ length: 7 }, (_, row) => Math.trunc(length * row / 6));
    for (let at = 0; at < length; at++) {
      const data = new Uint8Array(length).fill(0x61);
      data[at] = 0xff;
      const batch = batchOf({ t: rawArray(new Utf8(), { data, valueOffsets, length: 6 }) });
      const { failedRows } = await withAccelerator(anAccelerator(), () => encodeBatch(batch));
      const expected = valueOffsets.findIndex((offset) => offset > at) - 1;
      assertEquals(failedRows.map(({ row }) => row), [expected]);
    }
  }
});

test("records may be as long as anybody likes, or short", async () => {
  const batch = batchOf({ v: arrayOf(new Utf8(), ["", "a", "bc", "def", "ghij", "k"]) });
  for (const maxRecordBytes of [1, 2, 4, 2 ** 31, 2 ** 53]) {
    const all = () => {
      const { bytes, failedRows } = encodeBatch(batch, { maxRecordBytes });
      return { bytes, rows: failedRows.map(({ row }) => row) };
    };
    assertEquals(await withAccelerator(anAccelerator(), all), await withAccelerator("off", all));
  }
});

test("anything but the package's own module is refused, and what was there stays", async () => {
  await withAccelerator(anAccelerator(), () => {
    for (const odd of ["on", {}, undefined]) {
      const error = assertThrows(() => setAccelerator(odd as never), ConfigurationError);
      assertEquals(error.details.field, "module");
      assert(isAccelerated());
    }
    const empty = new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
    assertThrows(() => setAccelerator(empty), ConfigurationError, "another one");
  });
});
