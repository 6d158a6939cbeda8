/**
 * A column of every Arrow type that can be sent, and what other readers make of it.
 *
 * @module
 */
import * as arrow from "apache-arrow";
import { arrayOf, bits, rawArray } from "../../encode/build.ts";

/** A column, and its values as DuckDB writes them. */
export interface TypedColumn {
  /** The values: always three, the second one null. */
  readonly data: arrow.Data;
  /** What `CAST(column AS VARCHAR)` gives; absent where DuckDB does not take the type. */
  readonly duckDb: readonly (string | null)[] | undefined;
  /** What the Protobuf record has; absent where there is no such field. */
  readonly json: readonly unknown[];
}

const VALID = bits(1, 0, 1);

function numbers(
  type: arrow.DataType,
  data: unknown,
  texts: [string, string] | undefined,
  json: unknown[],
): TypedColumn {
  const array = rawArray(type, { length: 3, nullCount: 1, nullBitmap: VALID, data });
  return column(array, texts, json);
}

function column(
  data: arrow.Data,
  texts: [string, string] | undefined,
  json: unknown[],
): TypedColumn {
  return { data, duckDb: texts === undefined ? undefined : [texts[0], null, texts[1]], json };
}

/** Short texts as the views that hold them: length, then the bytes. */
function viewsOf(texts: readonly string[]): Uint8Array {
  const views = new Uint8Array(16 * texts.length);
  for (const [index, text] of texts.entries()) {
    const bytes = new TextEncoder().encode(text);
    views[16 * index] = bytes.byteLength;
    views.set(bytes, 16 * index + 4);
  }
  return views;
}

const TEXTS = ["Zoë", null, ""];
const BLOBS = [Uint8Array.of(1, 255), null, new Uint8Array(0)];
const DECIMAL = [Uint32Array.of(1999, 0, 0, 0), null, new Uint32Array(4).fill(~0)];

