/**
 * Columns of rows, as an Arrow schema says.
 *
 * @module
 */
import {
  Binary,
  Bool,
  type DataType,
  DateDay,
  DateUnit,
  Decimal,
  Duration,
  FixedSizeBinary,
  Float,
  Int,
  Precision,
  Time,
  Timestamp,
  Type,
  Utf8,
} from "apache-arrow";
import type { ArrowField, ArrowSchema, ArrowType } from "../core/arrow.ts";
import { ConfigurationError } from "../core/errors.ts";
import {
  elementOf,
  entryOf,
  isList,
  type ParametricType,
  valueTypeOf,
} from "../schema/arrow_type.ts";
import { checkSchema } from "../schema/check_schema.ts";
import { join } from "../schema/names.ts";
import {
  listShape,
  mapShape,
  OPEN,
  type RowColumn,
  type Shape,
  structShape,
} from "./row_column.ts";

const DAY_MS = 86_400_000;

/**
 * The columns of a schema. Large and view layouts, dictionaries and lists of one size become the
 * plain layout of the same values, and numbers of half precision single: none of them looks any
 * different to the service.
 *
 * @throws {ConfigurationError} for a type that no plain value stands for
 */
export function columnsOfSchema(schema: ArrowSchema): RowColumn[] {
  checkSchema(schema);
  return schema.fields.map((field) => columnOf(field, field.name));
}

function columnOf({ name, type, nullable }: ArrowField, path: string): RowColumn {
  return { name, path, nullable, shape: shapeOf(valueTypeOf(type), path) };
}

function shapeOf(type: ArrowType, path: string): Shape {
  if (isList(type)) {
    const size = type.typeId === Type.FixedSizeList ? (type as ParametricType).listSize : undefined;
    return listShape(columnOf(elementOf(type), `${path}[]`), size);
  }
  switch (type.typeId) {
    case Type.Null:
      return OPEN;
    case Type.Struct: {
      const members = type.children ?? [];
      return structShape(members.map((member) => columnOf(member, join(path, member.name))));
    }
    case Type.Map: {
      const { key, value } = entryOf(type);
      return mapShape(columnOf(key, `${path}.key`), columnOf(value, `${path}.value`));
    }
    case Type.Date: {
      const isDays = (type as ParametricType).unit === DateUnit.DAY;
      return { kind: "scalar", type: new DateDay(), perDay: isDays ? undefined : DAY_MS };
    }
    default:
      return { kind: "scalar", type: scalarOf(type as ParametricType, path) };
  }
}

/** The same type, made by the copy of apache-arrow that makes the arrays. */
function scalarOf(type: ParametricType, path: string): DataType {
  const { bitWidth, isSigned = true, precision, scale = 0, unit, byteWidth = 0 } = type;
  switch (type.typeId) {
    case Type.Int:
      return new Int(isSigned as never, (bitWidth ?? 32) as never);
    case Type.Float:
      return new Float(
        (precision === Precision.DOUBLE ? Precision.DOUBLE : Precision.SINGLE) as never,
      );
    case Type.Bool:
      return new Bool();
    case Type.Utf8:
    case Type.LargeUtf8:
    case Type.Utf8View:
      return new Utf8();
    case Type.Binary:
    case Type.LargeBinary:
    case Type.BinaryView:
      return new Binary();
    case Type.FixedSizeBinary:
      return new FixedSizeBinary(byteWidth);
    case Type.Time:
      return new Time(unit as never, (bitWidth ?? 64) as never);
    case Type.Timestamp:
      return new Timestamp(unit as never, (type as { timezone?: string | null }).timezone);
    case Type.Duration:
      return new Duration(unit as never);
    case Type.Decimal:
      return new Decimal(scale, precision ?? 38, bitWidth ?? 128);
    default:
      throw new ConfigurationError(
        `schema: column "${path}" of type ${type} cannot be made from plain values: cast it to a ` +
          "supported type, or leave it out",
        { details: { field: "schema", column: path } },
      );
  }
}
