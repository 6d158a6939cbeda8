import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { type DescriptorProto, FieldDescriptorProto_Label as Label } from "@bufbuild/protobuf/wkt";
import {
  Binary,
  BinaryView,
  Bool,
  type DataType,
  DateDay,
  DateMillisecond,
  Decimal,
  Dictionary,
  DurationSecond,
  Field,
  FixedSizeBinary,
  FixedSizeList,
  Float16,
  Float32,
  Float64,
  Int16,
  Int32,
  Int64,
  Int8,
  IntervalYearMonth,
  LargeBinary,
  LargeList,
  LargeUtf8,
  List,
  Null,
  Schema,
  SparseUnion,
  Struct,
  TimeMicrosecond,
  TimeSecond,
  TimestampNanosecond,
  Uint16,
  Uint32,
  Uint64,
  Uint8,
  Utf8,
  Utf8View,
} from "apache-arrow";
import { ConfigurationError } from "../../src/core/errors.ts";
import { descriptorFromSchema } from "../../src/schema/derive.ts";
import { fieldTypeName } from "../../src/schema/field_type.ts";
import { test } from "../harness/mod.ts";
import { messageOf } from "../oracle/decode_records.ts";
import { item, map, schemaOf, struct } from "./types.ts";

/** `optional int64 id = 1`, and so on; nested messages in braces. */
function describe(message: DescriptorProto): string[] {
  return [
    ...message.field.map(({ name, number, label, type, typeName }) =>
      `${Label[label]!.toLowerCase()} ${typeName || fieldTypeName(type)} ${name} = ${number}`
    ),
    ...message.nestedType.map((nested) => {
      const entry = nested.options?.mapEntry ? " (map entry)" : "";
      return `${nested.name}${entry} { ${describe(nested).join("; ")} }`;
    }),
  ];
}

const SCALARS: readonly [type: DataType, expected: string][] = [
  [new Int8(), "int32"],
  [new Int16(), "int32"],
  [new Int32(), "int32"],
  [new Int64(), "int64"],
  [new Uint8(), "int32"],
  [new Uint16(), "int32"],
  [new Uint32(), "int64"],
  [new Uint64(), "int64"],
  [new Float16(), "float"],
  [new Float32(), "float"],
  [new Float64(), "double"],
  [new Bool(), "bool"],
  [new Utf8(), "string"],
  [new LargeUtf8(), "string"],
  [new Utf8View(), "string"],
  [new Binary(), "bytes"],
  [new LargeBinary(), "bytes"],
  [new BinaryView(), "bytes"],
  [new FixedSizeBinary(16), "bytes"],
  [new DateDay(), "int32"],
  [new DateMillisecond(), "int32"],
  [new TimestampNanosecond("UTC"), "int64"],
  [new TimeSecond(), "int64"],
  [new TimeMicrosecond(), "int64"],
  [new DurationSecond(), "int64"],
  [new Decimal(2, 10, 128), "string"],
  [new Decimal(2, 10, 256), "string"],
  [new Dictionary(new Utf8(), new Int8()), "string"],
  [new Dictionary(new Int64(), new Uint64() as never), "int64"],
];

test("every scalar type has its Protobuf type, alone, in lists, in structs and in maps", () => {
  for (const [type, expected] of SCALARS) {
    const types = {
      v: type,
      l: new List(item(type)),
      b: new LargeList(item(type)),
      f: new FixedSizeList(2, item(type)),
      s: struct({ v: type }),
      m: map(new Utf8(), type),
    };
    assertEquals(describe(descriptorFromSchema(schemaOf(types))), [
      `optional ${expected} v = 1`,
      `repeated ${expected} l = 2`,
      `repeated ${expected} b = 3`,
      `repeated ${expected} f = 4`,
      "optional .ZerobusMessage.S s = 5",
      "repeated .ZerobusMessage.MEntry m = 6",
      `S { optional ${expected} v = 1 }`,
      `MEntry (map entry) { optional string key = 1; optional ${expected} value = 2 }`,
    ], `${type}`);
  }
});

