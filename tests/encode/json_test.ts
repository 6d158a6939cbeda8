import { assertEquals } from "@std/assert";
import {
  Binary,
  BinaryView,
  Bool,
  type Data,
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
import { test } from "../harness/mod.ts";
import { batchOf, bits, rawArray, viewsOf } from "./build.ts";
import {
  columnTexts,
  encode,
  encoded,
  longs,
  mapType,
  numbers,
  texts,
  utf8,
} from "./json_texts.ts";

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
