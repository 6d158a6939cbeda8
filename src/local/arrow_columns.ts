/**
 * Whether an Arrow schema is one that a table takes.
 *
 * @module
 */
import {
  type DataType,
  DateUnit,
  type Field,
  Precision,
  type Schema,
  TimeUnit,
  Type,
} from "apache-arrow";
import type { ResolvedTable } from "./options.ts";

/** What can be wrong with a schema, as the service names it. */
export type SchemaCause =
  | "FIELD_NOT_IN_TABLE"
  | "MISSING_REQUIRED_COLUMN"
  | "FIELD_OUT_OF_ORDER"
  | "TYPE_INCOMPATIBLE";

/** Everything that is wrong with a schema, each thing once; nothing if a table takes it. */
export function schemaCauses(schema: Schema, { columns }: ResolvedTable): SchemaCause[] {
  const causes = new Set<SchemaCause>();
  if (!schema.fields.every(({ type }) => isTableType(type))) causes.add("TYPE_INCOMPATIBLE");
  if (columns !== undefined) {
    const names = schema.fields.map(({ name }) => name);
    if (names.some((name) => !columns.has(name))) causes.add("FIELD_NOT_IN_TABLE");
    for (const [name, { nullable }] of columns) {
      if (!nullable && !names.includes(name)) causes.add("MISSING_REQUIRED_COLUMN");
    }
    const order = [...columns.keys()];
    const places = names.map((name) => order.indexOf(name)).filter((place) => place >= 0);
    if (places.some((place, index) => place < (places[index - 1] ?? 0))) {
      causes.add("FIELD_OUT_OF_ORDER");
    }
  }
  return [...causes];
}

/** A type with the parameters of all types; each has its own few. */
export type Parametric = DataType & {
  readonly bitWidth: number;
  readonly isSigned: boolean;
  readonly precision: Precision;
  readonly unit: number;
  readonly timezone: string | null | undefined;
};

/** Whether some Delta column is of that type. */
function isTableType(type: DataType): boolean {
  const { isSigned, precision, unit, timezone } = type as Parametric;
  switch (type.typeId) {
    case Type.Bool:
    case Type.Utf8:
    case Type.LargeUtf8:
    case Type.Binary:
    case Type.LargeBinary:
      return true;
    case Type.Int:
      return isSigned;
    case Type.Float:
      return precision !== Precision.HALF;
    case Type.Date:
      return unit === DateUnit.DAY;
    case Type.Timestamp:
      return unit === TimeUnit.MICROSECOND && (!timezone || timezone === "UTC");
    case Type.List:
    case Type.Struct:
    case Type.Map:
      return type.children.every((child: Field) => isTableType(child.type));
    default:
      return false;
  }
}
