import { assertEquals, assertThrows } from "@std/assert";
import { Field, Int32, makeData, RecordBatch, Schema, Struct } from "apache-arrow";
import { ConfigurationError } from "../../src/core/errors.ts";
import { encodeBatch } from "../../src/encode/encode_batch.ts";
import { arrowPlanFor } from "../../src/ipc/column_plan.ts";
import { columnsOfSchema } from "../../src/rows/columns_of_schema.ts";
import { descriptorFromSchema } from "../../src/schema/derive.ts";
import { test } from "../harness/mod.ts";

const N = new Field("n", new Int32(), true);

/** Fields of which one is none, and what is said of it. */
const NO_FIELDS: readonly (readonly [string, unknown[], string])[] = [
  ["null", [N, null], "schema: field 1: expected an Arrow Field, got null"],
  ["a number", [5], "schema: field 0: expected an Arrow Field, got number"],
  ["a type", [new Int32()], "schema: field 0: expected an Arrow Field, got an Int32"],
  [
    "a field without a type",
    [{ name: "x" }],
    'schema: field 0, "x": expected one with an Arrow type, got undefined',
  ],
  [
    "a field with the name of a type",
    [{ name: "x", type: "int" }],
    'schema: field 0, "x": expected one with an Arrow type, got string',
  ],
  [
    "a member that is none",
    [{ ...N, name: "s", type: { typeId: 13, children: [N, undefined] } }],
    'schema: field 1 of "s": expected an Arrow Field, got undefined',
  ],
];

for (const [name, fields, message] of NO_FIELDS) {
  test(`a schema with ${name} is refused wherever one is given`, () => {
    const schema = { fields, metadata: new Map() } as never;
    const data = makeData({ type: new Struct([N]), length: 0, children: [] });
    const batch = Object.assign(new RecordBatch(new Schema([N]), data), { schema });
    for (
      const use of [
        () => descriptorFromSchema(schema),
        () => encodeBatch(batch as never),
        () => arrowPlanFor(schema),
        () => columnsOfSchema(schema),
      ]
    ) {
      const error = assertThrows(use, ConfigurationError);
      assertEquals([error.message, error.details.field], [message, "schema"]);
    }
  });
}

test("what is no schema at all is refused, too", () => {
  for (const schema of [null, undefined, 1, {}, { fields: "a" }]) {
    assertThrows(
      () => descriptorFromSchema(schema as never),
      ConfigurationError,
      "an Arrow Schema",
    );
  }
});
