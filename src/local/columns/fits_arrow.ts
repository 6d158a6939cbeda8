/**
 * Whether an Arrow type is the one that a column's rows come in.
 *
 * @module
 */
import { type DataType, DateUnit, type Field, Precision, TimeUnit, Type } from "apache-arrow";
import type { ColumnType, ScalarName } from "../../catalog/column_type.ts";

/** A type with the parameters of all types; each has its own few. */
export type Parametric = DataType & {
  readonly bitWidth: number;
  readonly isSigned: boolean;
  readonly precision: Precision;
  readonly unit: number;
  readonly timezone: string | null | undefined;
};

/** Whether it is. */
export function fitsArrow(type: ColumnType, arrow: DataType): boolean {
  const children: readonly Field[] = arrow.children ?? [];
  switch (type.kind) {
    case "scalar":
      return SCALARS[type.name](arrow as Parametric);
    case "array":
      return arrow.typeId === Type.List && fitsArrow(type.element, children[0]!.type);
    case "map": {
      if (arrow.typeId !== Type.Map) return false;
      const [key, value] = children[0]!.type.children as Field[];
      return fitsArrow(type.key, key!.type) && fitsArrow(type.value, value!.type);
    }
    case "struct":
      return arrow.typeId === Type.Struct && children.every((child) => {
        const member = type.members.get(child.name);
        return member !== undefined && fitsArrow(member, child.type);
      });
  }
}

/** Whether some column could be of that type. */
export function isTableType(type: DataType): boolean {
  switch (type.typeId) {
    case Type.List:
    case Type.Struct:
    case Type.Map:
      return type.children.every((child: Field) => isTableType(child.type));
    default:
      return Object.values(SCALARS).some((isOne) => isOne(type as Parametric));
  }
}

function integer(bits: number): (type: Parametric) => boolean {
  return ({ typeId, bitWidth, isSigned }) => typeId === Type.Int && bitWidth === bits && isSigned;
}

function float(wanted: Precision): (type: Parametric) => boolean {
  return ({ typeId, precision }) => typeId === Type.Float && precision === wanted;
}

function isText({ typeId }: Parametric): boolean {
  return typeId === Type.Utf8 || typeId === Type.LargeUtf8;
}

function isBytes({ typeId }: DataType): boolean {
  return typeId === Type.Binary || typeId === Type.LargeBinary;
}

function isMicroseconds({ typeId, unit }: Parametric): boolean {
  return typeId === Type.Timestamp && unit === TimeUnit.MICROSECOND;
}

const SCALARS: Readonly<Record<ScalarName, (type: Parametric) => boolean>> = {
  BYTE: integer(8),
  SHORT: integer(16),
  INT: integer(32),
  BIGINT: integer(64),
  FLOAT: float(Precision.SINGLE),
  DOUBLE: float(Precision.DOUBLE),
  DECIMAL: isText,
  STRING: isText,
  BOOLEAN: ({ typeId }) => typeId === Type.Bool,
  BINARY: isBytes,
  DATE: ({ typeId, unit }) => typeId === Type.Date && unit === DateUnit.DAY,
  TIMESTAMP: (type) => isMicroseconds(type) && type.timezone === "UTC",
  TIMESTAMP_NTZ: (type) => isMicroseconds(type) && !type.timezone,
  VARIANT: ({ typeId, children }) =>
    typeId === Type.Struct && children.length === 2 &&
    ["metadata", "value"].every((name, index) =>
      children[index]!.name === name && isBytes(children[index]!.type)
    ),
};
