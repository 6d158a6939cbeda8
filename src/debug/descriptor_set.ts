/**
 * Descriptors as `protoc` and `buf` take them.
 *
 * @module
 */
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  DescriptorProtoSchema,
  type FieldDescriptorProto,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as FieldType,
  FieldDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from "@bufbuild/protobuf/wkt";

/**
 * A serialized `FileDescriptorSet` of one file: the row message, and the message that a whole debug
 * file is, whose name is that of the row with `Batch` behind it and whose only field is
 * `repeated Row records = 1`.
 *
 * @param descriptor serialized `DescriptorProto` of the row message
 * @param name what the set calls its file: what `protoc --decode` is given as the source
 * @param note a comment, where sources have one
 */
export function descriptorSetOf(descriptor: Uint8Array, name: string, note: string): Uint8Array {
  const row = fromBinary(DescriptorProtoSchema, descriptor);
  const batch = create(DescriptorProtoSchema, {
    name: `${row.name}Batch`,
    field: [recordsField(row.name)],
  });
  const sourceCodeInfo = { location: [{ path: [], span: [0, 0, 0], leadingComments: note }] };
  const file = { name, syntax: "proto2", messageType: [row, batch], sourceCodeInfo };
  return toBinary(FileDescriptorSetSchema, create(FileDescriptorSetSchema, { file: [file] }));
}

function recordsField(row: string): FieldDescriptorProto {
  return create(FieldDescriptorProtoSchema, {
    name: "records",
    number: 1,
    label: Label.REPEATED,
    type: FieldType.MESSAGE,
    typeName: `.${row}`,
  });
}
