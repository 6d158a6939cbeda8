/**
 * Protobuf messages as Arrow rows, for every kind of field that a descriptor of a user's may have.
 */
import { assertEquals } from "@std/assert";
import { create, createFileRegistry, fromJson } from "@bufbuild/protobuf";
import { reflect } from "@bufbuild/protobuf/reflect";
import {
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as FieldType,
  type FieldDescriptorProtoSchema,
  FileDescriptorProtoSchema,
} from "@bufbuild/protobuf/wkt";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { makeVector, Struct } from "apache-arrow";
import { buildArray } from "../../src/core/build_array.ts";
import { fieldsOf, valuesOf } from "../../src/debug/reading/arrow_columns.ts";
import { test } from "../harness/mod.ts";

type FieldInit = MessageInitShape<typeof FieldDescriptorProtoSchema>;

/** A value of each scalar type, as ProtoJSON has it and as Arrow does. */
const SCALARS: readonly [name: keyof typeof FieldType, json: unknown, arrow: unknown][] = [
  ["DOUBLE", 1.1, 1.1],
  ["FLOAT", 0.5, 0.5],
  ["INT32", -1, -1],
  ["SINT32", -2, -2],
  ["SFIXED32", -3, -3],
  ["UINT32", 4_294_967_295, 4_294_967_295],
  ["FIXED32", 4_294_967_294, 4_294_967_294],
  ["INT64", "-9223372036854775808", -(2n ** 63n)],
  ["SINT64", "-5", -5n],
  ["SFIXED64", "-6", -6n],
  ["UINT64", "18446744073709551615", 2n ** 64n - 1n],
  ["FIXED64", "7", 7n],
  ["BOOL", true, true],
  ["STRING", "héllo", "héllo"],
  ["BYTES", "AP8=", Uint8Array.of(0, 255)],
];

const INNER = { type: FieldType.MESSAGE, typeName: ".Row.Inner" };
const COLOUR = { type: FieldType.ENUM, typeName: ".Row.Colour" };
const { OPTIONAL, REPEATED, REQUIRED } = Label;

function entry(name: string, value: FieldInit) {
  return {
    name,
    options: { mapEntry: true },
    field: [
      { name: "key", number: 1, label: OPTIONAL, type: FieldType.STRING },
      { name: "value", number: 2, label: OPTIONAL, ...value },
    ],
  };
}

const OTHERS: readonly (readonly [field: FieldInit, json: unknown, arrow: unknown])[] = [
  [{ name: "must", label: REQUIRED, type: FieldType.INT32 }, 1, 1],
  [{ name: "missing", label: OPTIONAL, type: FieldType.STRING }, undefined, null],
  [{ name: "colour", label: OPTIONAL, ...COLOUR }, "RED", 1],
  [{ name: "inner", label: OPTIONAL, ...INNER }, { id: 2 }, { id: 2 }],
  [{ name: "texts", label: REPEATED, type: FieldType.STRING }, ["a", ""], ["a", ""]],
  [{ name: "colours", label: REPEATED, ...COLOUR }, ["RED", "NONE"], [1, 0]],
  [{ name: "inners", label: REPEATED, ...INNER }, [{ id: 3 }, {}], [{ id: 3 }, { id: null }]],
  [mapField("counts", ".Row.CountsEntry"), { a: 1 }, { a: 1 }],
  [mapField("shades", ".Row.ShadesEntry"), { b: "RED" }, { b: 1 }],
  [mapField("places", ".Row.PlacesEntry"), { c: { id: 4 } }, { c: { id: 4 } }],
];

function mapField(name: string, typeName: string): FieldInit {
  return { name, label: REPEATED, type: FieldType.MESSAGE, typeName };
}

const fields: FieldInit[] = [
  ...SCALARS.map(([name]) => ({
    name: name.toLowerCase(),
    label: OPTIONAL,
    type: FieldType[name],
  })),
  ...OTHERS.map(([field]) => field),
].map((field, index) => ({ ...field, number: index + 1 }));

const file = create(FileDescriptorProtoSchema, {
  name: "row.proto",
  syntax: "proto2",
  messageType: [{
    name: "Row",
    field: fields,
    nestedType: [
      { name: "Inner", field: [{ name: "id", number: 1, label: OPTIONAL, type: FieldType.INT32 }] },
      entry("CountsEntry", { type: FieldType.INT32 }),
      entry("ShadesEntry", COLOUR),
      entry("PlacesEntry", INNER),
    ],
    enumType: [{
      name: "Colour",
      value: [{ name: "NONE", number: 0 }, { name: "RED", number: 1 }],
    }],
  }],
});

/** A row in plain values, so that it can be compared. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array || typeof value !== "object" || value === null) return value;
  if (Symbol.iterator in value && !("toJSON" in value && !("length" in value))) {
    return Array.from(value as Iterable<unknown>, plain);
  }
  const { toJSON } = value as { toJSON(): object };
  return Object.fromEntries(
    Object.entries(toJSON.call(value)).map(([name, item]) => [name, plain(item)]),
  );
}

test("fields of every kind become columns, and their values the rows'", () => {
  const row = createFileRegistry(file, () => undefined).getMessage("Row")!;
  const json: Record<string, unknown> = {};
  const expected: Record<string, unknown> = {};
  for (const [name, value, arrow] of SCALARS) {
    json[name.toLowerCase()] = value;
    expected[name.toLowerCase()] = arrow;
  }
  for (const [{ name }, value, arrow] of OTHERS) {
    if (value !== undefined) json[name!] = value;
    expected[name!] = arrow;
  }
  const message = reflect(row, fromJson(row, json as never));
  const type = new Struct(fieldsOf(row));
  const vector = makeVector(buildArray(type, [valuesOf(message)]) as never);
  assertEquals(plain(vector.get(0)), expected);
  assertEquals(
    type.children.filter(({ nullable }) => !nullable).map(({ name }) => name),
    ["must", "texts", "colours", "inners"],
  );
});
