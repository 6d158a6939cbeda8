/**
 * VARIANT values, read by hyparquet, and the column that carries them.
 */
import { assertEquals, assertThrows } from "@std/assert";
import { makeVector, Table } from "apache-arrow";
import fc from "fast-check";
import { decodeVariantColumn } from "hyparquet/src/variant.js";
import { ConversionError } from "../../src/core/errors.ts";
import type { ArrowBatch } from "../../src/core/arrow.ts";
import { arrowPlanFor } from "../../src/ipc/column_plan.ts";
import { encodeArrow } from "../../src/ipc/encode_arrow.ts";
import { encodeVariant, type VariantValue } from "../../src/variant/encode_variant.ts";
import { variantData } from "../../src/variant/variant_data.ts";
import { test } from "../harness/mod.ts";
import { readArrow } from "../oracle/read_arrow.ts";

/** What hyparquet reads; it gives 64-bit integers as bigint. */
function decoded(value: VariantValue): unknown {
  return plain(decodeVariantColumn(encodeVariant(value)));
}

/** Whole numbers in one form, whatever width they were written in. */
function plain(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plain(item)]));
}

test("any JSON is read as what it was", () => {
  // hyparquet builds objects by assignment, which takes this one name for something else.
  const key = fc.string({ unit: "grapheme" }).filter((name) => name !== "__proto__");
  const { json } = fc.letrec((tie) => ({
    json: fc.oneof(
      { depthSize: "small" },
      fc.constantFrom(null, true, false, 0, -0.5, 2 ** 53, 1e300, "", "ä", "x".repeat(64)),
      fc.maxSafeInteger(),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0 || 0),
      fc.string({ unit: "grapheme", maxLength: 80 }),
      fc.array(tie("json")),
      fc.dictionary(key, tie("json")).map((object) => ({ ...object })),
    ),
  }));
  fc.assert(
    fc.property(json, (value) => {
      assertEquals(decoded(value as VariantValue), value);
    }),
    { numRuns: 500 },
  );
});

const LARGE: [what: string, value: VariantValue][] = [
  ["an array of 300 elements", Array.from({ length: 300 }, (_, index) => index)],
  [
    "an object of 300 fields",
    Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`f${index}`, index])),
  ],
  ["offsets of three bytes", ["x".repeat(70_000), "y"]],
  ["names beyond 64 KB", { ["n".repeat(70_000)]: 1, m: 2 }],
  ["integers of every width", [1, 200, -200, 70_000, 2 ** 40, -(2 ** 40)]],
];
for (const [what, value] of LARGE) {
  test(`${what} are read as what they were`, () => assertEquals(decoded(value), value));
}

test("64-bit integers keep every digit", () => {
  const values = [2n ** 63n - 1n, -(2n ** 63n)];
  assertEquals(decodeVariantColumn(encodeVariant(values)), values);
});

const NOT_JSON: [what: string, value: unknown, path: string][] = [
  ["undefined", { a: [undefined] }, "$.a[0]"],
  ["a function", () => {}, "$"],
  ["NaN", [NaN], "$[0]"],
  ["a date", { at: new Date(0) }, "$.at"],
  ["bytes", new Uint8Array(3), "$"],
  ["a bigint of more than 64 bits", 2n ** 63n, "$"],
];
for (const [what, value, path] of NOT_JSON) {
  test(`${what} is refused`, () => {
    assertThrows(() => encodeVariant(value as VariantValue), ConversionError, `${path}:`);
  });
}

test("what is in a circle is refused", () => {
  const circle: VariantValue[] = [];
  circle.push(circle);
  assertThrows(() => encodeVariant(circle), ConversionError, "deep");
});

test("a column of variants is sent as the struct that the service wants", () => {
  const values: (VariantValue | undefined)[] = [{ a: 1 }, undefined, null, [true, "x"]];
  const batch = new Table({ payload: makeVector(variantData(values)) }).batches[0]!;
  const plan = arrowPlanFor(batch.schema as unknown as ArrowBatch["schema"]);
  const limits = {
    maxRecordBytes: 1e6,
    targetBytes: 1e6,
    maxRequestBytes: 1e6,
    maxRecords: 1e6,
  };
  const requests = [...encodeArrow(plan, batch as unknown as ArrowBatch, limits)];
  const { rows } = readArrow(
    plan.schema,
    requests.map(({ bytes: header, body }) => ({ header, body: body! })),
  );
  const read = rows.map(({ payload }) =>
    payload === null ? undefined : decodeVariantColumn(payload)
  );
  assertEquals(read, values);
});
