/**
 * Columns as rows of plain objects see them.
 *
 * @module
 */
import { type DataType, Field, List, Map_, Struct } from "apache-arrow";

/** A member of every row, or of what is in one. */
export interface RowColumn {
  /** What the member is called. */
  readonly name: string;
  /** Where it is, for messages: `address.street`, `tags[]`, `labels.value`. */
  readonly path: string;
  /** Whether it may be missing. */
  readonly nullable: boolean;
  /** What its values are. */
  readonly shape: Shape;
}

/** What values are. */
export type Shape = ScalarShape | ListShape | StructShape | MapShape | OpenShape;

/** One value. */
export interface ScalarShape {
  readonly kind: "scalar";
  /** The type of its Arrow array. */
  readonly type: DataType;
  /** Numbers of an enumeration by their names, where names are as good as numbers. */
  readonly names?: ReadonlyMap<string, number> | undefined;
  /** `Date64`, which is written as days: what a number is to be divided by to be days. */
  readonly perDay?: number | undefined;
}

/** Several of one kind. */
export interface ListShape {
  readonly kind: "list";
  readonly type: List;
  readonly element: RowColumn;
  /** How many there must be, if that is settled. */
  readonly size: number | undefined;
}

/** Members. */
export interface StructShape {
  readonly kind: "struct";
  readonly type: Struct;
  readonly members: readonly RowColumn[];
}

/** Keys and values. */
export interface MapShape {
  readonly kind: "map";
  readonly type: Map_;
  readonly key: RowColumn;
  readonly value: RowColumn;
}

/** Nothing is known of the values yet: none had anything in it. No column is made of them. */
export interface OpenShape {
  readonly kind: "open";
}

/** A list's shape. */
export function listShape(element: RowColumn, size?: number): ListShape | OpenShape {
  const [field] = fieldsOf([element]);
  if (field === undefined) return OPEN;
  return { kind: "list", type: new List(field), element, size };
}

/** A struct's shape. */
export function structShape(members: readonly RowColumn[]): StructShape | OpenShape {
  const fields = fieldsOf(members);
  if (fields.length === 0) return OPEN;
  return { kind: "struct", type: new Struct(fields as never), members };
}

/** A map's shape. */
export function mapShape(key: RowColumn, value: RowColumn): MapShape | OpenShape {
  const fields = fieldsOf([key, value]);
  if (fields.length < 2) return OPEN;
  const entries = new Field("entries", new Struct(fields as never), false);
  return { kind: "map", type: new Map_(entries as never), key, value };
}

/** Nothing known. */
export const OPEN: OpenShape = { kind: "open" };

/** The Arrow fields of the columns that are known. */
export function fieldsOf(columns: readonly RowColumn[]): Field[] {
  return columns.flatMap(({ name, shape, nullable }) =>
    shape.kind === "open" ? [] : [new Field(name, shape.type as DataType, nullable)]
  );
}
