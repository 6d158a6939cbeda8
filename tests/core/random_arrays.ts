/**
 * Random arrays of every type that apache-arrow has, made from raw buffers: nulls, garbage under
 * nulls, empty and absent buffers, and elements that no offset points at.
 */
import * as arrow from "apache-arrow";

/** A number in [0, 1). */
export type Random = () => number;

const field = (name: string, type: arrow.DataType, nullable = true): arrow.Field =>
  new arrow.Field(name, type, nullable);
const { DAY, MILLISECOND: DATE_MS } = arrow.DateUnit;
const { SECOND, MILLISECOND, MICROSECOND, NANOSECOND } = arrow.TimeUnit;
const entries = (key: arrow.DataType, value: arrow.DataType): arrow.Field<arrow.Struct> =>
  field(
    "entries",
    new arrow.Struct([field("key", key, false), field("value", value)]),
    false,
  ) as arrow.Field<arrow.Struct>;
const members = [
  field("number", new arrow.Int32()),
  field("text", new arrow.Utf8()),
  field("pair", new arrow.Struct([field("a", new arrow.Bool()), field("b", new arrow.Int64())])),
];

/** One type of each layout, unit and width, and nested combinations. */
export const ARROW_TYPES: readonly arrow.DataType[] = [
  new arrow.Null(),
  new arrow.Bool(),
  new arrow.Int8(),
  new arrow.Int16(),
  new arrow.Int32(),
  new arrow.Int64(),
  new arrow.Uint8(),
  new arrow.Uint16(),
  new arrow.Uint32(),
  new arrow.Uint64(),
  new arrow.Float16(),
  new arrow.Float32(),
  new arrow.Float64(),
  new arrow.Decimal(2, 9, 32),
  new arrow.Decimal(2, 18, 64),
  new arrow.Decimal(10, 38, 128),
  new arrow.Decimal(20, 76, 256),
  new arrow.FixedSizeBinary(1),
  new arrow.FixedSizeBinary(7),
  new arrow.FixedSizeBinary(16),
  new arrow.Utf8(),
  new arrow.LargeUtf8(),
  new arrow.Utf8View(),
  new arrow.Binary(),
  new arrow.LargeBinary(),
  new arrow.BinaryView(),
  new arrow.Date_(DAY),
  new arrow.Date_(DATE_MS),
  new arrow.Time(SECOND, 32),
  new arrow.Time(MILLISECOND, 32),
  new arrow.Time(MICROSECOND, 64),
  new arrow.Time(NANOSECOND, 64),
  ...[SECOND, MILLISECOND, MICROSECOND, NANOSECOND].flatMap((unit) => [
    new arrow.Timestamp(unit, unit === MICROSECOND ? "Europe/Helsinki" : null),
    new arrow.Duration(unit),
  ]),
  new arrow.IntervalYearMonth(),
  new arrow.IntervalDayTime(),
  new arrow.IntervalMonthDayNano(),
  new arrow.List(field("item", new arrow.Int16())),
  new arrow.List(field("item", new arrow.List(field("item", new arrow.Utf8())))),
  new arrow.LargeList(field("item", new arrow.Utf8View())),
  new arrow.FixedSizeList(3, field("item", new arrow.Float64())),
  new arrow.FixedSizeList(
    2,
    field("item", new arrow.FixedSizeList(2, field("x", new arrow.Bool()))),
  ),
  new arrow.Struct(members),
  new arrow.Struct([field("list", new arrow.List(field("item", new arrow.Struct(members))))]),
  new arrow.Map_(entries(new arrow.Utf8(), new arrow.Int32())),
  new arrow.Map_(entries(new arrow.Int64(), new arrow.List(field("item", new arrow.Bool())))),
  new arrow.SparseUnion([0, 1, 2], members),
  new arrow.DenseUnion([7, 3, 5], members),
  new arrow.List(field("item", new arrow.DenseUnion([0, 1, 2], members))),
  new arrow.Dictionary(new arrow.Utf8(), new arrow.Int8()),
  new arrow.Dictionary(new arrow.Struct(members), new arrow.Uint32()),
  new arrow.Struct([field("word", new arrow.Dictionary(new arrow.Utf8(), new arrow.Int16()))]),
];

/** A batch with one column for each type, called `c0`, `c1` and so on. */
export function randomBatch(
  types: readonly arrow.DataType[],
  length: number,
  random: Random,
): arrow.RecordBatch {
  const fields = types.map((type, i) => field(`c${i}`, type));
  const children = types.map((type) => randomData(type, length, random));
  const schema = new arrow.Schema(fields, new Map([["made by", "chance"]]));
  const struct = arrow.makeData({ type: new arrow.Struct(fields), length, children, nullCount: 0 });
  return new arrow.RecordBatch(schema, struct);
}

