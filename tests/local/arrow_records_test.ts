/**
 * What the local Zerobus makes of Arrow messages: the rows in good ones, a refusal of bad ones.
 */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { Field, Int32, Schema } from "apache-arrow";
import fc from "fast-check";
import type { ArrowBatch } from "../../src/core/arrow.ts";
import { BatchBody } from "../../src/ipc/batch_body.ts";
import { arrowPlanFor } from "../../src/ipc/column_plan.ts";
import { encodeArrow } from "../../src/ipc/encode_arrow.ts";
import { ArrowProblem, ArrowRecords, readSchema } from "../../src/local/arrow_records.ts";
import { test } from "../harness/mod.ts";
import { arbitraryBatch } from "../oracle/arbitrary_batches.ts";
import { expectedArrowRow } from "../oracle/arrow_values.ts";

const LIMITS = {
  maxRecordBytes: 10_000_000,
  targetBytes: 2 ** 21,
  maxRequestBytes: 10_000_000,
  maxRecords: 100_000,
};

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

test("the rows of random batches are read as apache-arrow's own values", () => {
  fc.assert(
    fc.property(arbitraryBatch(), (batch) => {
      const plan = arrowPlanFor(batch.schema as unknown as ArrowBatch["schema"]);
      assertEquals(readSchema(plan.schema).fields.length, plan.columns.length);
      for (const request of encodeArrow(plan, batch as unknown as ArrowBatch, LIMITS)) {
        if (request.body === undefined) continue;
        const records = new ArrowRecords(plan.schema, request.bytes, joined(request.body.buffers));
        assertEquals(records.count, request.rowCount);
        for (let at = 0; at < records.count; at++) {
          assertEquals(records.row(at), expectedArrowRow(batch, request.sourceRow(at)));
        }
      }
    }),
    { numRuns: 300 },
  );
}, { timeoutMs: 60_000 });

/** A schema of one column, and messages of it that are wrong. */
function schemaOf(type: Field["type"]): Uint8Array {
  const schema = new Schema([new Field("c", type, false)]);
  return arrowPlanFor(schema as unknown as ArrowBatch["schema"]).schema;
}

function batchOf(
  length: number,
  nulls: number,
  buffers: readonly (ArrayBufferView | undefined)[],
): [Uint8Array, Uint8Array] {
  const body = new BatchBody();
  body.array(length, nulls);
  for (const buffer of buffers) body.buffer(buffer);
  const { header, body: { buffers: parts } } = body.finish(length);
  return [header, joined(parts)];
}

const WRONG: [what: string, message: [Uint8Array, Uint8Array], said: string][] = [
  ["a null where none may be", batchOf(2, 1, [Uint8Array.of(1), Int32Array.of(1, 2)]), "a null"],
  ["too few values", batchOf(3, 0, [undefined, Int32Array.of(1, 2)]), "too few values"],
  ["no rows", batchOf(0, 0, [undefined, undefined]), "no batch with rows"],
  ["nonsense", [Uint8Array.of(1, 2, 3), new Uint8Array(0)], ""],
];
for (const [what, [header, body], said] of WRONG) {
  test(`an Arrow message with ${what} is refused`, () => {
    const error = assertThrows(
      () => new ArrowRecords(schemaOf(new Int32()), header, body),
      ArrowProblem,
    );
    assertStringIncludes((error as Error).message, said);
  });
}
