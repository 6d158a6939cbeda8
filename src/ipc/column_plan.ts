/**
 * How each column of a schema is brought to what the service wants of it; worked out once.
 *
 * @module
 */
import { DateUnit, Precision, TimeUnit, Type } from "../core/arrow_numbers.ts";
import type { ArrowField, ArrowSchema, ArrowType } from "../core/arrow.ts";
import { ConfigurationError } from "../core/errors.ts";
import { elementOf, entryOf, type ParametricType, valueTypeOf } from "../schema/arrow_type.ts";
import { checkSchema } from "../schema/check_schema.ts";
import { checkDepth, MAX_FIELDS } from "../schema/limits.ts";
import { checkColumnNames, join } from "../schema/names.ts";
import { schemaMessage } from "./messages.ts";
import type { WireField, WireType } from "./wire_type.ts";

/** How an array lies in memory, and what has to be done to it. */
export type Layout =
  /** `width` bytes a value, sent as they are. */
  | "fixed"
  /** 8 bits or 16 without a sign, to twice as many. */
  | "widened"
  /** 32 bits without a sign, to 64. */
  | "widened32"
  /** Half precision, to single. */
  | "half"
  /** 64-bit milliseconds, to days. */
  | "date"
  /** 32 bits, to 64, times `factor`. */
  | "scaled32"
  /** 64 bits, times `factor`. */
  | "scaled64"
  /** 64-bit nanoseconds, to microseconds. */
  | "nanoseconds"
  /** One bit a value. */
  | "bits"
  /** Bytes between offsets of 32 or 64 bits. */
  | "variable"
  /** `width` bytes a value, to bytes between offsets. */
  | "fixed_bytes"
  /** Bytes inline or in one of several buffers, to bytes between offsets. */
  | "view"
  /** `width` words of 32 bits, to text. */
  | "decimal"
  /** Elements between offsets of 32 or 64 bits. */
  | "list"
  /** `width` elements a value, to elements between offsets. */
  | "fixed_list"
  | "struct"
  | "map"
  /** Indices, to the values that they mean: `children[0]`. */
  | "dictionary";

/** What is known of an array before there is one. */
export interface ColumnPlan extends WireField {
  /** Where it is, for messages. */
  readonly path: string;
  /** Position among the arrays of its struct, or of the batch. */
  readonly index: number;
  /** How it lies, and what becomes of it. */
  readonly layout: Layout;
  /** Bytes, words or elements a value, where their number is fixed. */
  readonly width: number;
  /** What integers are multiplied by. */
  readonly factor: number;
  /** Digits behind a decimal's point. */
  readonly scale: number;
  /** Whether values can be none that the service takes, nulls apart. */
  readonly mayFail: boolean;
  /** Members, the element, the key and value of a map, or the values of a dictionary. */
  readonly children: readonly ColumnPlan[];
}

/** How batches of a schema are sent. */
export interface ArrowPlan {
  /** Their columns; those of type Null are left out. */
  readonly columns: readonly ColumnPlan[];
  /** The schema message. */
  readonly schema: Uint8Array;
  /** Equal for plans with equal schema messages. */
  readonly key: string;
}

const plans = new WeakMap<ArrowSchema, ArrowPlan>();

/**
 * The plan for a schema, the same one for the same object.
 *
 * @throws {ConfigurationError} naming a column that has no Delta equivalent, a bad or duplicate name,
 * too many columns or too deep a nesting
 */
export function arrowPlanFor(schema: ArrowSchema): ArrowPlan {
  const known = plans.get(schema);
  if (known !== undefined) return known;
  checkSchema(schema);
  const columns = plansOf(schema.fields, "", 0);
  if (columns.length === 0) {
    const found = schema.fields.length === 0 ? "no columns" : "columns of type Null only";
    throw new ConfigurationError(`the schema has ${found}: there is nothing to send`);
  }
  const fields = columns.map(wireFieldOf);
  const key = `arrow ${JSON.stringify(fields.map(describe))}`;
  const plan: ArrowPlan = { columns, schema: schemaMessage(fields), key };
  plans.set(schema, plan);
  return plan;
}