/** An array of the type; about a fifth of it null, unless it has no nulls at all. */
export function randomData(type: arrow.DataType, length: number, random: Random): arrow.Data {
  const common = { type, length, ...randomValidity(length, random) };
  // makeData's overloads follow the type, which is known only here.
  const make = (parts: object): arrow.Data => arrow.makeData({ ...common, ...parts } as never);
  switch (type.typeId) {
    case arrow.Type.Null:
      return make({});
    case arrow.Type.Bool:
      return make({ data: randomBytes((length + 7) >> 3, random) });
    case arrow.Type.Utf8:
    case arrow.Type.LargeUtf8:
    case arrow.Type.Binary:
    case arrow.Type.LargeBinary: {
      const valueOffsets = randomOffsets(type, length, 9, random);
      const size = Number(valueOffsets[length]!) + below(4, random);
      return make({ valueOffsets, data: randomText(size, random) });
    }
    case arrow.Type.Utf8View:
    case arrow.Type.BinaryView:
      return make(randomViews(length, random));
    case arrow.Type.List:
    case arrow.Type.LargeList:
    case arrow.Type.Map: {
      const valueOffsets = randomOffsets(type, length, 4, random);
      const size = Number(valueOffsets[length]!) + below(4, random);
      return make({ valueOffsets, child: randomData(childType(type, 0), size, random) });
    }
    case arrow.Type.FixedSizeList: {
      const size = length * (type as arrow.FixedSizeList).listSize;
      return make({ child: randomData(childType(type, 0), size, random) });
    }
    case arrow.Type.Struct:
      return make({ children: randomChildren(type, () => length, random) });
    case arrow.Type.Union:
      return make({ ...randomUnion(type as arrow.Union, length, random), nullCount: -1 });
    case arrow.Type.Dictionary: {
      const { dictionary, indices } = type as arrow.Dictionary;
      const words = randomData(dictionary, 5, random);
      const data = new (indices.ArrayType as Uint8ArrayConstructor)(length);
      return make({
        data: data.map(() => below(5, random)),
        dictionary: new arrow.Vector([words]),
      });
    }
    case arrow.Type.Date:
    case arrow.Type.Timestamp: // the getters refuse what no number can hold
      return make({ data: dates(type, length, random) });
    default: {
      const Values = type.ArrayType as unknown as Uint8ArrayConstructor;
      const { stride } = new arrow.Data(type, 0, 0);
      const bytes = randomBytes(length * stride * Values.BYTES_PER_ELEMENT, random);
      return make({ data: new Values(bytes.buffer) });
    }
  }
}

function dates(type: arrow.DataType, length: number, random: Random): Int32Array | BigInt64Array {
  const days = Int32Array.from({ length }, () => below(2 ** 32, random) | 0);
  return type.ArrayType === Int32Array ? days : BigInt64Array.from(days, (day) => BigInt(day));
}

function randomUnion(type: arrow.Union, length: number, random: Random): object {
  const chosen = Array.from({ length }, () => below(type.children.length, random));
  const typeIds = Int8Array.from(chosen, (member) => type.typeIds[member]!);
  if (type.mode === arrow.UnionMode.Sparse) {
    return { typeIds, children: randomChildren(type, () => length, random) };
  }
  const used = type.children.map(() => 0);
  const valueOffsets = Int32Array.from(chosen, (member) => used[member]!++);
  return { typeIds, valueOffsets, children: randomChildren(type, (i) => used[i]! + 1, random) };
}

function randomChildren(
  type: arrow.DataType,
  length: (child: number) => number,
  random: Random,
): arrow.Data[] {
  return type.children!.map((_, i) => randomData(childType(type, i), length(i), random));
}

function childType(type: arrow.DataType, child: number): arrow.DataType {
  return (type.children as arrow.Field[])[child]!.type;
}

function randomValidity(length: number, random: Random): { nullBitmap?: Uint8Array } {
  if (random() < 0.3) return {};
  const nullBitmap = new Uint8Array((length + 7) >> 3);
  for (let i = 0; i < length; i++) if (random() < 0.8) nullBitmap[i >> 3]! |= 1 << (i & 7);
  return { nullBitmap };
}

function randomOffsets(
  type: arrow.DataType,
  length: number,
  longest: number,
  random: Random,
): Int32Array | BigInt64Array {
  let end = below(3, random);
  const offsets = Int32Array.from(
    { length: length + 1 },
    (_, i) => i === 0 ? end : end += below(longest, random),
  );
  return type.OffsetArrayType === BigInt64Array
    ? BigInt64Array.from(offsets, (offset) => BigInt(offset))
    : offsets;
}

function randomViews(length: number, random: Random): object {
  const variadicBuffers = [randomText(40, random), randomText(60, random)];
  const views = new Uint8Array(16 * length);
  const words = new DataView(views.buffer);
  for (let i = 0; i < length; i++) {
    const size = below(25, random);
    words.setInt32(16 * i, size, true);
    if (size <= 12) {
      views.set(randomText(size, random), 16 * i + 4);
    } else {
      const buffer = below(2, random);
      const offset = below(15, random);
      views.set(variadicBuffers[buffer]!.subarray(offset, offset + 4), 16 * i + 4);
      words.setInt32(16 * i + 8, buffer, true);
      words.setInt32(16 * i + 12, offset, true);
    }
  }
  return { views, variadicBuffers };
}

/** ASCII, so that it is valid UTF-8 wherever it is cut. */
function randomText(size: number, random: Random): Uint8Array {
  return randomBytes(size, random).map((byte) => 97 + byte % 26);
}

function randomBytes(size: number, random: Random): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: size }, () => below(256, random));
}

function below(limit: number, random: Random): number {
  return Math.floor(random() * limit);
}
