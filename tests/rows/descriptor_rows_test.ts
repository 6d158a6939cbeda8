import { assertEquals, assertInstanceOf, assertStringIncludes, assertThrows } from "@std/assert";
import { create } from "@bufbuild/protobuf";
import { DescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { ConfigurationError } from "../../src/core/errors.ts";
import { columnsOfDescriptor } from "../../src/rows/columns_of_descriptor.ts";
import { convertRows } from "../../src/rows/convert_rows.ts";
import type { MessageDescriptor } from "../../src/schema/message_descriptor.ts";
import { COLOR, descriptorOf, fieldOf, FieldType, Label } from "../encode/build.ts";
import { test } from "../harness/mod.ts";
import { messagesOf, valuesOf } from "./convert.ts";

const { REPEATED, REQUIRED } = Label;
const { BOOL, BYTES, ENUM, INT32, INT64, MESSAGE, STRING, UINT64 } = FieldType;

const DESCRIPTOR = descriptorOf([
  fieldOf("id", 1, INT64, { label: REQUIRED }),
  fieldOf("color", 2, ENUM, { typeName: "Color" }),
  fieldOf("tags", 3, STRING, { label: REPEATED }),
  fieldOf("counts", 4, MESSAGE, { label: REPEATED, typeName: "CountsEntry" }),
  fieldOf("place", 5, MESSAGE, { typeName: "Place" }),
  fieldOf("stops", 6, MESSAGE, { label: REPEATED, typeName: "Place" }),
], {
  enumType: [COLOR],
  nestedType: [
    create(DescriptorProtoSchema, {
      name: "CountsEntry",
      field: [fieldOf("key", 1, STRING), fieldOf("value", 2, UINT64)],
      options: { mapEntry: true },
    }),
    create(DescriptorProtoSchema, {
      name: "Place",
      field: [fieldOf("name", 1, STRING), fieldOf("isOpen", 2, BOOL), fieldOf("raw", 3, BYTES)],
    }),
  ],
});

function converted(rows: readonly unknown[], descriptor: MessageDescriptor = DESCRIPTOR) {
  return convertRows(rows, columnsOfDescriptor(descriptor), "error", 0);
}

test("rows have the columns of a message: enumerations, lists, maps, messages in messages", () => {
  const raw = Uint8Array.of(1, 2);
  const place = { name: "roof", isOpen: true, raw };
  const result = converted([
    {
      id: 1n,
      color: "GREEN",
      tags: ["a", "b"],
      counts: new Map([["x", 5]]),
      place,
      stops: [place],
    },
    { id: 2, color: -1 },
  ]);
  assertEquals(messagesOf(result), []);
  assertEquals(valuesOf(result, "id"), [1n, 2n]);
  assertEquals(valuesOf(result, "color"), [5, -1]);
  assertEquals(valuesOf(result, "tags"), [["a", "b"], null]);
  assertEquals(valuesOf(result, "counts"), [{ x: 5n }, null]);
  assertEquals(valuesOf(result, "place"), [place, null]);
  assertEquals(valuesOf(result, "stops"), [[place], null]);
});

test("a row that does not fit its message says where and why", () => {
  const table: [Record<string, unknown>, message: string][] = [
    [{ id: 1, color: "PINK" }, 'column "color": expected a number or a name of the enumeration'],
    [{ id: 1, tags: "a" }, 'column "tags"'],
    [{ id: 1, tags: [5] }, 'column "tags[]": expected a string'],
    [{ id: 1, counts: new Map([["x", -1]]) }, 'column "counts.value"'],
    [{ id: 1, counts: new Map([[5, 1]]) }, 'column "counts.key": expected a string'],
    [{ id: 1, place: 5 }, 'column "place"'],
    [{ id: 1, place: { raw: "text" } }, 'column "place.raw": expected a Uint8Array, got'],
    [{ id: 1, stops: [{ isOpen: 1 }] }, 'column "stops[].isOpen": expected a boolean'],
    [{ id: 1, other: 1 }, '"other"'],
  ];
  for (const [row, message] of table) {
    const [said = "", ...more] = messagesOf(converted([row]));
    assertStringIncludes(said, message);
    assertEquals(more, []);
  }
});

test("bytes may be in any view, or in none", () => {
  const { buffer } = Uint8Array.of(0, 1, 2, 3);
  const descriptor = descriptorOf([fieldOf("raw", 1, BYTES)]);
  const given = [buffer, new DataView(buffer, 1, 2), new Uint16Array(buffer, 2)];
  const result = converted(given.map((raw) => ({ raw })), descriptor);
  assertEquals(valuesOf(result, "raw"), [
    Uint8Array.of(0, 1, 2, 3),
    Uint8Array.of(1, 2),
    Uint8Array.of(2, 3),
  ]);
});

test("a message that contains itself has no columns", () => {
  const descriptor = descriptorOf([fieldOf("tree", 1, MESSAGE, { typeName: "Tree" })], {
    nestedType: [
      create(DescriptorProtoSchema, {
        name: "Tree",
        field: [fieldOf("n", 1, INT32), fieldOf("left", 2, MESSAGE, { typeName: "Tree" })],
      }),
    ],
  });
  const error = assertThrows(() => columnsOfDescriptor(descriptor));
  assertInstanceOf(error, ConfigurationError);
  assertStringIncludes(error.message, "contains itself");
  assertEquals([error.details.field, error.details.column], ["descriptor", "tree.left"]);
});