function plansOf(fields: readonly ArrowField[], path: string, depth: number): ColumnPlan[] {
  checkDepth(path, depth);
  checkColumnNames(fields.map(({ name }) => name), path);
  const plans = [...fields.entries()].filter(([, { type }]) =>
    valueTypeOf(type).typeId !== Type.Null
  ).map(([index, field]) => planOf(field, index, join(path, field.name), depth));
  if (plans.length <= MAX_FIELDS) return plans;
  const where = path === "" ? "the schema" : `struct column "${path}"`;
  throw new ConfigurationError(
    `${where} has ${plans.length} columns, the service takes ${MAX_FIELDS}`,
    { details: { column: path, limit: MAX_FIELDS, actual: plans.length } },
  );
}

/** What differs from one layout to the other. */
type Shape =
  & Pick<ColumnPlan, "wire" | "layout">
  & Partial<Pick<ColumnPlan, "width" | "factor" | "scale" | "mayFail" | "children">>;

function planOf(field: ArrowField, index: number, path: string, depth: number): ColumnPlan {
  const { name, nullable } = field;
  const place = { name, nullable, path, index };
  const shape = scalarShape(field.type) ?? nestedShape(field.type, path, depth);
  if (shape === undefined) throw unsupported(path, field.type);
  const defaults = { width: 0, factor: 1, scale: 0, mayFail: false, children: [] };
  return { ...place, metadata: extensionOf(field), ...defaults, ...shape };
}

const INT64: WireType = { kind: "int", bitWidth: 64 };
const UTF8: WireType = { kind: "utf8" };
const BINARY: WireType = { kind: "binary" };

function scalarShape(type: ArrowType): Shape | undefined {
  const { precision, unit, byteWidth = 0, bitWidth = 0, scale = 0 } = type as ParametricType;
  switch (type.typeId) {
    case Type.Int:
      return integerShape(type);
    case Type.Float:
      if (precision === Precision.HALF) {
        return { layout: "half", wire: { kind: "float", bitWidth: 32 } };
      }
      return precision === Precision.SINGLE
        ? { layout: "fixed", width: 4, wire: { kind: "float", bitWidth: 32 } }
        : { layout: "fixed", width: 8, wire: { kind: "float", bitWidth: 64 } };
    case Type.Bool:
      return { layout: "bits", wire: { kind: "bool" } };
    case Type.Utf8:
    case Type.LargeUtf8:
      return { layout: "variable", wire: UTF8, mayFail: true };
    case Type.Utf8View:
      return { layout: "view", wire: UTF8, mayFail: true };
    case Type.Binary:
    case Type.LargeBinary:
      return { layout: "variable", wire: BINARY };
    case Type.BinaryView:
      return { layout: "view", wire: BINARY };
    case Type.FixedSizeBinary:
      return { layout: "fixed_bytes", width: byteWidth, wire: BINARY };
    case Type.Date:
      return unit === DateUnit.DAY
        ? { layout: "fixed", width: 4, wire: { kind: "date" } }
        : { layout: "date", wire: { kind: "date" }, mayFail: true };
    case Type.Timestamp: {
      const { timezone } = type as { readonly timezone?: string | null };
      return timeShape(unit, { kind: "timestamp", timezone: timezone ? "UTC" : undefined });
    }
    case Type.Time:
      if (bitWidth === 64) return timeShape(unit, INT64);
      return {
        layout: "scaled32",
        factor: unit === TimeUnit.SECOND ? 1_000_000 : 1_000,
        wire: INT64,
      };
    case Type.Duration:
      return timeShape(unit, INT64);
    case Type.Decimal:
      return { layout: "decimal", width: bitWidth / 32, scale, wire: UTF8 };
    default:
      return undefined;
  }
}

/** Unsigned integers become the next larger signed ones; the largest are checked one by one. */
function integerShape(type: ArrowType): Shape {
  const { bitWidth = 32, isSigned = true } = type as ParametricType;
  const wire = (bits: number): WireType => ({ kind: "int", bitWidth: bits as 8 | 16 | 32 | 64 });
  if (isSigned) return { layout: "fixed", width: bitWidth / 8, wire: wire(bitWidth) };
  if (bitWidth === 64) return { layout: "fixed", width: 8, wire: wire(64), mayFail: true };
  if (bitWidth === 32) return { layout: "widened32", wire: wire(64) };
  return { layout: "widened", width: bitWidth / 8, wire: wire(2 * bitWidth) };
}

