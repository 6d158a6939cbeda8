/**
 * Column types → the Arrow types whose values the service takes for them.
 *
 * @module
 */
import {
  Binary,
  Bool,
  type DataType,
  DateDay,
  Decimal,
  Field,
  Float32,
  Float64,
  Int16,
  Int32,
  Int64,
  Int8,
  List,
  Map_,
  Struct,
  TimestampMicrosecond,
  Utf8,
} from "apache-arrow";
import type { ColumnType, ScalarName } from "./column_type.ts";

/** The Arrow type of a column's values. */
export function arrowTypeOf(type: ColumnType): DataType {
  switch (type.kind) {
    case "scalar": {
      if (type.name !== "DECIMAL") return SCALARS[type.name]();
      const [precision = 10, scale = 0] = type.digits ?? [];
      return new Decimal(scale, precision, 128);
    }
    case "array":
      return new List(new Field("item", arrowTypeOf(type.element), true));
    case "map": {
      const entry = new Struct([
        new Field("key", arrowTypeOf(type.key), false),
        new Field("value", arrowTypeOf(type.value), true),
      ]);
      return new Map_(new Field("entries", entry as never, false));
    }
    case "struct":
      return new Struct(
        [...type.members].map(([name, member]) =>
          new Field(name, arrowTypeOf(member), !type.required.has(name))
        ),
      );
  }
}

const SCALARS: Readonly<Record<Exclude<ScalarName, "DECIMAL">, () => DataType>> = {
  BYTE: () => new Int8(),
  SHORT: () => new Int16(),
  INT: () => new Int32(),
  BIGINT: () => new Int64(),
  FLOAT: () => new Float32(),
  DOUBLE: () => new Float64(),
  STRING: () => new Utf8(),
  BOOLEAN: () => new Bool(),
  BINARY: () => new Binary(),
  DATE: () => new DateDay(),
  TIMESTAMP: () => new TimestampMicrosecond("UTC"),
  TIMESTAMP_NTZ: () => new TimestampMicrosecond(),
  VARIANT: () => new Utf8(),
};
