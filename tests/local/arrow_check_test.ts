/**
 * Damaged arrays, which no client of ours sends: the local Zerobus must see them all the same.
 */
import { assertEquals } from "@std/assert";
import {
  Binary,
  Bool,
  type Data,
  type DataType,
  Field,
  Int32,
  LargeUtf8,
  List,
  makeData,
  Struct,
  Utf8,
} from "apache-arrow";
import { arrayProblem } from "../../src/local/arrow_check.ts";
import { test } from "../harness/mod.ts";

interface Damage {
  readonly title: string;
  readonly type: DataType;
  readonly array: Record<string, unknown>;
  readonly nullable?: boolean;
  readonly problem: string | undefined;
}

const int32 = new Int32();
const ints = (...values: number[]) => makeData({ type: int32, data: Int32Array.from(values) });
const bytes = (text: string) => new TextEncoder().encode(text);
const list = new List(new Field("item", int32, true));
const struct = new Struct([new Field("x", int32, false)]);
const offsets = (...values: number[]) => Int32Array.from(values);

const DAMAGES: readonly Damage[] = [
  {
    title: "a sound array",
    type: int32,
    array: { length: 2, nullCount: 1, nullBitmap: Uint8Array.of(1), data: Int32Array.of(1, 2) },
    problem: undefined,
  },
  {
    title: "validity that ends too early",
    type: int32,
    array: { length: 9, nullCount: 1, nullBitmap: Uint8Array.of(1), data: new Int32Array(9) },
    problem: "c: its validity is too short",
  },
  {
    title: "a null in a required column",
    type: int32,
    nullable: false,
    array: { length: 2, nullCount: 1, nullBitmap: Uint8Array.of(1), data: new Int32Array(2) },
    problem: "c: a null where none may be",
  },
  {
    title: "another number of nulls",
    type: int32,
    array: { length: 2, nullCount: 2, nullBitmap: Uint8Array.of(1), data: new Int32Array(2) },
    problem: "c: 1 nulls, not as many as said",
  },
  {
    title: "too few numbers",
    type: int32,
    array: { length: 3, data: Int32Array.of(1, 2) },
    problem: "c: too few values",
  },
  {
    title: "too few bits",
    type: new Bool(),
    array: { length: 9, data: Uint8Array.of(255) },
    problem: "c: too few values",
  },
  {
    title: "a member shorter than its struct",
    type: struct,
    array: { length: 2, children: [ints(1)] },
    problem: "c.x: not as long as its struct",
  },
  {
    title: "too few offsets",
    type: new Binary(),
    array: { length: 2, data: bytes("ab"), valueOffsets: offsets(0, 1) },
    problem: "c: too few offsets",
  },
  {
    title: "offsets that fall",
    type: new Binary(),
    array: { length: 2, data: bytes("ab"), valueOffsets: offsets(0, 2, 1) },
    problem: "c: offsets out of order",
  },
  {
    title: "offsets beyond the bytes",
    type: new LargeUtf8(),
    array: { length: 1, data: bytes("ab"), valueOffsets: BigInt64Array.of(0n, 3n) },
    problem: "c: offsets beyond its data",
  },
  {
    title: "offsets beyond the elements",
    type: list,
    array: { length: 1, child: ints(1, 2), valueOffsets: offsets(0, 3) },
    problem: "c: offsets beyond its data",
  },
  {
    title: "text that is none",
    type: new Utf8(),
    array: { length: 1, data: Uint8Array.of(0xff), valueOffsets: offsets(0, 1) },
    problem: "c: text that is not UTF-8",
  },
  {
    title: "a character in two texts",
    type: new Utf8(),
    array: { length: 2, data: bytes("é"), valueOffsets: offsets(0, 1, 2) },
    problem: "c: an offset within a character",
  },
];

for (const { title, type, array, nullable = true, problem } of DAMAGES) {
  test(`an array with ${title}: ${problem ?? "no problem"}`, () => {
    const data = makeData({ type, ...array } as never) as Data;
    assertEquals(arrayProblem(new Field("c", type, nullable), data), problem);
  });
}
