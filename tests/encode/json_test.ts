import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  Binary,
  BinaryView,
  Bool,
  type Data,
  type DataType,
  DateDay,
  DateMillisecond,
  Decimal,
  Dictionary,
  DurationSecond,
  Field,
  FixedSizeBinary,
  FixedSizeList,
  Float16,
  Float32,
  Float64,
  Int16,
  Int32,
  Int64,
  Int8,
  LargeBinary,
  LargeList,
  LargeUtf8,
  List,
  Map_,
  type RecordBatch,
  Struct,
  TimeMillisecond,
  TimeNanosecond,
  TimeSecond,
  TimestampMicrosecond,
  TimestampMillisecond,
  TimestampNanosecond,
  TimestampSecond,
  Uint32,
  Uint64,
  Uint8,
  Utf8,
  Utf8View,
  Vector,
} from "apache-arrow";
import { buildArray } from "../../src/core/build_array.ts";
import { withoutPauses } from "../../src/encode/cut_requests.ts";
import type { EncodedRows } from "../../src/encode/encoded_rows.ts";
import { encodeJsonRequests } from "../../src/encode/json/encode_json_requests.ts";
import { DEFAULT_LIMITS, type EncodeLimits } from "../../src/encode/limits.ts";
import { planFor } from "../../src/schema/plan.ts";
import { test } from "../harness/mod.ts";
import { batchOf, bits, type ColumnSource, failuresOf, rawArray, viewsOf } from "./build.ts";

function encode(batch: RecordBatch, limits: Partial<EncodeLimits> = {}): EncodedRows[] {
  const all = { ...DEFAULT_LIMITS, ...limits };
  return [...withoutPauses(encodeJsonRequests(planFor(batch.schema), batch, all))];
}

function texts(requests: readonly EncodedRows[]): string[] {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  return requests.flatMap((rows) =>
    Array.from({ length: rows.rowCount }, (_, index) => decoder.decode(rows.row(index)))
  );
}

/** What the values of a column `x` are, as text; undefined where there is none. */
function columnTexts(column: ColumnSource): (string | undefined)[] {
  return texts(encode(batchOf({ x: column }))).map((text) =>
    text === "{}" ? undefined : text.slice('{"x":'.length, -1)
  );
}

const numbers = (type: DataType, data: ArrayBufferView & { readonly length: number }): Data =>
  rawArray(type, { length: data.length, data });
const longs = (...values: bigint[]) => BigInt64Array.from(values);
const utf8 = (...values: (string | null)[]): Data => buildArray(new Utf8(), values);
const encoded = (text: string) => new TextEncoder().encode(text);
const MAX_64 = 2n ** 63n - 1n;
const DAY = 86_400_000n;

