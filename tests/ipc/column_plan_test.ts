/**
 * Which type each Arrow type is sent as, read by flechette.
 */
import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { type DataType as ReadType, Type } from "@uwdata/flechette";
import {
  Binary,
  BinaryView,
  Bool,
  type DataType,
  DateDay,
  DateMillisecond,
  Decimal,
  Dictionary,
  Duration,
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
  IntervalYearMonth,
  LargeBinary,
  LargeList,
  LargeUtf8,
  List,
  Map_,
  Null,
  Schema,
  Struct,
  Time,
  Timestamp,
  TimeUnit,
  Uint16,
  Uint32,
  Uint64,
  Uint8,
  Utf8,
  Utf8View,
} from "apache-arrow";
import type { ArrowSchema } from "../../src/core/arrow.ts";
import { ConfigurationError } from "../../src/core/errors.ts";
import { arrowPlanFor } from "../../src/ipc/column_plan.ts";
import { test } from "../harness/mod.ts";
import { readArrow } from "../oracle/read_arrow.ts";

function planOf(...fields: Field[]) {
  return arrowPlanFor(new Schema(fields) as unknown as ArrowSchema);
}

const fieldsIn = (schema: Uint8Array) => readArrow(schema, []).fields;
const NAMES = new Map<unknown, string>(
  Object.entries(Type).map(([name, number]) => [number, name]),
);

/** A type in a word or two. */
function shown(type: ReadType): string {
  const { typeId, bitWidth, signed, precision, unit, timezone, children } = type as unknown as {
    readonly [name: string]: unknown;
  };
  const nested = children as { readonly name: string; readonly type: ReadType }[] | undefined;
  const inner = nested?.map(({ name, type }) => `${name} ${shown(type)}`) ?? [];
  const parameters = [
    bitWidth,
    signed === false ? "unsigned" : undefined,
    precision,
    unit,
    timezone,
  ]
    .filter((parameter) => parameter !== undefined && parameter !== null);
  const name = NAMES.get(typeId);
  return [name, ...parameters, ...(inner.length > 0 ? [`{${inner.join(", ")}}`] : [])].join(" ");
}

const item = (type: DataType) => new Field("element", type, true);
const entries = new Struct([new Field("k", new Utf8(), false), new Field("v", new Int8(), true)]);
const TYPES: readonly (readonly [DataType, string])[] = [
  [new Int8(), "Int 8"],
  [new Int16(), "Int 16"],
  [new Int32(), "Int 32"],
  [new Int64(), "Int 64"],
  [new Uint8(), "Int 16"],
  [new Uint16(), "Int 32"],
  [new Uint32(), "Int 64"],
  [new Uint64(), "Int 64"],
  [new Float16(), "Float 1"],
  [new Float32(), "Float 1"],
  [new Float64(), "Float 2"],
  [new Bool(), "Bool"],
  [new Utf8(), "LargeUtf8"],
  [new LargeUtf8(), "LargeUtf8"],
  [new Utf8View(), "LargeUtf8"],
  [new Binary(), "LargeBinary"],
  [new LargeBinary(), "LargeBinary"],
  [new BinaryView(), "LargeBinary"],
  [new FixedSizeBinary(4), "LargeBinary"],
  [new DateDay(), "Date 0"],
  [new DateMillisecond(), "Date 0"],
  [new Timestamp(TimeUnit.SECOND, "Europe/Berlin"), "Timestamp 2 UTC"],
  [new Timestamp(TimeUnit.NANOSECOND, null), "Timestamp 2"],
  [new Time(TimeUnit.SECOND, 32), "Int 64"],
  [new Time(TimeUnit.NANOSECOND, 64), "Int 64"],
  [new Duration(TimeUnit.MILLISECOND), "Int 64"],
  [new Decimal(2, 10, 128), "LargeUtf8"],
  [new List(item(new Int8())), "List {item Int 8}"],
  [new LargeList(item(new Int8())), "List {item Int 8}"],
  [new FixedSizeList(3, item(new Int8())), "List {item Int 8}"],
  [new List(item(new List(item(new Utf8())))), "List {item List {item LargeUtf8}}"],
  [
    new Struct([item(new Utf8()), new Field("none", new Null(), true)]),
    "Struct {element LargeUtf8}",
  ],
  [
    new Map_(new Field("pairs", entries, false) as never),
    "Map {entries Struct {keys LargeUtf8, values Int 8}}",
  ],
  [new Dictionary(new Uint8(), new Int32()), "Int 16"],
];
for (const [type, expected] of TYPES) {
  test(`${type} is sent as ${expected}`, () => {
    for (const nullable of [true, false]) {
      const [field, ...more] = fieldsIn(planOf(new Field("c", type, nullable)).schema);
      assertEquals([field?.name, field?.nullable, more], ["c", nullable, []]);
      assertEquals(shown(field!.type), expected);
    }
  });
}

test("columns of type Null are left out, and a schema of nothing else is refused", () => {
  const none = new Field("none", new Null(), true);
  const { schema } = planOf(none, new Field("n", new Int8(), true), none.clone({ name: "more" }));
  assertEquals(fieldsIn(schema).map(({ name }) => name), ["n"]);
  assertThrows(() => planOf(none), ConfigurationError, "nothing to send");
  assertThrows(() => planOf(), ConfigurationError, "no columns");
});

const REFUSED: readonly (readonly [what: string, Field, path: string])[] = [
  ["an interval", new Field("i", new IntervalYearMonth(), true), "i"],
  [
    "a list of intervals in a struct",
    new Field(
      "s",
      new Struct([new Field("l", new List(item(new IntervalYearMonth())), true)]),
      true,
    ),
    "s.l[]",
  ],
  ["a name with a space", new Field("a b", new Int8(), true), "a b"],
];
for (const [what, field, path] of REFUSED) {
  test(`${what} is refused with the column's path`, () => {
    const error = assertThrows(() => planOf(field), ConfigurationError) as ConfigurationError;
    assertEquals(error.details.column, path);
  });
}

test("plans are told apart by what is sent, and by nothing else", () => {
  const key = (...fields: Field[]) => planOf(...fields).key;
  const n = new Field("n", new Uint8(), true);
  assertEquals(key(n), key(new Field("n", new Int16(), true, new Map([["note", "x"]]))));
  assertNotEquals(key(n), key(new Field("n", new Uint8(), false)));
  assertNotEquals(key(n), key(n, new Field("m", new Uint8(), true)));
});

test("the mark of a VARIANT goes along, other metadata does not", () => {
  const mark = new Map([["ARROW:extension:name", "arrow.parquet.variant"], ["more", "x"]]);
  const members = [
    new Field("metadata", new Binary(), false),
    new Field("value", new Binary(), false),
  ];
  const variant = new Field("v", new Struct(members), true, mark);
  const other = new Field(
    "u",
    new FixedSizeBinary(16),
    true,
    new Map([
      ["ARROW:extension:name", "arrow.uuid"],
    ]),
  );
  assertEquals(fieldsIn(planOf(variant, other).schema).map(({ metadata }) => [...metadata ?? []]), [
    [["ARROW:extension:name", "arrow.parquet.variant"]],
    [],
  ]);
});
