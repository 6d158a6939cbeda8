import { toBinary } from "@bufbuild/protobuf";
import { DescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import type { DataType, Field } from "apache-arrow";
import * as arrow from "apache-arrow";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { readColumnType } from "../../src/catalog/column_type.ts";
import { fitsArrow } from "../../src/local/columns/fits_arrow.ts";
import { jsonProblem } from "../../src/local/columns/fits_json.ts";
import { fitsField } from "../../src/local/columns/fits_protobuf.ts";
import { readDescriptor } from "../../src/local/descriptor.ts";
import { type LocalZerobusOptions, startLocalZerobus } from "../../src/local/mod.ts";
import { descriptorFromSchema } from "../../src/schema/derive.ts";
import { test } from "../harness/mod.ts";

const { Field: ArrowField, Schema, TimeUnit } = arrow;

const MICROS = TimeUnit.MICROSECOND;
const item = (type: DataType, name = "item"): Field => new ArrowField(name, type, true);
const struct = (members: Record<string, DataType>): DataType =>
  new arrow.Struct(Object.entries(members).map(([name, type]) => item(type, name)));
const map = (key: DataType, value: DataType): DataType =>
  new arrow.Map_(
    new ArrowField(
      "entries",
      new arrow.Struct([new ArrowField("key", key, false), item(value, "value")]),
      false,
    ) as never,
  );

/** A column's type, an Arrow type of its own, JSON values that fit, and some that do not. */
const TYPES: readonly {
  readonly sql: string;
  readonly arrow: DataType;
  readonly json: readonly unknown[];
  readonly notJson: readonly unknown[];
}[] = [
  { sql: "TINYINT", arrow: new arrow.Int8(), json: [-128, 127], notJson: [128, 1.5, "1"] },
  { sql: "smallint", arrow: new arrow.Int16(), json: [-32_768], notJson: [32_768, true] },
  { sql: "INT", arrow: new arrow.Int32(), json: [2 ** 31 - 1], notJson: [2 ** 31, [1]] },
  {
    sql: "BIGINT",
    arrow: new arrow.Int64(),
    json: [2 ** 53 - 1, "-9223372036854775808"],
    notJson: [2 ** 53, "9223372036854775808", "one", 0.5],
  },
  { sql: "FLOAT", arrow: new arrow.Float32(), json: [0.1, -3], notJson: ["0.1", {}] },
  { sql: "DOUBLE", arrow: new arrow.Float64(), json: [1e300], notJson: ["NaN"] },
  { sql: "DECIMAL(10, 2)", arrow: new arrow.Utf8(), json: ["-19.99"], notJson: [19.99, "1e3"] },
  { sql: "STRING", arrow: new arrow.LargeUtf8(), json: ["", "a"], notJson: [1, ["a"]] },
  { sql: "VARCHAR(20)", arrow: new arrow.Utf8(), json: ["a"], notJson: [false] },
  { sql: "BOOLEAN", arrow: new arrow.Bool(), json: [true, false], notJson: [0, "true"] },
  { sql: "BINARY", arrow: new arrow.LargeBinary(), json: ["", "AQ==", "AQID"], notJson: ["A", 1] },
  { sql: "DATE", arrow: new arrow.DateDay(), json: [-1, 20_000], notJson: ["2026-01-01", 0.5] },
  {
    sql: "TIMESTAMP",
    arrow: new arrow.Timestamp(MICROS, "UTC"),
    json: [1_700_000_000_000_000],
    notJson: ["2026-01-01T00:00:00Z", 0.5],
  },
  {
    sql: "TIMESTAMP_NTZ",
    arrow: new arrow.Timestamp(MICROS, null),
    json: [0],
    notJson: [null + ""],
  },
  {
    sql: "ARRAY<INT>",
    arrow: new arrow.List(item(new arrow.Int32())),
    json: [[], [1, 2]],
    notJson: [1, ["1"], {}],
  },
  {
    sql: "MAP<STRING, DOUBLE>",
    arrow: map(new arrow.Utf8(), new arrow.Float64()),
    json: [{}, { a: 1.5 }],
    notJson: [[], { a: "1.5" }],
  },
  {
    sql: "STRUCT<at: TIMESTAMP, tags: ARRAY<STRING>>",
    arrow: struct({
      at: new arrow.Timestamp(MICROS, "UTC"),
      tags: new arrow.List(item(new arrow.Utf8())),
    }),
    json: [{}, { at: 1, tags: ["a"] }, { at: null }],
    notJson: [[], { at: "now" }, { other: 1 }, { tags: [1] }],
  },
];

/** Types of which an Arrow column or a field has the same form as another's. */
const ALIKE: readonly string[][] = [["DECIMAL(10, 2)", "STRING", "VARCHAR(20)"]];

function alike(one: string, other: string): boolean {
  return one === other || ALIKE.some((all) => all.includes(one) && all.includes(other));
}

function typeOf(sql: string) {
  const type = readColumnType(sql);
  assert(type !== undefined, sql);
  return type;
}

/** What a client declares for a column of that type. */
function rowTypeOf(type: DataType) {
  const descriptor = descriptorFromSchema(new Schema([new ArrowField("c", type, true)]));
  return readDescriptor(toBinary(DescriptorProtoSchema, descriptor));
}

for (const { sql, arrow: own, json, notJson } of TYPES) {
  test(`${sql}: the values that are its own, and no others`, () => {
    for (const value of [...json, null]) {
      assertEquals(jsonProblem(typeOf(sql), value, "c"), undefined, JSON.stringify(value));
    }
    for (const value of notJson) {
      const problem = jsonProblem(typeOf(sql), value, "c");
      assert(problem?.startsWith("c"), JSON.stringify(value));
    }
  });

  test(`${sql}: the Arrow type that is its own, and no others`, () => {
    for (const other of TYPES) {
      assertEquals(fitsArrow(typeOf(sql), other.arrow), alike(sql, other.sql), other.sql);
    }
  });

  test(`${sql}: the field that is derived from its Arrow type`, () => {
    const { descriptor, types } = rowTypeOf(own);
    assert(fitsField(typeOf(sql), descriptor.field[0]!, types));
  });
}

test("a field of another type does not fit", () => {
  const fields = new Map(TYPES.map(({ sql, arrow: type }) => [sql, rowTypeOf(type)]));
  for (const [sql, other] of [["INT", "BIGINT"], ["BIGINT", "INT"], ["STRING", "BINARY"]]) {
    const { descriptor, types } = fields.get(other!)!;
    assert(!fitsField(typeOf(sql!), descriptor.field[0]!, types), `${sql} from ${other}`);
  }
  for (const [sql, { descriptor, types }] of fields) {
    const [field] = descriptor.field;
    assertEquals(fitsField(typeOf("ARRAY<INT>"), field!, types), sql === "ARRAY<INT>", sql);
    assertEquals(fitsField(typeOf("BOOLEAN"), field!, types), sql === "BOOLEAN", sql);
    const isMap = sql.startsWith("MAP");
    assertEquals(fitsField(typeOf("MAP<STRING,DOUBLE>"), field!, types), isMap, sql);
    assert(!fitsField(typeOf("STRUCT<other:INT>"), field!, types), sql);
  }
});

test("VARIANT is JSON as text, a text field, and a struct of two columns of bytes", () => {
  const type = typeOf("variant");
  assertEquals(jsonProblem(type, '{"a":[1]}', "v"), undefined);
  assertEquals(jsonProblem(type, "{a", "v"), "v wants JSON as text");
  assertEquals(jsonProblem(type, { a: 1 }, "v"), "v wants JSON as text");
  const bytes = new arrow.LargeBinary();
  assert(fitsArrow(type, struct({ metadata: bytes, value: bytes })));
  assert(!fitsArrow(type, struct({ metadata: bytes })));
  assert(!fitsArrow(type, new arrow.Utf8()));
});

test("no message shows a value", () => {
  const secret = "s3cr3t!";
  for (const { sql } of TYPES) {
    for (const value of [secret, [secret], { [secret]: secret }, { at: secret }]) {
      assert(!jsonProblem(typeOf(sql), value, "c")?.includes(secret), sql);
    }
  }
});

for (
  const text of [
    "",
    "TEXT",
    "INT INT",
    "INT(3)",
    "ARRAY",
    "ARRAY<>",
    "ARRAY<INT",
    "ARRAY<INT>>",
    "MAP<STRING>",
    "MAP<STRING,>",
    "STRUCT<>",
    "STRUCT<a INT>",
    "STRUCT<a: INT, a: INT>",
    "constructor",
    "ARRAY<".repeat(1_000) + "INT" + ">".repeat(1_000),
  ]
) {
  test(`a column's type is refused: "${text.slice(0, 30)}"`, async () => {
    assertEquals(readColumnType(text), undefined);
    const columns = [{ name: "c", type: text }];
    const options: LocalZerobusOptions = { tables: [{ name: "a.b.c", columns }] };
    const error = await assertRejects(() => startLocalZerobus(options), Error);
    assertEquals(error.name, "ConfigurationError");
    assert(error.message.includes("tables[0].columns[0].type"), error.message);
  });
}
