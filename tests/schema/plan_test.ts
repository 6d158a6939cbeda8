import {
  assertEquals,
  assertNotEquals,
  assertNotStrictEquals,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { toBinary } from "@bufbuild/protobuf";
import { DescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import {
  type DataType,
  Dictionary,
  Field,
  FixedSizeBinary,
  FixedSizeList,
  Int32,
  Int64,
  Int8,
  List,
  Schema,
  Struct,
  TimestampMicrosecond,
  TimestampSecond,
  Uint32,
  Utf8,
} from "apache-arrow";
import { ConfigurationError } from "../../src/core/errors.ts";
import { planFor } from "../../src/schema/plan.ts";
import { descriptorOf, fieldOf, FieldType } from "../encode/build.ts";
import { test } from "../harness/mod.ts";

const schemaOf = (type: DataType, nullable = true) => new Schema([new Field("v", type, nullable)]);

test("one schema object has one plan, and so have schemas of the same structure", () => {
  const schema = schemaOf(new Int32());
  const plan = planFor(schema);
  assertStrictEquals(planFor(schema), plan);
  assertStrictEquals(planFor(schemaOf(new Int32())), plan);
  assertEquals(plan.descriptorBytes, toBinary(DescriptorProtoSchema, plan.descriptor));
});

test("a thousand schemas in turns keep their plans, but not any number of them", () => {
  const named = (name: string) => new Schema([new Field(name, new Int32(), true)]);
  const plans = Array.from({ length: 1_000 }, (_, at) => planFor(named(`turn${at}`)));
  for (const [at, plan] of plans.entries()) assertStrictEquals(planFor(named(`turn${at}`)), plan);
  const long = "x".repeat(10_000);
  for (let at = 0; at < 110; at++) planFor(named(`${at}${long}`));
  assertNotStrictEquals(planFor(named("turn0")), plans[0]);
});

test("metadata and time zones do not make another plan", () => {
  const plain = planFor(schemaOf(new TimestampSecond()));
  const field = new Field("v", new TimestampSecond("Asia/Tokyo"), true, new Map([["k", "v"]]));
  assertStrictEquals(planFor(new Schema([field], new Map([["a", "b"]]))), plain);
});

test("everything that changes the bytes makes another plan", () => {
  const item = (type: DataType) => new Field("item", type, true);
  const types: DataType[] = [
    new Int32(),
    new Int64(),
    new Uint32(),
    new Utf8(),
    new TimestampSecond(),
    new TimestampMicrosecond(),
    new FixedSizeBinary(3),
    new FixedSizeBinary(4),
    new List(item(new Int32())),
    new FixedSizeList(2, item(new Int32())),
    new FixedSizeList(3, item(new Int32())),
    new Dictionary(new Utf8(), new Int8()),
    new Dictionary(new Utf8(), new Int32()),
    new Struct([new Field("a", new Int32(), true)]),
    new Struct([new Field("a", new Int32(), false)]),
    new Struct([new Field("b", new Int32(), true)]),
  ];
  const plans = [
    ...types.map((type) => planFor(schemaOf(type))),
    planFor(schemaOf(new Int32(), false)),
  ];
  assertEquals(new Set(plans).size, plans.length);
});

test("the key is equal exactly if the descriptor's bytes are", () => {
  const [a, b, c] = [new Int32(), new Int8(), new Int64()].map((type) => planFor(schemaOf(type)));
  assertNotEquals(a, b);
  assertEquals(a?.key, b?.key);
  assertNotEquals(a?.key, c?.key);
  assertNotEquals(a?.key, planFor(schemaOf(new Int32()), { messageName: "Other" }).key);
});

test("a descriptor is known by identity and by its bytes", () => {
  const schema = schemaOf(new Int32());
  const make = (number: number) => descriptorOf([fieldOf("v", number, FieldType.SINT64)]);
  const descriptor = make(7);
  const plan = planFor(schema, { descriptor });
  assertStrictEquals(planFor(schema, { descriptor }), plan);
  assertStrictEquals(planFor(schema, { descriptor: make(7) }), plan);
  assertNotEquals(planFor(schema, { descriptor: make(8) }).key, plan.key);
  assertEquals(plan.descriptor.field[0]?.number, 7);
});

test("options are told apart on the same schema object", () => {
  const schema = new Schema([...schemaOf(new Int32()).fields, new Field("extra", new Int32())]);
  const names = [undefined, "Other", "Third"].map((messageName) =>
    planFor(schema, messageName === undefined ? {} : { messageName }).descriptor.name
  );
  assertEquals(names, ["ZerobusMessage", "Other", "Third"]);
  const descriptor = descriptorOf([fieldOf("v", 1, FieldType.INT64)]);
  assertEquals(planFor(schema, { descriptor, extraColumns: "drop" }).dropped, ["extra"]);
  assertThrows(() => planFor(schema, { descriptor }), ConfigurationError, '"extra"');
});

test("many schemas and descriptors do not pile up, and plans come back right", () => {
  const schema = schemaOf(new Int32());
  for (let number = 1; number <= 200; number++) {
    const descriptor = descriptorOf([fieldOf("v", number, FieldType.INT64)]);
    assertEquals(planFor(schema, { descriptor }).descriptor.field[0]?.number, number);
    assertEquals(planFor(schema, { descriptor }).descriptor.field[0]?.number, number);
  }
  assertEquals(planFor(schema).descriptor.field[0]?.type, FieldType.INT32);
});

const { $typeName } = descriptorOf([]);
const NO_DESCRIPTORS: [what: string, value: unknown, says: string][] = [
  ["null", null, "got null"],
  ["a number", 1, "got number"],
  ["text", "Row", "got string"],
  ["an object", {}, "got an object"],
  ["serialized bytes", toBinary(DescriptorProtoSchema, descriptorOf([])), "got an Uint8Array"],
  ["a generated schema", DescriptorProtoSchema, "got an object"],
  ["another message", { $typeName: "google.protobuf.FileDescriptorProto" }, "got an object"],
  ["a message without its fields", { $typeName }, "do not belong"],
  ["a message with a field that is none", { ...descriptorOf([]), field: [1] }, "do not belong"],
  ["a message with a name that is none", { ...descriptorOf([]), name: 7 }, "do not belong"],
];
for (const [what, value, says] of NO_DESCRIPTORS) {
  test(`${what} is no descriptor`, () => {
    const schema = schemaOf(new Int32());
    for (let time = 0; time < 2; time++) { // what is refused is not remembered
      const error = assertThrows(
        () => planFor(schema, { descriptor: value as never }),
        ConfigurationError,
      );
      assertStringIncludes(error.message, "descriptor: expected a google.protobuf.DescriptorProto");
      assertStringIncludes(error.message, says);
      assertEquals(error.details, { field: "descriptor" });
    }
  });
}