/** The columns by name. */
export const EVERY_TYPE: Readonly<Record<string, TypedColumn>> = {
  int8: numbers(new arrow.Int8(), Int8Array.of(-128, 0, 127), ["-128", "127"], [-128, 127]),
  int16: numbers(new arrow.Int16(), Int16Array.of(-9, 0, 9), ["-9", "9"], [-9, 9]),
  int32: numbers(new arrow.Int32(), Int32Array.of(-9, 0, 9), ["-9", "9"], [-9, 9]),
  int64: numbers(new arrow.Int64(), BigInt64Array.of(-(2n ** 63n), 0n, 5n), [
    "-9223372036854775808",
    "5",
  ], ["-9223372036854775808", "5"]),
  uint8: numbers(new arrow.Uint8(), Uint8Array.of(255, 0, 1), ["255", "1"], [255, 1]),
  uint16: numbers(new arrow.Uint16(), Uint16Array.of(65_535, 0, 1), ["65535", "1"], [65_535, 1]),
  uint32: numbers(new arrow.Uint32(), Uint32Array.of(4_294_967_295, 0, 1), ["4294967295", "1"], [
    "4294967295",
    "1",
  ]),
  uint64: numbers(new arrow.Uint64(), BigUint64Array.of(7n, 0n, 1n), ["7", "1"], ["7", "1"]),
  float16: numbers(new arrow.Float16(), Uint16Array.of(0x3e00, 0, 0xc000), undefined, [
    1.5,
    -2,
  ]),
  float32: numbers(new arrow.Float32(), Float32Array.of(1.5, 0, -2), ["1.5", "-2.0"], [1.5, -2]),
  float64: numbers(new arrow.Float64(), Float64Array.of(0.1, 0, -2), ["0.1", "-2.0"], [0.1, -2]),
  bool: column(arrayOf(new arrow.Bool(), [true, null, false]), ["true", "false"], [true, false]),
  utf8: column(arrayOf(new arrow.Utf8(), TEXTS), ["Zoë", ""], ["Zoë", ""]),
  large_utf8: column(arrayOf(new arrow.LargeUtf8(), TEXTS), ["Zoë", ""], ["Zoë", ""]),
  binary: column(arrayOf(new arrow.Binary(), BLOBS), ["\\x01\\xFF", ""], ["Af8=", ""]),
  large_binary: column(arrayOf(new arrow.LargeBinary(), BLOBS), ["\\x01\\xFF", ""], ["Af8=", ""]),
  fixed_binary: column(
    arrayOf(new arrow.FixedSizeBinary(2), [Uint8Array.of(1, 2), null, Uint8Array.of(3, 4)]),
    ["\\x01\\x02", "\\x03\\x04"],
    ["AQI=", "AwQ="],
  ),
  date32: numbers(new arrow.DateDay(), Int32Array.of(20_484, 0, -1), ["2026-01-31", "1969-12-31"], [
    20_484,
    -1,
  ]),
  date64: numbers(
    new arrow.DateMillisecond(),
    BigInt64Array.of(86_400_000n, 0n, -86_400_000n),
    ["1970-01-02", "1969-12-31"],
    [1, -1],
  ),
  timestamp_s: numbers(
    new arrow.TimestampSecond(),
    BigInt64Array.of(1n, 0n, -1n),
    ["1970-01-01 00:00:01", "1969-12-31 23:59:59"],
    ["1000000", "-1000000"],
  ),
  timestamp_ms: numbers(
    new arrow.TimestampMillisecond(),
    BigInt64Array.of(1n, 0n, -1n),
    ["1970-01-01 00:00:00.001", "1969-12-31 23:59:59.999"],
    ["1000", "-1000"],
  ),
  timestamp_us: numbers(
    new arrow.TimestampMicrosecond("UTC"),
    BigInt64Array.of(1_700_000_000_123_456n, 0n, -1n),
    ["2023-11-14 22:13:20.123456+00", "1969-12-31 23:59:59.999999+00"],
    ["1700000000123456", "-1"],
  ),
  timestamp_ns: numbers(
    new arrow.TimestampNanosecond(),
    BigInt64Array.of(1_500n, 0n, -1_000n),
    ["1970-01-01 00:00:00.0000015", "1969-12-31 23:59:59.999999"],
    ["1", "-1"],
  ),
  time32: numbers(new arrow.TimeMillisecond(), Int32Array.of(1, 0, 2), [
    "00:00:00.001",
    "00:00:00.002",
  ], ["1000", "2000"]),
  time64: numbers(
    new arrow.TimeMicrosecond(),
    BigInt64Array.of(1n, 0n, 2n),
    ["00:00:00.000001", "00:00:00.000002"],
    ["1", "2"],
  ),
  time64_ns: numbers(
    new arrow.TimeNanosecond(),
    BigInt64Array.of(1_000n, 0n, 2_000n),
    ["00:00:00.000001", "00:00:00.000002"],
    ["1", "2"],
  ),
  duration: numbers(
    new arrow.DurationMillisecond(),
    BigInt64Array.of(1n, 0n, 2n),
    ["00:00:00.001", "00:00:00.002"],
    ["1000", "2000"],
  ),
  decimal128: column(arrayOf(new arrow.Decimal(2, 12, 128), DECIMAL), ["19.99", "-0.01"], [
    "19.99",
    "-0.01",
  ]),
  decimal256: column(
    arrayOf(new arrow.Decimal(2, 50, 256), [
      Uint32Array.of(1999, 0, 0, 0, 0, 0, 0, 0),
      null,
      new Uint32Array(8).fill(~0),
    ]),
    undefined,
    ["19.99", "-0.01"],
  ),
  large_list: column(
    rawArray(new arrow.LargeList(new arrow.Field("item", new arrow.Int32(), false)), {
      length: 3,
      nullCount: 1,
      nullBitmap: VALID,
      valueOffsets: BigInt64Array.of(0n, 2n, 2n, 3n),
      child: rawArray(new arrow.Int32(), { length: 3, data: Int32Array.of(1, 2, 3) }),
    }),
    ["[1, 2]", "[3]"],
    [[1, 2], [3]],
  ),
  list: column(
    arrayOf(new arrow.List(new arrow.Field("item", new arrow.Int32(), false)), [[1, 2], null, []]),
    ["[1, 2]", "[]"],
    [[1, 2], undefined],
  ),
  fixed_size_list: column(
    arrayOf(new arrow.FixedSizeList(2, new arrow.Field("item", new arrow.Int32(), false)), [
      [1, 2],
      null,
      [3, 4],
    ]),
    ["[1, 2]", "[3, 4]"],
    [[1, 2], [3, 4]],
  ),
  utf8_view: column(
    rawArray(new arrow.Utf8View(), {
      length: 3,
      nullCount: 1,
      nullBitmap: VALID,
      views: viewsOf(["Zoë", "", "ok"]),
      variadicBuffers: [],
    }),
    ["Zoë", "ok"],
    ["Zoë", "ok"],
  ),
  binary_view: column(
    rawArray(new arrow.BinaryView(), {
      length: 3,
      nullCount: 1,
      nullBitmap: VALID,
      views: viewsOf(["a", "", "b"]),
      variadicBuffers: [],
    }),
    ["a", "b"],
    ["YQ==", "Yg=="],
  ),
  struct: column(
    arrayOf(new arrow.Struct([new arrow.Field("a", new arrow.Int32(), true)]), [
      { a: 1 },
      null,
      { a: null },
    ]),
    ["{'a': 1}", "{'a': NULL}"],
    [{ a: 1 }, {}],
  ),
  map: column(
    arrayOf(
      new arrow.Map_(
        new arrow.Field(
          "entries",
          new arrow.Struct([
            new arrow.Field("key", new arrow.Utf8(), false),
            new arrow.Field("value", new arrow.Int32(), false),
          ]) as never,
          false,
        ),
      ),
      [new Map([["x", 1]]), null, new Map()],
    ),
    ["{x=1}", "{}"],
    [{ x: 1 }, undefined],
  ),
  dictionary: column(
    arrayOf(new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32()), ["AA", null, "UA"]),
    ["AA", "UA"],
    ["AA", "UA"],
  ),
};
