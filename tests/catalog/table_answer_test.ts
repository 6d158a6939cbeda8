/**
 * What the catalog's answers become.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { type TableAnswer, tableFrom } from "../../src/catalog/table_answer.ts";
import { columnTypeOf } from "../../src/catalog/type_json.ts";
import { ZerobusError } from "../../src/core/errors.ts";
import { test } from "../harness/mod.ts";

const QUESTION = { url: "https://w.example/tables/main.iot.t", tableName: "main.iot.t" };

function answer(columns: unknown, change: Partial<TableAnswer> = {}): TableAnswer {
  return { status: 200, retryAfterMs: undefined, body: JSON.stringify({ columns }), ...change };
}

/** A column as the catalog has it. */
function column(name: string, position: number, text: string, json?: unknown, nullable?: boolean) {
  const type_json = json === undefined
    ? undefined
    : JSON.stringify({ name, type: json, nullable, metadata: {} });
  return { name, position, type_text: text, type_name: "X", nullable, type_json };
}

const TYPES: readonly [text: string, json: unknown, arrow: string][] = [
  ["tinyint", "byte", "Int8"],
  ["smallint", "short", "Int16"],
  ["int", "integer", "Int32"],
  ["bigint", "long", "Int64"],
  ["float", "float", "Float32"],
  ["double", "double", "Float64"],
  ["decimal(12,3)", "decimal(12,3)", "Decimal[12e+3]"],
  ["string", "string", "Utf8"],
  ["varchar(20)", "varchar(20)", "Utf8"],
  ["char(3)", "char(3)", "Utf8"],
  ["boolean", "boolean", "Bool"],
  ["binary", "binary", "Binary"],
  ["date", "date", "Date32<DAY>"],
  ["timestamp", "timestamp", "Timestamp<MICROSECOND, UTC>"],
  ["timestamp_ntz", "timestamp_ntz", "Timestamp<MICROSECOND>"],
  ["variant", "variant", "Utf8"],
  [
    "array<int>",
    { type: "array", elementType: "integer", containsNull: true },
    "List<Int32>",
  ],
  [
    "map<string,double>",
    { type: "map", keyType: "string", valueType: "double", valueContainsNull: false },
    "Map<{key:Utf8, value:Float64}>",
  ],
  [
    "struct<a:int,b:array<struct<c:date>>>",
    {
      type: "struct",
      fields: [
        { name: "a", type: "integer", nullable: true, metadata: {} },
        {
          name: "b",
          type: {
            type: "array",
            elementType: { type: "struct", fields: [{ name: "c", type: "date", nullable: true }] },
          },
          nullable: true,
        },
      ],
    },
    "Struct<{a:Int32, b:List<Struct<{c:Date32<DAY>}>>}>",
  ],
];

for (const [text, json, arrow] of TYPES) {
  test(`catalog: a column of type ${text}, by JSON and by text`, () => {
    for (const given of [column("c", 0, text, json), column("c", 0, text)]) {
      const { schema, columns } = tableFrom(answer([given]), QUESTION);
      const [field] = schema.fields;
      assertEquals([field?.name, field?.nullable, shown(field?.type)], ["c", true, arrow]);
      assertEquals(columns, [{ name: "c", type: text, nullable: true, position: 0 }]);
    }
  });
}

/** Without the differences between versions of apache-arrow. */
function shown(type: unknown): string {
  return String(type).replaceAll("Decimal[12e3]", "Decimal[12e+3]");
}

test("catalog: members of a struct are required by JSON, or by text", () => {
  const fields = [
    { name: "a", type: "integer", nullable: false },
    { name: "b", type: "integer", nullable: true },
  ];
  const byJson = column("c", 0, "struct<a:int,b:int>", { type: "struct", fields });
  for (const given of [byJson, column("c", 0, "struct<a:int not null,b:int>")]) {
    const { schema } = tableFrom(answer([given]), QUESTION);
    const members = schema.fields[0]!.type.children!.map(({ nullable }) => nullable);
    assertEquals(members, [false, true]);
  }
});

