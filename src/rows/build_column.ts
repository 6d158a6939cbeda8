/**
 * Values of one column → an Arrow array, every value checked on its way.
 *
 * @module
 */
import { type Data, type DataType, type Decimal, makeData, Type } from "apache-arrow";
import { kindOf } from "../core/kind.ts";
import { buildBytes, buildText, bytesOf } from "./build_text.ts";
import { buildDecimals } from "./build_decimals.ts";
import { buildFloats, buildLarge, buildSmall } from "./build_numbers.ts";
import type { Values } from "./conversion.ts";
import { readMembers } from "./members.ts";
import type { ListShape, MapShape, RowColumn, ScalarShape, StructShape } from "./row_column.ts";
import { Validity } from "./validity.ts";

/**
 * Builds a column, or undefined where nothing is known of it. A value that will not do is refused
 * and stands in the array as something else: its row is to be left out.
 */
function buildColumn({ shape }: RowColumn, values: Values): Data | undefined {
  switch (shape.kind) {
    case "scalar":
      return buildScalar(shape, values);
    case "list":
      return buildList(shape, values);
    case "struct":
      return buildStruct(shape, values);
    case "map":
      return buildMap(shape, values);
    default:
      refuseOpen(values);
      return undefined;
  }
}

/** Of an open column there are only values that have nothing in them; they would be lost. */
function refuseOpen(values: Values): void {
  values.items.forEach((value, at) => {
    if (value === null || value === undefined) return;
    values.refuse(at, `${kindOf(value)} in which nothing tells a type: say it in a schema`);
  });
}

function buildScalar(shape: ScalarShape, values: Values): Data {
  const { type } = shape;
  switch (type.typeId) {
    case Type.Bool:
      return buildBooleans(values, type);
    case Type.Float:
      return buildFloats(values, type);
    case Type.Utf8:
      return buildText(values);
    case Type.Binary:
      return buildBytes(values);
    case Type.FixedSizeBinary:
      return buildFixedBytes(values, type as DataType & { byteWidth: number });
    case Type.Decimal:
      return buildDecimals(values, type as Decimal);
    default:
      return (type as { bitWidth?: number }).bitWidth === 64 || LARGE_TYPES.has(type.typeId)
        ? buildLarge(values, type)
        : buildSmall(values, shape);
  }
}

const LARGE_TYPES: ReadonlySet<Type> = new Set([Type.Timestamp, Type.Duration]);

function buildBooleans(values: Values, type: DataType): Data {
  const { items } = values;
  const data = new Uint8Array(Math.ceil(items.length / 64) * 8);
  const validity = new Validity(items.length);
  for (let at = 0; at < items.length; at++) {
    const value = items[at];
    if (value === true) data[at >> 3]! |= 1 << (at & 7);
    else if (value === null || value === undefined) validity.clear(at);
    else if (value !== false) values.refuse(at, `expected a boolean, got ${kindOf(value)}`);
  }
  return makeData({ type, ...validity.properties, data } as never);
}

function buildFixedBytes(values: Values, type: DataType & { byteWidth: number }): Data {
  const { items } = values;
  const { byteWidth } = type;
  const data = new Uint8Array(byteWidth * items.length);
  const validity = new Validity(items.length);
  for (let at = 0; at < items.length; at++) {
    const value = items[at];
    if (value === null || value === undefined) {
      validity.clear(at);
      continue;
    }
    const part = bytesOf(value);
    if (part === undefined) values.refuse(at, `expected a Uint8Array, got ${kindOf(value)}`);
    else if (part.length === byteWidth) data.set(part, byteWidth * at);
    else values.refuse(at, `${part.length} bytes, where there must be ${byteWidth}`);
  }
  return makeData({ type, ...validity.properties, data } as never);
}

function buildStruct({ type, members }: StructShape, values: Values): Data {
  const validity = new Validity(values.items.length);
  const objects = values.items.map((value, at) => {
    if (value === null || value === undefined) validity.clear(at);
    else if (isObject(value)) return value;
    else values.refuse(at, `expected an object, got ${kindOf(value)}`);
    return undefined;
  });
  const children = buildMembers(members, objects, values);
  return makeData({ type, ...validity.properties, children } as never);
}

