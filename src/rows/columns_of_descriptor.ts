/**
 * Columns of rows, as a message's descriptor says.
 *
 * @module
 */
import {
  type FieldDescriptorProto,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as FieldType,
} from "@bufbuild/protobuf/wkt";
import {
  Binary,
  Bool,
  type DataType,
  Float32,
  Float64,
  Int32,
  Int64,
  Uint32,
  Uint64,
  Utf8,
} from "apache-arrow";
import { ConfigurationError } from "../core/errors.ts";
import type { MessageDescriptor } from "../schema/message_descriptor.ts";
import { mapEntryOf, type MessageTypes, resolveMessageTypes } from "../schema/message_types.ts";
import { join } from "../schema/names.ts";
import { listShape, mapShape, type RowColumn, type Shape, structShape } from "./row_column.ts";

const TYPES: ReadonlyMap<FieldType, DataType> = new Map<FieldType, DataType>([
  [FieldType.DOUBLE, new Float64()],
  [FieldType.FLOAT, new Float32()],
  [FieldType.INT64, new Int64()],
  [FieldType.SINT64, new Int64()],
  [FieldType.SFIXED64, new Int64()],
  [FieldType.UINT64, new Uint64()],
  [FieldType.FIXED64, new Uint64()],
  [FieldType.INT32, new Int32()],
  [FieldType.SINT32, new Int32()],
  [FieldType.SFIXED32, new Int32()],
  [FieldType.ENUM, new Int32()],
  [FieldType.UINT32, new Uint32()],
  [FieldType.FIXED32, new Uint32()],
  [FieldType.BOOL, new Bool()],
  [FieldType.STRING, new Utf8()],
  [FieldType.BYTES, new Binary()],
]);

/**
 * The columns of a message, in the order of its fields. A required field's may not be missing.
 *
 * @throws {ConfigurationError} if it is no descriptor of a row, or a message in it contains itself
 */
export function columnsOfDescriptor(descriptor: MessageDescriptor): RowColumn[] {
  const types = resolveMessageTypes(descriptor);
  return types.root.field.map((field) => columnOf(field, "", types, []));
}

function columnOf(
  field: FieldDescriptorProto,
  parent: string,
  types: MessageTypes,
  open: readonly string[],
): RowColumn {
  const path = join(parent, field.name);
  const nullable = field.label !== Label.REQUIRED;
  return { name: field.name, path, nullable, shape: shapeOf(field, path, types, open) };
}

function shapeOf(
  field: FieldDescriptorProto,
  path: string,
  types: MessageTypes,
  open: readonly string[],
): Shape {
  if (field.label !== Label.REPEATED) return valueOf(field, path, types, open);
  const entry = mapEntryOf(field, types);
  if (entry === undefined) {
    const shape = valueOf(field, `${path}[]`, types, open);
    return listShape({ name: "item", path: `${path}[]`, nullable: true, shape });
  }
  const member = (number: number, name: string): RowColumn => {
    const of = entry.field.find((candidate) => candidate.number === number) ?? field;
    const at = `${path}.${name}`;
    return { name, path: at, nullable: number === 2, shape: valueOf(of, at, types, open) };
  };
  return mapShape(member(1, "key"), member(2, "value"));
}

function valueOf(
  field: FieldDescriptorProto,
  path: string,
  types: MessageTypes,
  open: readonly string[],
): Shape {
  const { typeName } = field;
  const type = TYPES.get(field.type);
  if (type !== undefined) {
    const values = types.enumerations.get(typeName)?.value;
    const names = values && new Map(values.map(({ name, number }) => [name, number]));
    return { kind: "scalar", type, names };
  }
  if (open.includes(typeName)) {
    throw new ConfigurationError(
      `descriptor: message "${
        typeName.slice(1)
      }" contains itself (field "${path}"), so rows have ` +
        "no end: give a schema that says how deep they are",
      { details: { field: "descriptor", column: path } },
    );
  }
  const members = types.messages.get(typeName)?.field ?? [];
  return structShape(members.map((member) => columnOf(member, path, types, [...open, typeName])));
}
