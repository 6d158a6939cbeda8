import { assertEquals, assertStringIncludes } from "@std/assert";
import { test } from "../harness/mod.ts";
import { rowConverter } from "../../src/rows/row_converter.ts";
import { roughSize } from "../../src/rows/row_size.ts";
import { messagesOf, valuesOf } from "./convert.ts";

const inferring = () =>
  rowConverter({ schema: undefined, descriptor: undefined, extraMembers: "error" });

function typesOf(rows: readonly unknown[]): Record<string, string> {
  const fields = inferring()(rows, 0).batch?.schema.fields ?? [];
  return Object.fromEntries(fields.map(({ name, type }) => [name, String(type)]));
}

/** A value, and the type of the column that it makes. */
const TYPES: readonly (readonly [string, unknown, string])[] = [
  ["a number", 1.5, "Float64"],
  ["a whole number", 1, "Float64"],
  ["a bigint", 1n, "Int64"],
  ["a boolean", false, "Bool"],
  ["a string", "", "Utf8"],
  ["a date", new Date(0), "Timestamp<MICROSECOND, UTC>"],
  ["bytes", new Uint8Array(0), "Binary"],
  ["a buffer", new ArrayBuffer(0), "Binary"],
  ["an array", [null, 1], "List<Float64>"],
  ["a typed array", Int16Array.of(1), "List<Float64>"],
  ["a typed array of bigints", BigInt64Array.of(), "List<Int64>"],
  ["an object", { a: 1n, b: null, c: { d: "" } }, "Struct<{a:Int64, c:Struct<{d:Utf8}>}>"],
  ["a map", new Map([["k", 1n]]), "Map<{key:Utf8, value:Int64}>"],
  ["objects in an array", [{ a: 1 }, { b: true }], "List<Struct<{a:Float64, b:Bool}>>"],
];

for (const [name, value, type] of TYPES) {
  test(`the column of ${name}`, () => {
    assertEquals(typesOf([{}, { x: null }, { x: value }])["x"], type);
  });
}

test("the first value decides, and the rows that differ say so", () => {
  const rows = [
    { x: null },
    { x: 1 },
    { x: "a" },
    { x: 2n },
    { x: [1] },
    { y: { z: true } },
    { y: { z: 0 } },
    { y: new Date(0) },
  ];
  assertEquals(messagesOf(inferring()(rows, 100)), [
    'row 102, column "x": expected a number, got string',
    'row 104, column "x": expected a number, got an array',
    'row 106, column "y.z": expected a boolean, got number',
    'row 107, column "y": expected an object, got a Date',
  ]);
});

test("columns are added as rows go on, and never change", () => {
  const convert = inferring();
  const namesOf = (rows: readonly unknown[]) =>
    convert(rows, 0).batch?.schema.fields.map(({ name, type }) => `${name} ${type}`);
  assertEquals(namesOf([{ a: 1 }]), ["a Float64"]);
  assertEquals(namesOf([{ b: "x", c: { d: 1n } }]), [
    "a Float64",
    "b Utf8",
    "c Struct<{d:Int64}>",
  ]);
  assertEquals(namesOf([{ c: { e: true } }]), [
    "a Float64",
    "b Utf8",
    "c Struct<{d:Int64, e:Bool}>",
  ]);
  assertEquals(messagesOf(convert([{ a: "x" }], 0)), [
    'row 0, column "a": expected a number, got string',
  ]);
});

test("values that tell no type fail their rows, for they would be lost", () => {
  const convert = inferring();
  const rows = [{ a: 1 }, { x: [] }, { x: {} }, { x: new Map() }, { x: [null] }, { f: () => 1 }];
  const result = convert(rows, 0);
  assertEquals(result.problems.map(({ row }) => row), [1, 2, 3, 4, 5]);
  for (const message of messagesOf(result)) assertStringIncludes(message, "nothing tells a type");
  // Once the type is known they are values like others.
  const later = convert([{ x: [] }, { x: [1] }], 0);
  assertEquals([messagesOf(later), valuesOf(later, "x")], [[], [[], [1]]]);
});

test("rows without any value fail", () => {
  const result = inferring()([{}, { a: null }], 0);
  assertEquals(result.batch, undefined);
  assertEquals(result.problems.map(({ row }) => row), [0, 1]);
});

/** Rows that lead back to themselves, in every way there is. */
const ENDLESS: readonly (readonly [string, () => object])[] = [
  ["itself", () => {
    const row: Record<string, unknown> = { a: 1 };
    return row["self"] = row;
  }],
  ["a list of itself", () => {
    const list: unknown[] = [];
    list.push(list);
    return { list };
  }],
  ["a map to itself", () => {
    const map = new Map<string, unknown>();
    return { map: map.set("map", map) };
  }],
  ["objects that all know each other", () => {
    // Ways to go through them, each of which may be taken in any order: more than can be tried.
    const people = Array.from({ length: 8 }, (_, id) => ({ id, friends: [] as unknown[] }));
    for (const person of people) person.friends = people;
    return people[0]!;
  }],
];

for (const [name, endless] of ENDLESS) {
  test(`a row with ${name} is refused at once, and no other`, () => {
    const row = endless();
    roughSize(row);
    const result = inferring()([{ a: 1 }, row, { a: 2 }], 7);
    assertEquals(messagesOf(result), [
      "row 8: it contains itself, so there is no end to it: leave out the members that lead back",
    ]);
    assertEquals(valuesOf(result, "a"), [1, 2]);
  });
}

test("what is there twice does not contain itself", () => {
  const place = { name: "here" };
  const result = inferring()([{ from: place, to: place, all: [place, place] }], 0);
  assertEquals(messagesOf(result), []);
  assertEquals(valuesOf(result, "to"), [{ name: "here" }]);
});

test("a row that contains itself is refused beside one that cannot be read", () => {
  const { 1: endless } = ENDLESS[0]!;
  const unreadable = {
    get a(): number {
      throw new Error("broken");
    },
  };
  const result = inferring()([endless(), unreadable, { a: 3 }], 0);
  assertEquals(result.problems.map(({ row }) => row), [0, 1]);
  assertStringIncludes(messagesOf(result)[0]!, "contains itself");
  assertEquals(valuesOf(result, "a"), [3]);
});

test("a row's size is about that of its values", () => {
  assertEquals(roughSize({ n: 1, text: "abcd", bytes: new Uint8Array(100) }), 8 + 8 + 12 + 108);
  assertEquals(roughSize({ list: [1, 2], map: new Map([["k", 1n]]) }), 8 + 24 + 8 + 9 + 8);
  assertEquals(roughSize(null), 8);
});