test("catalog: numbers follow positions, gaps and all; columns stand in their order", () => {
  const table = tableFrom(
    answer([
      column("last", 7, "string", "string", true),
      column("gone", -1, "string", "string", true),
      column("first", 0, "bigint", "long", false),
      column("middle", 2, "double", "double", true),
    ]),
    QUESTION,
  );
  assertEquals(table.columns.map(({ name }) => name), ["first", "middle", "last"]);
  const { name, field } = table.descriptor();
  assertEquals(name, "IotT");
  assertEquals(field.map(({ name, number, label }) => [name, number, label]), [
    ["first", 1, 2],
    ["middle", 3, 1],
    ["last", 8, 1],
  ]);
});

test("catalog: what no row can be sent for is left out, unless it is required", () => {
  const interval = column("took", 1, "interval day to second", "interval day to second", true);
  const odd = column("a b", 2, "int", "integer", true);
  const { schema, unsupported, columns } = tableFrom(
    answer([column("id", 0, "int", "integer", true), interval, odd]),
    QUESTION,
  );
  assertEquals(schema.fields.map(({ name }) => name), ["id"]);
  assertEquals(unsupported.map(({ name }) => name), ["took", "a b"]);
  assertEquals(columns.length, 3);
  const error = assertThrows(
    () => tableFrom(answer([{ ...interval, nullable: false }]), QUESTION),
    ZerobusError,
  );
  assertEquals([error.code, error.details.column], ["configuration", "took"]);
  assertMatch(error.message, /interval day to second, which no row can be sent for/);
});

test("catalog: a list of lists is a column, but no message has it", () => {
  const table = tableFrom(answer([column("m", 0, "array<array<int>>")]), QUESTION);
  assertEquals(String(table.schema.fields[0]!.type), "List<List<Int32>>");
  const error = assertThrows(() => table.descriptor(), ZerobusError);
  assertEquals([error.code, error.details.column], ["configuration", "m[]"]);
});

const REFUSALS: readonly [title: string, TableAnswer, code: string, RegExp][] = [
  ["401", answer([], { status: 401 }), "authentication", /does not show main\.iot\.t/],
  ["403", answer([], { status: 403 }), "authentication", /USE CATALOG, USE SCHEMA, SELECT/],
  ["404", answer([], { status: 404 }), "configuration", /has no table main\.iot\.t \(HTTP 404\)/],
  ["a redirect", answer([], { status: 302 }), "configuration", /HTTP 302; check unityCatalogUrl/],
  ["429", answer([], { status: 429, retryAfterMs: 7 }), "connection", /cannot answer now/],
  ["503", answer([], { status: 503 }), "connection", /cannot answer now/],
  ["a web page", answer([], { body: "<html>" }), "configuration", /is no description of/],
  ["too much", answer([], { body: undefined }), "configuration", /is no description of/],
  ["no columns", answer("none"), "configuration", /is no description of/],
  ["a column that is none", answer([null]), "configuration", /is no description of/],
  ["a column without a type", answer([{ name: "a" }]), "configuration", /is no description of/],
];

for (const [title, given, code, message] of REFUSALS) {
  test(`catalog: an answer that is ${title}`, () => {
    const error = assertThrows(() => tableFrom(given, QUESTION), ZerobusError);
    assertEquals([error.code, error.retryable], [code, code === "connection"]);
    assertMatch(error.message, message);
    if (given.retryAfterMs !== undefined) assertEquals(error.details.retryAfterMs, 7);
  });
}

const NO_TYPES: readonly unknown[] = [
  undefined,
  7,
  null,
  {},
  { type: "array" },
  { type: "map", keyType: "string" },
  { type: "struct" },
  { type: "struct", fields: [{ type: "integer" }] },
  { type: "struct", fields: [{ name: "a", type: "void" }] },
  { type: "struct", fields: [{ name: "a b", type: "date" }] },
  "struct<`a b`:date>",
  "decimal(39,2)",
  "decimal(4,5)",
  { type: "struct", fields: [{ name: "a", type: "date" }, { name: "a", type: "date" }] },
  { type: { type: { type: "interval" } } },
];

test("catalog: JSON that is no type is none", () => {
  for (const value of NO_TYPES) assertEquals(columnTypeOf(value), undefined, JSON.stringify(value));
  let deep: unknown = "int";
  for (let depth = 0; depth < 10_000; depth++) deep = { type: "array", elementType: deep };
  assertEquals(columnTypeOf(deep), undefined);
  assert(columnTypeOf({ type: "array", elementType: { type: "array", elementType: "int" } }));
});
