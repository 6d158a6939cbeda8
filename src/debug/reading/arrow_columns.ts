/**
 * Protobuf messages → Arrow, by reflection: for looking at a file, not for speed.
 *
 * @module
 */
import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import {
  isReflectMessage,
  type ReflectList,
  type ReflectMap,
  type ReflectMessage,
} from "@bufbuild/protobuf/reflect";
import {
  Binary,
  Bool,
  type DataType,
  Field,
  Float32,
  Float64,
  Int32,
  Int64,
  List,
  Map_,
  Struct,
  Uint32,
  Uint64,
  Utf8,
} from "apache-arrow";

/** The columns for the fields of a message; only required fields are not nullable. */
export function fieldsOf(message: DescMessage): Field[] {
  return message.fields.map((field) => {
    const isRequired = field.presence === FEATURE_REQUIRED;
    return new Field(field.name, typeOf(field), !isRequired && field.fieldKind !== "list");
  });
}

/** The values of a message by field, as `buildArray` takes them. */
export function valuesOf(message: ReflectMessage): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const field of message.fields) {
    if (field.fieldKind === "list") {
      values[field.name] = Array.from(message.get(field) as ReflectList, plain);
    } else if (message.isSet(field)) {
      const value = message.get(field);
      values[field.name] = field.fieldKind === "map"
        ? new Map(Array.from(value as ReflectMap, ([key, item]) => [key, plain(item)]))
        : plain(value);
    }
  }
  return values;
}

/** `google.protobuf.FeatureSet.FieldPresence.LEGACY_REQUIRED`. */
const FEATURE_REQUIRED = 3;

function typeOf(field: DescField): DataType {
  switch (field.fieldKind) {
    case "scalar":
      return scalarType(field.scalar);
    case "enum":
      return new Int32();
    case "message":
      return new Struct(fieldsOf(field.message));
    case "list": {
      const item = field.listKind === "scalar"
        ? scalarType(field.scalar)
        : field.listKind === "enum"
        ? new Int32()
        : new Struct(fieldsOf(field.message));
      return new List(new Field("item", item, false));
    }
    case "map": {
      const value = field.mapKind === "scalar"
        ? scalarType(field.scalar)
        : field.mapKind === "enum"
        ? new Int32()
        : new Struct(fieldsOf(field.message));
      const entries = new Struct([
        new Field("key", scalarType(field.mapKey), false),
        new Field("value", value, true),
      ]);
      return new Map_(new Field("entries", entries, false) as never);
    }
  }
}

function scalarType(scalar: ScalarType): DataType {
  switch (scalar) {
    case ScalarType.DOUBLE:
      return new Float64();
    case ScalarType.FLOAT:
      return new Float32();
    case ScalarType.INT32:
    case ScalarType.SINT32:
    case ScalarType.SFIXED32:
      return new Int32();
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return new Uint32();
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
      return new Int64();
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return new Uint64();
    case ScalarType.BOOL:
      return new Bool();
    case ScalarType.STRING:
      return new Utf8();
    case ScalarType.BYTES:
      return new Binary();
  }
}

function plain(value: unknown): unknown {
  return isReflectMessage(value) ? valuesOf(value) : value;
}