const SCALARS: readonly (readonly [string, Data, readonly string[]])[] = [
  ["int8", numbers(new Int8(), Int8Array.of(-128, 0, 127)), ["-128", "0", "127"]],
  ["uint8", numbers(new Uint8(), Uint8Array.of(255)), ["255"]],
  ["int16", numbers(new Int16(), Int16Array.of(-32768, 9, 10)), ["-32768", "9", "10"]],
  [
    "int32",
    numbers(new Int32(), Int32Array.of(-(2 ** 31), -7, 99, 100, 12_345, 123_456, 2 ** 31 - 1)),
    ["-2147483648", "-7", "99", "100", "12345", "123456", "2147483647"],
  ],
  ["uint32", numbers(new Uint32(), Uint32Array.of(4_294_967_295)), ["4294967295"]],
  [
    "int64",
    numbers(
      new Int64(),
      longs(0n, -1n, 1_000_000_000n, 999_999_999n, 2n ** 53n - 1n, 2n ** 53n + 1n, -(2n ** 63n)),
    ),
    [
      "0",
      "-1",
      "1000000000",
      "999999999",
      "9007199254740991",
      '"9007199254740993"',
      '"-9223372036854775808"',
    ],
  ],
  [
    "uint64",
    numbers(new Uint64(), BigUint64Array.of(5n, MAX_64)),
    ["5", '"9223372036854775807"'],
  ],
  [
    "float64",
    numbers(new Float64(), Float64Array.of(0.1, -0, 0, 1e21, 1e-7, 12_345_678_901, -2.5)),
    ["0.1", "-0.0", "0", "1e+21", "1e-7", "12345678901", "-2.5"],
  ],
  [
    "float32",
    numbers(
      new Float32(),
      Float32Array.of(0.1, 1.5, -0, 16_777_216, 3.4028234663852886e38, 2 ** -149, 1 / 3),
    ),
    ["0.1", "1.5", "-0.0", "16777216", "3.4028235e+38", "1e-45", "0.33333334"],
  ],
  [
    "float16",
    numbers(new Float16(), Uint16Array.of(0x3c00, 0xc100, 0x2e66, 0x0001)),
    ["1", "-2.5", "0.099975586", "5.9604645e-8"],
  ],
  ["bool", buildArray(new Bool(), [true, false, null]), ["true", "false"]],
  [
    "text",
    utf8('ä"\\\n\u0001€😀', "", "plain", "\u007f/"),
    ['"ä\\"\\\\\\n\\u0001€😀"', '""', '"plain"', '"\u007f/"'],
  ],
  [
    "bytes",
    buildArray(new Binary(), [Uint8Array.of(255, 0, 62, 63), Uint8Array.of(1, 2), Uint8Array.of()]),
    ['"/wA+Pw=="', '"AQI="', '""'],
  ],
  [
    "bytes of one size",
    rawArray(new FixedSizeBinary(3), { length: 2, data: Uint8Array.of(0, 0, 0, 1, 2, 3) }),
    ['"AAAA"', '"AQID"'],
  ],
  [
    "large text",
    rawArray(new LargeUtf8(), {
      length: 2,
      valueOffsets: longs(0n, 2n, 3n),
      data: new TextEncoder().encode("abc"),
    }),
    ['"ab"', '"c"'],
  ],
  [
    "large bytes",
    rawArray(new LargeBinary(), {
      length: 2,
      valueOffsets: longs(0n, 0n, 2n),
      data: Uint8Array.of(1, 2),
    }),
    ['""', '"AQI="'],
  ],
  [
    "date",
    numbers(new DateDay(), Int32Array.of(-719_162, -1, 19_000)),
    ["-719162", "-1", "19000"],
  ],
  [
    "date in milliseconds",
    numbers(new DateMillisecond(), longs(DAY, DAY - 1n, -1n)),
    ["1", "0", "-1"],
  ],
  [
    "timestamp in seconds",
    numbers(new TimestampSecond(), longs(2n, 9_223_372_036_854n)),
    ["2000000", '"9223372036854000000"'],
  ],
  ["timestamp in ms", numbers(new TimestampMillisecond(), longs(1_500n, -1n)), [
    "1500000",
    "-1000",
  ]],
  [
    "timestamp in µs",
    numbers(new TimestampMicrosecond(), longs(1_700_000_000_123_456n)),
    ["1700000000123456"],
  ],
  [
    "timestamp in ns, rounded down",
    numbers(new TimestampNanosecond(), longs(-1n, 1_999n, MAX_64, 1_700_000_000_123_456_789n)),
    ["-1", "1", '"9223372036854775"', "1700000000123456"],
  ],
  ["time in seconds", numbers(new TimeSecond(), Int32Array.of(86_399)), ["86399000000"]],
  ["time in milliseconds", numbers(new TimeMillisecond(), Int32Array.of(1)), ["1000"]],
  ["time in nanoseconds", numbers(new TimeNanosecond(), longs(2_001n)), ["2"]],
  ["duration", numbers(new DurationSecond(), longs(-3n)), ["-3000000"]],
  [
    "decimal",
    rawArray(new Decimal(2, 10, 128), {
      length: 3,
      data: Uint32Array.of(1999, 0, 0, 0, 0xffff_fffb, ...Array(3).fill(0xffff_ffff), 0, 0, 0, 0),
    }),
    ['"19.99"', '"-0.05"', '"0.00"'],
  ],
];

