import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import {
  DescriptorProtoSchema,
  EnumDescriptorProtoSchema,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
} from "@bufbuild/protobuf/wkt";
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { DescriptorProblem, readDescriptor } from "../../src/local/descriptor.ts";
import { test } from "../harness/mod.ts";
import { field, READING } from "./reading.ts";

type Descriptor = MessageInitShape<typeof DescriptorProtoSchema>;

function read(descriptor: Descriptor) {
  return readDescriptor(toBinary(DescriptorProtoSchema, create(DescriptorProtoSchema, descriptor)));
}

const POINT: Descriptor = { name: "Point", field: [field("x", 1, Type.DOUBLE)] };
const COLOUR = create(EnumDescriptorProtoSchema, {
  name: "Colour",
  value: [{ name: "RED", number: 1 }],
});

const accepted: Record<string, [descriptor: Descriptor, typeName: string]> = {
  "flat": [READING, "Reading"],
  "nested message and enum": [{
    name: "Row",
    field: [
      field("point", 1, Type.MESSAGE, Label.REPEATED, ".Row.Point"),
      field("colour", 2, Type.ENUM, Label.OPTIONAL, ".Row.Colour"),
    ],
    nestedType: [POINT],
    enumType: [COLOUR],
  }, "Row"],
  "declared in a package": [{
    name: "Row",
    field: [field("point", 1, Type.MESSAGE, Label.OPTIONAL, ".acme.iot.Row.Point")],
    nestedType: [POINT],
  }, "acme.iot.Row"],
  "a message within itself": [{
    name: "Tree",
    field: [field("left", 1, Type.MESSAGE, Label.OPTIONAL, ".Tree"), field("id", 2, Type.INT32)],
  }, "Tree"],
  "numbers at the ends": [{
    name: "Row",
    field: [
      field("a", 1, Type.BOOL),
      field("b", 18_999, Type.BOOL),
      field("c", 20_000, Type.BOOL),
      field("d", 536_870_911, Type.BOOL),
    ],
  }, "Row"],
};

for (const [name, [descriptor, typeName]] of Object.entries(accepted)) {
  test(`descriptor accepted: ${name}`, () => {
    assertEquals(read(descriptor).message.typeName, typeName);
  });
}

const one = (...fields: Descriptor["field"] & unknown[]): Descriptor => ({
  name: "Row",
  field: fields,
});

const refused: Record<string, [descriptor: Descriptor, message: string]> = {
  "without a name": [{ field: [field("a", 1, Type.BOOL)] }, "its message has no name"],
  "with an illegal name": [{ ...READING, name: "Re-ading" }, "illegal type name"],
  "without fields": [{ name: "Row" }, ".Row: it has no fields"],
  "with too many fields": [
    one(...Array.from({ length: 2001 }, (_, i) => field(`f${i}`, i + 1, Type.BOOL))),
    "it has 2001 fields",
  ],
  "with an illegal field name": [one(field("a-b", 1, Type.BOOL)), "illegal field name"],
  "with a name used twice": [
    one(field("a", 1, Type.BOOL), field("a", 2, Type.BOOL)),
    "the same name or number",
  ],
  "with a number used twice": [
    one(field("a", 1, Type.BOOL), field("b", 1, Type.BOOL)),
    "the same name or number",
  ],
  "with number 0": [one(field("a", 0, Type.BOOL)), "field number 0 is not in"],
  "with a number too large": [one(field("a", 536_870_912, Type.BOOL)), "is not in 1…536870911"],
  "with a reserved number": [one(field("a", 19_500, Type.BOOL)), "reserved by protobuf"],
  "with a group": [one(field("a", 1, Type.GROUP)), "field type 10 is not supported"],
  "with a type from outside": [
    one(field("a", 1, Type.MESSAGE, Label.OPTIONAL, ".google.protobuf.Timestamp")),
    'its type ".google.protobuf.Timestamp" is not in the descriptor',
  ],
  "with a relative type name": [{
    name: "Row",
    field: [field("a", 1, Type.MESSAGE, Label.OPTIONAL, "Point")],
    nestedType: [POINT],
  }, 'its type "Point" is not in the descriptor'],
  "with an enum where a message belongs": [{
    name: "Row",
    field: [field("a", 1, Type.MESSAGE, Label.OPTIONAL, ".Row.Colour")],
    enumType: [COLOUR],
  }, 'its type ".Row.Colour" is not in the descriptor'],
  "with a type declared twice": [
    { name: "Row", field: [field("a", 1, Type.BOOL)], nestedType: [POINT, POINT] },
    ".Row.Point: declared twice",
  ],
};

for (const [name, [descriptor, message]] of Object.entries(refused)) {
  test(`descriptor refused: ${name}`, () => {
    const problem = assertThrows(() => read(descriptor), DescriptorProblem);
    assertStringIncludes(problem.message, message);
  });
}
