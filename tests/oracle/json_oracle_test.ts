import { assertEquals, assertNotEquals } from "@std/assert";
import { Float32, makeData, makeVector, type RecordBatch, Table } from "apache-arrow";
import fc from "fast-check";
import { withoutPauses } from "../../src/encode/cut_requests.ts";
import { encodeJsonRequests } from "../../src/encode/json/encode_json_requests.ts";
import { DEFAULT_LIMITS } from "../../src/encode/limits.ts";
import { planFor } from "../../src/schema/plan.ts";
import { test } from "../harness/mod.ts";
import { arbitraryBatch } from "./arbitrary_batches.ts";
import { expectedJsonRow, Unsendable } from "./arrow_values.ts";

const LONGEST_MS = 60_000;

/** Every row as JSON's own reader has it, or undefined if it failed; and the failed rows' messages. */
function parsed(batch: RecordBatch, maxRecords: number): { rows: unknown[]; messages: string[] } {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const rows: unknown[] = Array(batch.numRows).fill(undefined);
  const messages: string[] = [];
  const limits = { ...DEFAULT_LIMITS, maxRecords };
  for (const request of withoutPauses(encodeJsonRequests(planFor(batch.schema), batch, limits))) {
    for (let record = 0; record < request.rowCount; record++) {
      rows[request.sourceRow(record)] = JSON.parse(decoder.decode(request.row(record)));
    }
    messages.push(...request.failedRows.map(({ error }) => error.message));
  }
  return { rows, messages };
}

function expected(batch: RecordBatch): unknown[] {
  return Array.from({ length: batch.numRows }, (_, row) => {
    try {
      return expectedJsonRow(batch, row);
    } catch (reason) {
      if (reason instanceof Unsendable) return undefined;
      throw reason;
    }
  });
}

test("JSON of random batches is what apache-arrow says is in them", () => {
  const seed = Math.trunc(Math.random() * 2 ** 31);
  console.log(`JSON of random batches: seed ${seed}`);
  fc.assert(
    fc.property(arbitraryBatch(), fc.integer({ min: 1, max: 5 }), (batch, maxRecords) => {
      const { rows, messages } = parsed(batch, maxRecords);
      assertEquals(rows, expected(batch));
      for (const message of messages) assertEquals(/protobuf|repeated/i.exec(message), null);
    }),
    { seed, numRuns: 300, interruptAfterTimeLimit: LONGEST_MS, markInterruptAsFailure: true },
  );
}, { timeoutMs: 2 * LONGEST_MS });

/** How many digits a number's text has, zeros around them aside. */
function digitCount(text: string): number {
  const digits = text.replace(/e.*$/, "").replace(/[-.]/g, "");
  return digits.replace(/^0+/, "").replace(/0+$/, "").length;
}

test("JSON has single-precision numbers in the fewest digits that mean them", () => {
  fc.assert(
    fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const data = makeData({ type: new Float32(), length: 1, data: Float32Array.of(value) });
      const batch = new Table({ x: makeVector(data) }).batches[0]!;
      const plan = planFor(batch.schema);
      const [request] = [
        ...withoutPauses(encodeJsonRequests(plan, batch as never, DEFAULT_LIMITS)),
      ];
      const text = new TextDecoder().decode(request!.row(0)).slice('{"x":'.length, -1);
      assertEquals(Math.fround(Number(text)), value);
      // With one digit less it is another number.
      const fewer = digitCount(text) - 1;
      if (fewer > 0) assertNotEquals(Math.fround(Number(value.toPrecision(fewer))), value);
    }),
    { numRuns: 2_000 },
  );
});