test("what is not nullable is required, lists and maps are repeated in any case", () => {
  const inner = new Struct([new Field("a", new Int32(), false), new Field("b", new Int32(), true)]);
  const schema = new Schema([
    new Field("id", new Int64(), false),
    new Field("s", inner, false),
    new Field("l", new List(item(new Int32())), false),
    new Field("m", map(new Int32(), new Bool()), false),
  ]);
  assertEquals(describe(descriptorFromSchema(schema)), [
    "required int64 id = 1",
    "required .ZerobusMessage.S s = 2",
    "repeated int32 l = 3",
    "repeated .ZerobusMessage.MEntry m = 4",
    "S { required int32 a = 1; optional int32 b = 2 }",
    "MEntry (map entry) { optional int32 key = 1; optional bool value = 2 }",
  ]);
});

test("nested messages have absolute type names at every depth", () => {
  const schema = schemaOf({
    outer_part: struct({
      items: new List(item(struct({ by_name: map(new Utf8(), struct({ x: new Int32() })) }))),
    }),
  });
  assertEquals(describe(descriptorFromSchema(schema, { messageName: "Orders" })), [
    "optional .Orders.OuterPart outer_part = 1",
    "OuterPart { repeated .Orders.OuterPart.ItemsElement items = 1; " +
    "ItemsElement { repeated .Orders.OuterPart.ItemsElement.ByNameEntry by_name = 1; " +
    "ByNameValue { optional int32 x = 1 }; " +
    "ByNameEntry (map entry) { optional string key = 1; " +
    "optional .Orders.OuterPart.ItemsElement.ByNameValue value = 2 } } }",
  ]);
});

test("nested names avoid fields and each other, and the entry of a map has its name", () => {
  const schema = schemaOf({
    Address: struct({ a: new Int32() }),
    address: struct({ b: new Int32() }),
    labels_entry: struct({ c: new Int32() }),
    labels: map(new Utf8(), new Utf8()),
    _: struct({ d: new Int32() }),
  });
  const descriptor = descriptorFromSchema(schema);
  assertEquals(
    descriptor.field.map(({ name, typeName }) => [name, typeName]),
    [
      ["Address", ".ZerobusMessage.Address2"],
      ["address", ".ZerobusMessage.Address3"],
      ["labels_entry", ".ZerobusMessage.LabelsEntry2"],
      ["labels", ".ZerobusMessage.LabelsEntry"],
      ["_", ".ZerobusMessage.Nested"],
    ],
  );
  assertEquals(messageOf(descriptor).fields.length, 5);
});

test("json_name is protoc's", () => {
  const schema = schemaOf({ unit_price: new Int32(), _a__b_: new Int32(), X9: new Int32() });
  const names = descriptorFromSchema(schema).field.map((field) => field.jsonName);
  assertEquals(names, ["unitPrice", "AB", "X9"]);
  assertEquals(
    messageOf(descriptorFromSchema(schema)).fields.map((field) => field.jsonName),
    names,
  );
});

test("columns of type Null are left out and take no number", () => {
  const schema = schemaOf({
    a: new Int32(),
    nothing: new Null(),
    none: new Dictionary(new Null(), new Int8() as never),
    b: struct({ c: new Null() }),
  });
  assertEquals(describe(descriptorFromSchema(schema)), [
    "optional int32 a = 1",
    "optional .ZerobusMessage.B b = 2",
    "B {  }",
  ]);
});

const list = (type: DataType) => new List(item(type));
const union = new SparseUnion([0], [new Field("a", new Int32())]);