for (const [name, column, expected] of SCALARS) {
  test(`JSON of ${name}`, () => {
    assertEquals(columnTexts(column).filter((text) => text !== undefined), [...expected]);
  });
}

test("JSON of views, short and long", () => {
  assertEquals(columnTexts(viewsOf(new Utf8View(), ["short", "longer than twelve"].map(encoded))), [
    '"short"',
    '"longer than twelve"',
  ]);
  assertEquals(columnTexts(viewsOf(new BinaryView(), [encoded("A")])), ['"QQ=="']);
});

const ITEM = new Field("item", new Int32(), true);
const ELEMENTS = numbers(new Int32(), Int32Array.of(1, 2, 3, 4));

test("JSON of lists in every layout", () => {
  const list = buildArray(new List(ITEM), [[1, 2], [], null, [3]]);
  assertEquals(columnTexts(list), ["[1,2]", "[]", undefined, "[3]"]);
  const fixed = rawArray(new FixedSizeList(2, ITEM), { length: 2, child: ELEMENTS });
  assertEquals(columnTexts(fixed), ["[1,2]", "[3,4]"]);
  const large = rawArray(new LargeList(ITEM), {
    length: 2,
    valueOffsets: longs(0n, 3n, 4n),
    child: ELEMENTS,
  });
  assertEquals(columnTexts(large), ["[1,2,3]", "[4]"]);
});

function mapType(key: DataType, value: DataType): DataType {
  const fields = [new Field("key", key, false), new Field("value", value, true)];
  return new Map_(new Field("entries", new Struct(fields), false) as never);
}

test("JSON of maps, whose keys are text whatever they were", () => {
  const byText = buildArray(mapType(new Utf8(), new Int32()), [
    new Map([["a", 1], ['"', 2]]),
    new Map(),
    null,
  ]);
  assertEquals(columnTexts(byText), ['{"a":1,"\\"":2}', "{}", undefined]);
  const byNumber = buildArray(mapType(new Int64(), new Utf8()), [
    new Map([[1n, "x"], [2n ** 60n, "y"]]),
  ]);
  assertEquals(columnTexts(byNumber), ['{"1":"x","1152921504606846976":"y"}']);
  const byBool = buildArray(mapType(new Bool(), new Bool()), [new Map([[true, false]])]);
  assertEquals(columnTexts(byBool), ['{"true":false}']);
});

test("JSON of structs leaves nulls out at every depth", () => {
  const inner = new Struct([new Field("y", new Utf8(), true)]);
  const outer = new Struct([
    new Field("x", new Int32(), true),
    new Field("inner", inner, true),
  ] as never[]);
  const rows = [
    { x: 1, inner: { y: "z" } },
    { x: null, inner: { y: null } },
    { inner: null },
    null,
  ];
  assertEquals(columnTexts(buildArray(outer, rows)), [
    '{"x":1,"inner":{"y":"z"}}',
    '{"inner":{}}',
    "{}",
    undefined,
  ]);
});

test("JSON of dictionaries of several chunks, with nulls among indices and values", () => {
  const type = new Dictionary(new Utf8(), new Int8());
  const column = rawArray(type, {
    length: 5,
    nullCount: 1,
    nullBitmap: bits(1, 1, 1, 0, 1),
    data: Int8Array.of(0, 2, 1, 0, 3),
    dictionary: new Vector([utf8("a", null), utf8("b", "c")]),
  });
  assertEquals(columnTexts(column), ['"a"', '"b"', undefined, undefined, '"c"']);
});

test("JSON of several columns, of which some are null", () => {
  const batch = batchOf({
    a: buildArray(new Int32(), [null, 2, null]),
    b: utf8("p", null, null),
    c: buildArray(new Bool(), [null, true, null]),
  });
  assertEquals(texts(encode(batch)), ['{"b":"p"}', '{"a":2,"c":true}', "{}"]);
});

