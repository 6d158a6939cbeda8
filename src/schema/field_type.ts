/**
 * Protobuf's field types, as far as an encoder cares.
 *
 * @module
 */
import { FieldDescriptorProto_Type as FieldType } from "@bufbuild/protobuf/wkt";

/** Whether a repeated field of the type may be packed. */
export function isPackable(type: FieldType): boolean {
  return wireType(type) !== 2;
}

/** What a field's tag is on the wire: its number and how its value is delimited. */
export function tagOf(number: number, type: FieldType): number {
  return ((number << 3) | wireType(type)) >>> 0;
}

/** The tag of a packed repeated field, which is length-delimited whatever its elements are. */
export function packedTagOf(number: number): number {
  return ((number << 3) | 2) >>> 0;
}

/** What people call the type: `int32`, `double`, `message`. */
export function fieldTypeName(type: FieldType): string {
  return (FieldType[type] ?? `type ${type}`).toLowerCase();
}

function wireType(type: FieldType): number {
  switch (type) {
    case FieldType.DOUBLE:
    case FieldType.FIXED64:
    case FieldType.SFIXED64:
      return 1;
    case FieldType.STRING:
    case FieldType.BYTES:
    case FieldType.MESSAGE:
      return 2;
    case FieldType.FLOAT:
    case FieldType.FIXED32:
    case FieldType.SFIXED32:
      return 5;
    default:
      return 0;
  }
}

/** Protobuf's integer types, in the order of its documentation. */
export const INTEGER_TYPES: readonly FieldType[] = [
  FieldType.INT32,
  FieldType.INT64,
  FieldType.UINT32,
  FieldType.UINT64,
  FieldType.SINT32,
  FieldType.SINT64,
  FieldType.FIXED32,
  FieldType.FIXED64,
  FieldType.SFIXED32,
  FieldType.SFIXED64,
];