const REFUSED: readonly [name: string, types: Record<string, DataType>, column: string][] = [
  ["list of list", { a: list(list(new Int32())) }, "a[]"],
  ["list of large list", { a: list(new LargeList(item(new Int32()))) }, "a[]"],
  ["list of map", { a: list(map(new Utf8(), new Utf8())) }, "a[]"],
  ["list of nulls", { a: list(new Null()) }, "a[]"],
  ["list of dictionary of list", { a: list(new Dictionary(list(new Int8()), new Int8())) }, "a[]"],
  ["map of list", { a: map(new Utf8(), list(new Int32())) }, "a.value"],
  ["map of map", { a: map(new Utf8(), map(new Utf8(), new Utf8())) }, "a.value"],
  ["map by double", { a: map(new Float64(), new Utf8()) }, "a.key"],
  ["map by bytes", { a: map(new Binary(), new Utf8()) }, "a.key"],
  ["map by date", { a: map(new DateDay(), new Utf8()) }, "a.key"],
  ["map by struct", { a: map(struct({ x: new Int32() }), new Utf8()) }, "a.key"],
  ["union", { a: struct({ b: union }) }, "a.b"],
  ["interval", { ok: new Int32(), a: new IntervalYearMonth() }, "a"],
  ["hyphen", { "a-b": new Int32() }, "a-b"],
  ["dot in a struct", { s: struct({ "a.b": new Int32() }) }, "s.a.b"],
  ["blank", { "a b": new Int32() }, "a b"],
  ["not ASCII", { straße: new Int32() }, "straße"],
  ["empty name in a list's struct", { s: list(struct({ "": new Int32() })) }, "s[]."],
];

test("what cannot be sent is refused with the column's path", () => {
  for (const [name, types, column] of REFUSED) {
    const error = assertThrows(
      () => descriptorFromSchema(schemaOf(types)),
      ConfigurationError,
      undefined,
      name,
    );
    assertEquals(error.details.column, column, name);
    assertStringIncludes(error.message, "column", name);
  }
});

test("duplicate names are refused, also in structs", () => {
  const twice = [new Field("a", new Int32()), new Field("a", new Utf8())];
  assertThrows(() => descriptorFromSchema(new Schema(twice)), ConfigurationError, "more than once");
  const error = assertThrows(
    () => descriptorFromSchema(schemaOf({ s: new Struct(twice) })),
    ConfigurationError,
    "more than once",
  );
  assertEquals(error.details.column, "s.a");
});

test("a schema needs a column with values", () => {
  assertThrows(() => descriptorFromSchema(new Schema([])), ConfigurationError, "no columns");
  const nulls = schemaOf({ a: new Null() });
  assertThrows(() => descriptorFromSchema(nulls), ConfigurationError, "type Null only");
});

test("a message may have 2,000 columns and no more", () => {
  const columns = (count: number) =>
    Array.from({ length: count }, (_, index) => new Field(`c${index}`, new Int32()));
  assertEquals(descriptorFromSchema(new Schema(columns(2_000))).field.at(-1)?.number, 2_000);
  const error = assertThrows(
    () => descriptorFromSchema(new Schema(columns(2_001))),
    ConfigurationError,
  );
  assertEquals(error.details, { column: "", limit: 2_000, actual: 2_001 });
  const nested = schemaOf({ s: new Struct(columns(2_001)) });
  assertThrows(() => descriptorFromSchema(nested), ConfigurationError, 'struct column "s"');
});

test("messages may be nested 10 deep and no deeper", () => {
  const nested = (depth: number, innermost: DataType): DataType =>
    depth === 0 ? innermost : struct({ n: nested(depth - 1, innermost) });
  descriptorFromSchema(schemaOf({ n: nested(10, new Int32()) }));
  const deep = schemaOf({ n: nested(11, new Int32()) });
  const error = assertThrows(() => descriptorFromSchema(deep), ConfigurationError, "11 deep");
  assertEquals(error.details.limit, 10);
  // A map's entry is a message as well.
  descriptorFromSchema(schemaOf({ n: nested(9, map(new Utf8(), new Utf8())) }));
  assertThrows(
    () => descriptorFromSchema(schemaOf({ n: nested(10, map(new Utf8(), new Utf8())) })),
    ConfigurationError,
    "11 deep",
  );
});

test("a message name has letters, digits and underscores", () => {
  const schema = schemaOf({ a: new Int32() });
  assertEquals(descriptorFromSchema(schema).name, "ZerobusMessage");
  for (const messageName of ["", "a.b", "ä", "a-b"]) {
    const error = assertThrows(
      () => descriptorFromSchema(schema, { messageName }),
      ConfigurationError,
    );
    assertEquals(error.details.field, "messageName");
  }
});