/** A column with one value that has no JSON, and why. */
const REFUSED: readonly (readonly [string, ColumnSource, string])[] = [
  ["NaN", numbers(new Float64(), Float64Array.of(NaN)), '"x": NaN or infinity'],
  ["infinite float32", numbers(new Float32(), Float32Array.of(-Infinity)), '"x": NaN or infinity'],
  ["uint64", numbers(new Uint64(), BigUint64Array.of(2n ** 63n)), '"x": number beyond 2^63'],
  ["timestamp", numbers(new TimestampSecond(), longs(2n ** 62n)), '"x": time that is no 64-bit'],
  ["date", numbers(new DateMillisecond(), longs(MAX_64)), '"x": date that is no 32-bit'],
  ["null", { required: utf8(null) }, '"x": null, but the column is not nullable'],
  [
    "null element",
    buildArray(new List(ITEM), [[1, null]]),
    '"x[]": null element, which a list in a JSON record may not have',
  ],
  [
    "null element by way of a dictionary",
    rawArray(new List(new Field("item", new Dictionary(new Utf8(), new Int8()), true)), {
      length: 1,
      valueOffsets: Int32Array.of(0, 1),
      child: rawArray(new Dictionary(new Utf8(), new Int8()), {
        length: 1,
        data: Int8Array.of(0),
        dictionary: new Vector([utf8(null)]),
      }),
    }),
    '"x[]": null element, which a list in a JSON record may not have',
  ],
  [
    "null value",
    buildArray(mapType(new Utf8(), new Int32()), [new Map([["k", null]])]),
    '"x.value": null value, which a map in a JSON record may not have',
  ],
];

for (const [name, column, message] of REFUSED) {
  test(`JSON refuses a row with ${name}, and says why in terms of JSON`, () => {
    const [rows] = encode(batchOf({ x: column }));
    const [failure] = failuresOf(rows!);
    assert(failure?.startsWith(`row 0, column ${message}`), failure);
    assert(!/protobuf|repeated|fixed64/i.test(failure!), failure);
    assertEquals(rows!.rowCount, 0);
  });
}

test("JSON fails the rows whose numbers it cannot say, and no others", () => {
  const [rows] = encode(
    batchOf({ x: numbers(new Float64(), Float64Array.of(NaN, 1, Infinity, 2)) }),
  );
  assertEquals(rows!.failedRows.map(({ row }) => row), [0, 2]);
  assertEquals(rows!.failedRows[0]!.error.details, { row: 0, column: "x" });
  assertEquals([0, 1].map((index) => rows!.sourceRow(index)), [1, 3]);
});

test("JSON fails a row of text that is not UTF-8", () => {
  const data = rawArray(new Utf8(), {
    length: 2,
    valueOffsets: Int32Array.of(0, 1, 2),
    data: Uint8Array.of(0x61, 0xff),
  });
  const [rows] = encode(batchOf({ x: data }));
  assertEquals(rows!.failedRows.map(({ row }) => row), [1]);
  assertEquals(texts([rows!]), ['{"x":"a"}']);
});

test("JSON requests keep to their bounds, and a row too large fails alone", () => {
  const values = ["a".repeat(10), '"'.repeat(40), "b".repeat(200), "c", "d"];
  const requests = encode(batchOf({ x: utf8(...values) }), {
    maxRecordBytes: 100,
    maxRequestBytes: 110,
    maxRecords: 2,
  });
  assert(requests.every(({ bytes, rowCount }) => bytes.length <= 110 && rowCount <= 2));
  const failed = requests.flatMap(({ failedRows }) => failedRows.map(({ row }) => row));
  assertEquals(failed, [2]);
  const written = texts(requests).map((text) => JSON.parse(text).x);
  assertEquals(written, values.filter((_, row) => row !== 2));
});

test("JSON of another schema's plan is refused", () => {
  const batch = batchOf({ x: ELEMENTS });
  const other = batchOf({ y: ELEMENTS });
  const requests = encodeJsonRequests(planFor(other.schema), batch, DEFAULT_LIMITS);
  assertThrows(() => requests.next(), TypeError);
});
