/**
 * Whether a field of a row message carries what a column holds.
 *
 * @module
 */
import {
  type DescriptorProto,
  type EnumDescriptorProto,
  type FieldDescriptorProto,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as FieldType,
} from "@bufbuild/protobuf/wkt";
import type { ColumnType, ScalarName } from "../../catalog/column_type.ts";

/** The types that a message contains, by the names that fields use for them. */
export type TypesByName = ReadonlyMap<string, DescriptorProto | EnumDescriptorProto>;

const INT32 = [FieldType.INT32, FieldType.SINT32, FieldType.SFIXED32];
const INT64 = [FieldType.INT64, FieldType.SINT64, FieldType.SFIXED64];

const FIELDS: Readonly<Record<ScalarName, readonly FieldType[]>> = {
  BYTE: INT32,
  SHORT: INT32,
  INT: INT32,
  BIGINT: INT64,
  FLOAT: [FieldType.FLOAT],
  DOUBLE: [FieldType.DOUBLE],
  DECIMAL: [FieldType.STRING],
  STRING: [FieldType.STRING],
  BOOLEAN: [FieldType.BOOL],
  BINARY: [FieldType.BYTES],
  DATE: INT32,
  TIMESTAMP: INT64,
  TIMESTAMP_NTZ: INT64,
  VARIANT: [FieldType.STRING],
};

/** Whether it does. */
export function fitsField(
  type: ColumnType,
  field: FieldDescriptorProto,
  types: TypesByName,
): boolean {
  const isRepeated = field.label === Label.REPEATED;
  switch (type.kind) {
    case "scalar":
      return !isRepeated && FIELDS[type.name].includes(field.type);
    case "array":
      return isRepeated && !isMap(field, types) &&
        fitsField(type.element, { ...field, label: Label.OPTIONAL }, types);
    case "map": {
      const entry = messageOf(field, types);
      if (!isRepeated || entry?.options?.mapEntry !== true) return false;
      const [key, value] = [1, 2].map((number) =>
        entry.field.find((member) => member.number === number)
      );
      return key !== undefined && value !== undefined && fitsField(type.key, key, types) &&
        fitsField(type.value, value, types);
    }
    case "struct": {
      const message = messageOf(field, types);
      return !isRepeated && message !== undefined && message.field.every((member) => {
        const memberType = type.members.get(member.name);
        return memberType !== undefined && fitsField(memberType, member, types);
      });
    }
  }
}

function isMap(field: FieldDescriptorProto, types: TypesByName): boolean {
  return messageOf(field, types)?.options?.mapEntry === true;
}

function messageOf(field: FieldDescriptorProto, types: TypesByName): DescriptorProto | undefined {
  const type = types.get(field.typeName);
  return type?.$typeName === "google.protobuf.DescriptorProto" ? type : undefined;
}
