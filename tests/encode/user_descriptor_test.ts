import { assertEquals, assertThrows } from "@std/assert";
import {
  type DataType,
  Dictionary,
  Field,
  Int32,
  Int64,
  Int8,
  List,
  Null,
  Struct,
  Utf8,
} from "apache-arrow";
import { ConfigurationError } from "../../src/core/errors.ts";
import { encodeBatch } from "../../src/encode/encode_batch.ts";
import { planFor } from "../../src/schema/plan.ts";
import { test } from "./both_loops.ts";
import { item, map } from "../schema/types.ts";
import {
  arrayOf,
  batchOf,
  columnWritten,
  descriptorOf,
  fieldOf,
  FieldType,
  Label,
  rawArray,
  written,
} from "./build.ts";

const { INT32, SINT32, FIXED64, SFIXED64, STRING, MESSAGE } = FieldType;

const single = (type: FieldType, init: object = {}) => descriptorOf([fieldOf("v", 3, type, init)]);
const mapType = map(new Utf8(), new Int32());
const REPEATED = { label: Label.REPEATED };

test("repeated fields are packed if the descriptor says so", () => {
  const data = arrayOf(new List(item(new Int32())), [[1, 300], [], null, [-1]]);
  const packed = single(INT32, { ...REPEATED, options: { packed: true } });
  const rows = encodeBatch(batchOf({ v: data }), { descriptor: packed });
  assertEquals([...rows.row(0)], [0x1a, 3, 1, 0xac, 2]);
  assertEquals([rows.row(1).length, rows.row(2).length], [0, 0]);
  const values = [[1, 300], undefined, undefined, [-1]];
  assertEquals(columnWritten(data, { descriptor: packed }).values, values);
  const plain = encodeBatch(batchOf({ v: data }), { descriptor: single(INT32, REPEATED) });
  assertEquals([...plain.row(0)], [0x18, 1, 0x18, 0xac, 2]);
  const long = arrayOf(new List(item(new Int32())), [Array.from({ length: 500 }, () => -1)]);
  const result = columnWritten(long, { descriptor: packed }).values as number[][];
  assertEquals(result[0]?.length, 500);
  const words = arrayOf(new List(item(new Dictionary(new Int32(), new Int8()))), [[7, 8, 7]]);
  assertEquals(columnWritten(words, { descriptor: packed }).values, [[7, 8, 7]]);
});

test("columns and fields pair by name, at every depth, in any order", () => {
  const descriptor = descriptorOf([
    fieldOf("s", 900, MESSAGE, { typeName: "Inner" }),
    fieldOf("m", 20_000, MESSAGE, { ...REPEATED, typeName: "MEntry" }),
    fieldOf("id", 536_870_911, FIXED64, { label: Label.REQUIRED }),
  ], {
    nestedType: [
      { name: "Inner", field: [fieldOf("b", 5, STRING), fieldOf("a", 6, SINT32)] },
      {
        name: "MEntry",
        field: [fieldOf("value", 2, SFIXED64), fieldOf("key", 1, STRING)],
        options: { mapEntry: true },
      },
    ],
  });
  const struct = new Struct([new Field("a", new Int32(), true)]);
  const batch = batchOf({
    id: arrayOf(new Int64(), [1n, 2n]),
    m: arrayOf(mapType, [new Map([["x", 1]]), null]),
    s: arrayOf(struct, [{ a: -1 }, null]),
  });
  assertEquals(written(batch, { descriptor }).records, [
    { id: 1n, m: new Map([["x", 1n]]), s: { a: -1 } },
    { id: 2n },
  ]);
  assertEquals(planFor(batch.schema, { descriptor }).missing, ["s.b"]);
});

test("a required field without a column is refused, an optional one reported", () => {
  const batch = batchOf({ a: arrayOf(new Int32(), [1]), n: rawArray(new Null(), { length: 1 }) });
  const optional = descriptorOf([
    fieldOf("a", 1, INT32),
    fieldOf("b", 2, INT32),
    fieldOf("n", 3, INT32),
  ]);
  assertEquals(planFor(batch.schema, { descriptor: optional }).missing, ["b", "n"]);
  for (const name of ["b", "n"]) {
    const descriptor = descriptorOf([
      fieldOf("a", 1, INT32),
      fieldOf(name, 2, INT32, { label: Label.REQUIRED }),
    ]);
    const error = assertThrows(
      () => planFor(batch.schema, { descriptor }),
      ConfigurationError,
      `field "${name}" of the descriptor is required`,
    );
    assertEquals(error.details.column, name);
  }
});

test("a null in a required field fails its row", () => {
  const column = arrayOf(new Int32(), [1, null]);
  const descriptor = single(INT32, { label: Label.REQUIRED });
  assertEquals(columnWritten(column, { descriptor }), {
    values: [1],
    failures: ['row 1, column "v": null, but the field is required'],
  });
});

test("a column without a field is refused, or dropped if that is wanted", () => {
  const struct = arrayOf(
    new Struct([new Field("x", new Int32(), true), new Field("y", new Int32(), true)]),
    [{ x: 1, y: 2 }],
  );
  const batch = batchOf({
    a: arrayOf(new Int32(), [1]),
    s: struct,
    extra: arrayOf(new Utf8(), ["lost"]),
    nothing: rawArray(new Null(), { length: 1 }),
  });
  const descriptor = descriptorOf(
    [fieldOf("a", 1, INT32), fieldOf("s", 2, MESSAGE, { typeName: "S" })],
    { nestedType: [{ name: "S", field: [fieldOf("x", 1, INT32)] }] },
  );
  const error = assertThrows(() => planFor(batch.schema, { descriptor }), ConfigurationError);
  assertEquals(error.details.column, "s.y");
  const options = { descriptor, extraColumns: "drop" } as const;
  assertEquals(planFor(batch.schema, options).dropped, ["s.y", "extra"]);
  assertEquals(written(batch, options).records, [{ a: 1, s: { x: 1 } }]);
  const other = descriptorOf([fieldOf("b", 1, INT32)]);
  assertThrows(
    () => planFor(batch.schema, { descriptor: other, extraColumns: "drop" }),
    ConfigurationError,
    "no column of the schema has a field",
  );
});

test("only one member of a oneof may have a column", () => {
  const descriptor = descriptorOf([
    fieldOf("a", 1, INT32, { oneofIndex: 0 }),
    fieldOf("b", 2, INT32, { oneofIndex: 0 }),
  ], { oneofDecl: [{ name: "choice" }] });
  const a = arrayOf(new Int32(), [1]);
  assertEquals(written(batchOf({ a }), { descriptor }).records, [{ a: 1 }]);
  assertThrows(
    () => planFor(batchOf({ a, b: a }).schema, { descriptor }),
    ConfigurationError,
    "one oneof",
  );
});

test("a message may contain itself as deep as the columns go", () => {
  const descriptor = descriptorOf([
    fieldOf("v", 1, INT32),
    fieldOf("next", 2, MESSAGE, { typeName: ".Row" }),
  ]);
  const nest = (depth: number): DataType =>
    new Struct([
      new Field("v", new Int32(), true),
      ...(depth > 1 ? [new Field("next", nest(depth - 1), true)] : []),
    ]);
  const batch = batchOf({ next: arrayOf(nest(2), [{ v: 1, next: { v: 2 } }]) });
  assertEquals(written(batch, { descriptor }).records, [{ next: { v: 1, next: { v: 2 } } }]);
  const deep = batchOf({ next: arrayOf(nest(11), [null]) });
  assertThrows(() => planFor(deep.schema, { descriptor }), ConfigurationError, "11 deep");
});