function timeShape(unit: number | undefined, wire: WireType): Shape {
  switch (unit) {
    case TimeUnit.SECOND:
      return { layout: "scaled64", factor: 1_000_000, wire, mayFail: true };
    case TimeUnit.MILLISECOND:
      return { layout: "scaled64", factor: 1_000, wire, mayFail: true };
    case TimeUnit.NANOSECOND:
      return { layout: "nanoseconds", wire };
    default:
      return { layout: "fixed", width: 8, wire };
  }
}

function nestedShape(type: ArrowType, path: string, depth: number): Shape | undefined {
  const nested = (field: ArrowField, name: string, step: string) =>
    planOf({ ...field, name }, 0, `${path}${step}`, depth + 1);
  switch (type.typeId) {
    case Type.List:
    case Type.LargeList:
    case Type.FixedSizeList: {
      checkDepth(path, depth + 1);
      const children = [nested(fieldOf(elementOf(type)), "item", "[]")];
      const { listSize = 0 } = type as ParametricType;
      const layout = type.typeId === Type.FixedSizeList ? "fixed_list" : "list";
      return { layout, width: listSize, wire: { kind: "list" }, children };
    }
    case Type.Map: {
      checkDepth(path, depth + 1);
      const { key, value } = entryOf(type);
      const keys = nested({ ...fieldOf(key), nullable: false }, "keys", ".key");
      const values = { ...nested(fieldOf(value), "values", ".value"), index: 1 };
      return { layout: "map", wire: { kind: "map" }, children: [keys, values] };
    }
    case Type.Struct:
      return {
        layout: "struct",
        wire: { kind: "struct" },
        children: plansOf(type.children ?? [], path, depth + 1),
      };
    case Type.Dictionary: {
      const { dictionary } = type as ParametricType;
      if (dictionary === undefined) return undefined;
      const field = { name: "", type: dictionary, nullable: true, metadata: new Map() };
      const values = planOf(field, 0, path, depth);
      return { layout: "dictionary", wire: values.wire, children: [values] };
    }
    default:
      return undefined;
  }
}

/** A plain copy: the members of apache-arrow's fields are accessors, which spreading leaves out. */
function fieldOf({ name, type, nullable }: ArrowField): ArrowField {
  return { name, type, nullable, metadata: new Map() };
}

const EXTENSION_NAME = "ARROW:extension:name";
const VARIANT = "arrow.parquet.variant";

/** Other metadata says something to whoever made the batch, or of a type that is not sent as it is. */
function extensionOf({ metadata }: ArrowField): ReadonlyMap<string, string> {
  return metadata?.get(EXTENSION_NAME) === VARIANT
    ? new Map([[EXTENSION_NAME, VARIANT]])
    : new Map();
}

/** The field as it is sent: a dictionary's is that of its values, a map's entries are a struct. */
function wireFieldOf(plan: ColumnPlan): WireField {
  const { name, nullable, wire, metadata, layout } = plan;
  const members = plan.children.map(wireFieldOf);
  const [first] = members;
  if (layout === "dictionary") return { name, nullable, wire, metadata, children: first!.children };
  if (layout !== "map") return { name, nullable, wire, metadata, children: members };
  const entries: WireField = {
    name: "entries",
    nullable: false,
    wire: { kind: "struct" },
    metadata: new Map(),
    children: members,
  };
  return { name, nullable, wire, metadata, children: [entries] };
}

/** The same for fields that are the same. */
function describe({ name, nullable, wire, metadata, children }: WireField): unknown {
  return [name, nullable, wire, [...metadata], children.map(describe)];
}

function unsupported(path: string, type: ArrowType): ConfigurationError {
  return new ConfigurationError(
    `column "${path}" of type ${type} has no Delta equivalent: cast it to a supported type, or ` +
      "leave it out",
    { details: { column: path } },
  );
}