/** The columns of some objects, in order, those of which nothing is known aside. */
export function buildMembers(
  members: readonly RowColumn[],
  objects: readonly (object | undefined)[],
  values: Values,
): Data[] {
  return members.flatMap((member) => {
    const items = readMembers(objects, member.name);
    return buildColumn(member, values.member(items, member.path)) ?? [];
  });
}

/** Objects that have no members to speak of. */
const NO_RECORDS = [Date, Map, Set, Promise, RegExp];

/** Whether a value has members rather than a meaning of its own. */
export function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value) &&
    !NO_RECORDS.some((Kind) => value instanceof Kind) && bytesOf(value) === undefined;
}

function buildList({ type, element, size }: ListShape, values: Values): Data {
  const inside = new Inside(values);
  values.items.forEach((value, at) => {
    if (value === null || value === undefined) inside.skip(at);
    else if (!isListLike(value)) values.refuse(at, `expected an array, got ${kindOf(value)}`);
    else if (size !== undefined && value.length !== size) {
      values.refuse(at, `${value.length} elements, where there must be ${size}`);
    } else inside.add(at, value);
    inside.end(at);
  });
  const child = buildColumn(element, inside.values(inside.items, element.path));
  return makeData({ type, ...inside.properties, child } as never);
}

/** Whether a value is an array or a typed one. */
export function isListLike(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

function buildMap({ type, key, value: valueColumn }: MapShape, values: Values): Data {
  const inside = new Inside(values);
  const meanings: unknown[] = [];
  values.items.forEach((value, at) => {
    if (value === null || value === undefined) inside.skip(at);
    else if (value instanceof Map) {
      inside.add(at, [...value.keys()]);
      for (const meaning of value.values()) meanings.push(meaning);
    } else if (isObject(value)) {
      const names = Object.keys(value);
      inside.add(at, names.map((name) => keyOf(name, key)));
      for (const meaning of Object.values(value)) meanings.push(meaning);
    } else values.refuse(at, `expected a Map or an object, got ${kindOf(value)}`);
    inside.end(at);
  });
  const entries = makeData({
    type: type.children[0]!.type,
    length: meanings.length,
    nullCount: 0,
    children: [
      buildColumn(key, inside.values(inside.items, key.path)),
      buildColumn(valueColumn, inside.values(meanings, valueColumn.path)),
    ],
  } as never);
  return makeData({ type, ...inside.properties, child: entries } as never);
}

/** A name as the key that the map has; itself if it cannot be one, to be refused as such. */
function keyOf(name: string, { shape }: RowColumn): unknown {
  if (shape.kind !== "scalar") return name;
  if (shape.type.typeId === Type.Bool) return name === "true" || (name === "false" ? false : name);
  return shape.type.typeId === Type.Int && /^-?\d{1,20}$/.test(name) ? BigInt(name) : name;
}

/** What is inside of lists or maps, on its way into one array. */
class Inside {
  /** Elements or keys. */
  readonly items: unknown[] = [];
  readonly #values: Values;
  readonly #rows: number[] = [];
  readonly #validity: Validity;
  readonly #offsets: Int32Array;

  constructor(values: Values) {
    this.#values = values;
    this.#validity = new Validity(values.items.length);
    this.#offsets = new Int32Array(values.items.length + 1);
  }

  skip(at: number): void {
    this.#validity.clear(at);
  }

  add(at: number, items: ArrayLike<unknown>): void {
    const row = this.#values.rowAt(at);
    for (let index = 0; index < items.length; index++) {
      this.items.push(items[index]);
      this.#rows.push(row);
    }
  }

  end(at: number): void {
    this.#offsets[at + 1] = this.items.length;
  }

  values(items: readonly unknown[], path: string): Values {
    return this.#values.inside(items, Uint32Array.from(this.#rows), path);
  }

  get properties(): object {
    return { ...this.#validity.properties, valueOffsets: this.#offsets };
  }
}
