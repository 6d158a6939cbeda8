/**
 * The rows that tests send: a required number, an optional name.
 *
 * @module
 */
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  type DescriptorProtoSchema,
  type FieldDescriptorProto,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
  FieldDescriptorProtoSchema,
} from "@bufbuild/protobuf/wkt";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";

/** A field of a descriptor. */
export function field(
  name: string,
  number: number,
  type: Type,
  label: Label = Label.OPTIONAL,
  typeName = "",
): FieldDescriptorProto {
  return create(FieldDescriptorProtoSchema, { name, number, type, label, typeName });
}

/** `message Reading { required int64 id = 1; optional string name = 2; }` */
export const READING: MessageInitShape<typeof DescriptorProtoSchema> = {
  name: "Reading",
  field: [field("id", 1, Type.INT64, Label.REQUIRED), field("name", 2, Type.STRING)],
};

/** A `Reading`. */
export function reading(id: number, name?: string): Uint8Array {
  const writer = new BinaryWriter().tag(1, WireType.Varint).int64(id);
  if (name !== undefined) writer.tag(2, WireType.LengthDelimited).string(name);
  return writer.finish();
}
