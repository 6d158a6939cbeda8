import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { create } from "@bufbuild/protobuf";
import { type DescriptorProto, DescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { ConfigurationError } from "../../src/core/errors.ts";
import { resolveMessageTypes } from "../../src/schema/message_types.ts";
import { COLOR, descriptorOf, fieldOf, FieldType, Label } from "../encode/build.ts";
import { test } from "../harness/mod.ts";

const { INT32, STRING, MESSAGE, ENUM, BYTES, DOUBLE, FLOAT } = FieldType;
const inner = { name: "Inner", field: [fieldOf("x", 1, INT32)] };
const entry = (key: FieldType, extra: object = {}) => ({
  name: "TagsEntry",
  field: [fieldOf("key", 1, key), fieldOf("value", 2, STRING)],
  options: { mapEntry: true },
  ...extra,
});
const mapOf = (nested: ReturnType<typeof entry>, label: Label = Label.REPEATED) =>
  descriptorOf([fieldOf("tags", 1, MESSAGE, { typeName: ".Row.TagsEntry", label })], {
    nestedType: [nested],
  });

function nestedTo(depth: number): DescriptorProto {
  let message = create(DescriptorProtoSchema, { name: `M${depth}` });
  for (let level = depth - 1; level >= 0; level--) {
    message = create(DescriptorProtoSchema, { name: `M${level}`, nestedType: [message] });
  }
  return message;
}

function numbered(number: number): DescriptorProto {
  return descriptorOf([], { nestedType: [{ name: "N", field: [fieldOf("a", number, INT32)] }] });
}

const MALFORMED: readonly [descriptor: DescriptorProto, message: string][] = [
  [create(DescriptorProtoSchema, { name: "" }), "has no name"],
  [create(DescriptorProtoSchema, { name: "a.b" }), 'is called "a.b"'],
  [descriptorOf([fieldOf("", 1, INT32)]), 'a field of ".Row" has no name'],
  [descriptorOf([fieldOf("a-b", 1, INT32)]), 'is called "a-b"'],
  [descriptorOf([fieldOf("a", 1, INT32), fieldOf("a", 2, INT32)]), '"Row.a" is defined more than'],
  [descriptorOf([fieldOf("a", 1, INT32), fieldOf("b", 1, INT32)]), 'which field "a" has already'],
  [descriptorOf([{ name: "a", type: INT32 }]), "has number 0"],
  [numbered(0), '"Row.N.a" has number 0'],
  [numbered(-1), "has number -1"],
  [numbered(536_870_912), "Protobuf takes 1 to 536870911"],
  [numbered(19_000), "keeps 19000 to 19999"],
  [numbered(19_999), "keeps 19000 to 19999"],
  [descriptorOf([{ name: "a", number: 1 }]), "has no type"],
  [descriptorOf([fieldOf("a", 1, MESSAGE)]), "has no type name"],
  [descriptorOf([fieldOf("a", 1, ENUM)]), "has no type name"],
  [descriptorOf([fieldOf("a", 1, FieldType.GROUP, { typeName: ".Row" })]), "is a group"],
  [descriptorOf([fieldOf("a", 1, MESSAGE, { typeName: ".other.Type" })]), '".other.Type", which'],
  [descriptorOf([fieldOf("a", 1, MESSAGE, { typeName: "Inner" })]), "does not contain"],
  [
    descriptorOf([fieldOf("a", 1, ENUM, { typeName: "Inner" })], { nestedType: [inner] }),
    "of another kind",
  ],
  [descriptorOf([], { nestedType: [inner, inner] }), '"Row.Inner" is defined more than once'],
  [descriptorOf([], { enumType: [COLOR, COLOR] }), '"Row.Color" is defined more than once'],
  [nestedTo(11), "11 deep"],
  [
    descriptorOf([fieldOf("a", 1, STRING, { label: Label.REPEATED, options: { packed: true } })]),
    "is packed",
  ],
  [descriptorOf([fieldOf("a", 1, INT32, { options: { packed: true } })]), "is packed"],
  [mapOf(entry(DOUBLE)), "is a map entry"],
  [mapOf(entry(BYTES)), "is a map entry"],
  [mapOf(entry(STRING, { field: [fieldOf("key", 1, STRING)] })), "is a map entry"],
  [
    mapOf(entry(STRING, { field: [fieldOf("k", 1, STRING), fieldOf("v", 2, STRING)] })),
    "is a map entry",
  ],
  [mapOf(entry(STRING), Label.OPTIONAL), "is a map: it must be repeated"],
  [
    descriptorOf(Array.from({ length: 2_001 }, (_, at) => fieldOf(`f${at}`, at + 1, INT32))),
    "has 2001 fields",
  ],
];

test("malformed descriptors are refused with a reason", () => {
  for (const [descriptor, message] of MALFORMED) {
    const error = assertThrows(
      () => resolveMessageTypes(descriptor),
      ConfigurationError,
      undefined,
      message,
    );
    assertStringIncludes(error.message, message);
    assertEquals(error.details.field, "descriptor", message);
  }
});

test("the bounds themselves are accepted", () => {
  for (const number of [1, 18_999, 20_000, 536_870_911]) resolveMessageTypes(numbered(number));
  resolveMessageTypes(nestedTo(10));
  resolveMessageTypes(mapOf(entry(STRING)));
});

test("type names are resolved like protoc does, and become absolute", () => {
  const names: readonly [written: string, resolved: string][] = [
    [".Row.Inner", ".Row.Inner"],
    [".Row.Inner.Leaf", ".Row.Inner.Leaf"],
    ["Leaf", ".Row.Inner.Leaf"],
    ["Inner.Leaf", ".Row.Inner.Leaf"],
    ["Sibling", ".Row.Sibling"],
    ["Row.Sibling", ".Row.Sibling"],
    ["Row", ".Row"],
    [".my.pkg.Row.Sibling", ".Row.Sibling"],
    ["my.pkg.Row.Inner.Leaf", ".Row.Inner.Leaf"],
  ];
  for (const [typeName, resolved] of names) {
    const descriptor = descriptorOf([], {
      nestedType: [
        {
          name: "Inner",
          // Without a type, as a parser leaves it: what is found decides.
          field: [{ name: "a", number: 1, typeName }],
          nestedType: [{ name: "Leaf" }],
        },
        { name: "Sibling" },
      ],
    });
    const { messages } = resolveMessageTypes(descriptor);
    const [field] = messages.get(".Row.Inner")!.field;
    assertEquals([field?.typeName, field?.type], [resolved, MESSAGE], typeName);
    assertEquals(descriptor.nestedType[0]?.field[0]?.typeName, typeName, "the input is untouched");
  }
});

test("an inner type hides an outer one of the same name", () => {
  const shadow = { name: "Shadow" };
  const descriptor = descriptorOf([fieldOf("a", 1, MESSAGE, { typeName: "Shadow" })], {
    nestedType: [
      shadow,
      {
        name: "Inner",
        field: [fieldOf("b", 1, MESSAGE, { typeName: "Shadow" })],
        nestedType: [shadow],
      },
    ],
  });
  const { root, messages } = resolveMessageTypes(descriptor);
  assertEquals(root.field[0]?.typeName, ".Row.Shadow");
  assertEquals(messages.get(".Row.Inner")?.field[0]?.typeName, ".Row.Inner.Shadow");
});

test("enumerations are found by the same rules", () => {
  const descriptor = descriptorOf([{ name: "c", number: 1, typeName: "Color" }], {
    enumType: [COLOR],
  });
  const { root, enumerations } = resolveMessageTypes(descriptor);
  assertEquals([root.field[0]?.typeName, root.field[0]?.type], [".Row.Color", ENUM]);
  assertEquals([...enumerations.keys()], [".Row.Color"]);
});

test("repeated numbers may be packed", () => {
  const options = { packed: true };
  resolveMessageTypes(descriptorOf([fieldOf("a", 1, FLOAT, { label: Label.REPEATED, options })]));
});
