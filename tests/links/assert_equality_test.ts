import {
  assert,
  assertArrayIncludes,
  assertEquals,
  AssertionError,
  assertNotEquals,
  assertNotStrictEquals,
  assertObjectMatch,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { test } from "../harness/mod.ts";

class Point {
  x = 1;
}
class Place {
  x = 1;
}

const key = Symbol("key");

function ring(size: number): unknown {
  const first: { next?: unknown } = {};
  let last = first;
  for (let i = 1; i < size; i++) last = (last.next = {}) as typeof first;
  last.next = first;
  return first;
}

function hidden(value: number): object {
  return Object.defineProperty({ shown: 1 }, "hidden", { value, enumerable: false });
}

const EQUAL: readonly (readonly [string, unknown, unknown])[] = [
  ["NaN", NaN, NaN],
  ["zeroes", 0, -0],
  ["bigints", 10n ** 20n, 10n ** 20n],
  ["nested objects in any key order", { a: 1, b: { c: [2] } }, { b: { c: [2] }, a: 1 }],
  ["an object without prototype", Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
  ["symbol keys", { [key]: 1 }, { [key]: 1 }],
  ["properties that are not enumerable", hidden(1), hidden(2)],
  ["sets in any order", new Set([1, 2]), new Set([2, 1])],
  ["sets of objects", new Set([{ a: 1 }, { a: 2 }]), new Set([{ a: 2 }, { a: 1 }])],
  ["maps in any order", new Map([["a", 1], ["b", 2]]), new Map([["b", 2], ["a", 1]])],
  ["maps with object keys", new Map([[{ k: 1 }, [1]]]), new Map([[{ k: 1 }, [1]]])],
  ["dates", new Date(5), new Date(5)],
  ["invalid dates", new Date(NaN), new Date(NaN)],
  ["regular expressions", /a/g, /a/g],
  ["URLs", new URL("https://a/b"), new URL("https://a/b")],
  ["bytes at different places", Uint8Array.of(0, 1, 2).subarray(1), Uint8Array.of(1, 2)],
  ["floats that are NaN", Float64Array.of(NaN), Float64Array.of(NaN)],
  ["buffers", Uint8Array.of(1).buffer, Uint8Array.of(1).buffer],
  ["views", new DataView(Uint8Array.of(1).buffer), new DataView(Uint8Array.of(1).buffer)],
  ["cycles", ring(1), ring(1)],
  ["cycles of several", ring(3), ring(3)],
  ["errors", new TypeError("a"), new TypeError("a")],
  ["boxed values", Object("a"), Object("a")],
];

for (const [title, left, right] of EQUAL) {
  test(`assertEquals takes as equal: ${title}`, () => {
    assertEquals(left, right);
    assertEquals(right, left);
    assertThrows(() => assertNotEquals(left, right), AssertionError);
  });
}

const DIFFERENT:
  readonly (readonly [title: string, left: unknown, right: unknown, place: string])[] = [
    ["types", 1, "1", ""],
    ["number and bigint", 1, 1n, ""],
    ["null and undefined", null, undefined, ""],
    ["a missing property and an undefined one", { a: undefined }, {}, ".a"],
    ["classes with the same content", new Point(), new Place(), ""],
    ["something deep", { rows: [0, { "a b": 1 }] }, { rows: [0, { "a b": 2 }] }, `.rows[1]["a b"]`],
    ["lengths", [1], [1, 2], ".length"],
    ["a hole and an undefined", new Array(1), [undefined], ""],
    ["names on arrays", Object.assign([1], { name: 1 }), [1], ".name"],
    ["symbol keys", { [key]: 1 }, { [key]: 2 }, "[Symbol(key)]"],
    ["sets", new Set([{ a: 1 }]), new Set([{ a: 2 }]), "(member)"],
    ["sizes of sets", new Set([1]), new Set([1, 2]), ".size"],
    ["values of maps", new Map([["a", 1]]), new Map([["a", 2]]), `.get("a")`],
    ["dates", new Date(5), new Date(6), ""],
    ["valid and invalid dates", new Date(5), new Date(NaN), ""],
    ["flags of regular expressions", /a/g, /a/i, ""],
    ["elements of bytes", Uint8Array.of(1, 2), Uint8Array.of(1, 3), "[1]"],
    ["kinds of bytes", Uint8Array.of(1), Int8Array.of(1), ""],
    ["cycles of different length", ring(2), { next: { next: {} } }, ".next.next.next"],
    ["messages of errors", new TypeError("a"), new TypeError("b"), ""],
    ["functions", () => 1, () => 1, ""],
    ["promises", Promise.resolve(1), Promise.resolve(1), ""],
  ];

for (const [title, left, right, place] of DIFFERENT) {
  test(`assertEquals tells apart: ${title}`, () => {
    const error = assertThrows(() => assertEquals(left, right), AssertionError);
    assertStringIncludes(error.message, place === "" ? "not equal\n" : `they part at ${place}`);
    assertThrows(() => assertEquals(right, left), AssertionError);
    assertNotEquals(left, right);
  });
}

test("a failed assertEquals shows what differs and hides what does not", () => {
  const rows = Array.from(
    { length: 60 },
    (_, id) => ({ id, name: `the name of row ${id}`, at: 1n }),
  );
  const changed = rows.map((row) => row.id === 30 ? { ...row, name: "another" } : row);
  const { message } = assertThrows(() => assertEquals(rows, changed, "rows"), AssertionError);
  assertStringIncludes(message, `they part at [30].name`);
  assertStringIncludes(message, `-     { at: 1n, id: 30, name: "the name of row 30" },`);
  assertStringIncludes(message, `+     { at: 1n, id: 30, name: "another" },`);
  assertStringIncludes(message, "unchanged lines");
  assert(message.split("\n").length < 25, message);
  assert(message.endsWith(": rows"), message);
});

test("a failed assertEquals of large values has a message of bounded size", () => {
  const left = new Uint8Array(1_000_000);
  const right = left.slice();
  right[999_999] = 1;
  const { message } = assertThrows(() => assertEquals(left, right), AssertionError);
  assertStringIncludes(message, "they part at [999999]");
  assert(message.length < 10_000, `${message.length}`);
});

test("assertStrictEquals means the same value, and says so when others look like it", () => {
  const object = {};
  assertStrictEquals(object, object);
  assertStrictEquals(NaN, NaN);
  assertThrows(() => assertStrictEquals<unknown>({}, {}), AssertionError, "look the same");
  assertThrows(() => assertStrictEquals<unknown>(0, -0), AssertionError, "not strictly equal");
  assertNotStrictEquals({}, {});
  assertThrows(() => assertNotStrictEquals(object, object), AssertionError);
});

test("assertArrayIncludes looks for equal elements in any order", () => {
  assertArrayIncludes([{ a: 1 }, { a: 2 }, { a: 3 }], [{ a: 3 }, { a: 1 }]);
  assertThrows(() => assertArrayIncludes([1, 2], [2, 3]), AssertionError, "to include [3]");
});

test("assertObjectMatch wants what is named, at every depth, and no more", () => {
  const actual = { a: 1, b: { c: [{ d: 1, e: 2 }, 3], f: new Map([["k", { g: 1, h: 2 }]]) }, i: 4 };
  assertObjectMatch(actual, { b: { c: [{ d: 1 }], f: new Map([["k", { g: 1 }]]) } });
  assertObjectMatch(new Point() as unknown as Record<string, unknown>, { x: 1 });
  for (
    const expected of [
      { b: { c: [{ d: 2 }] } },
      { b: { c: [{ d: 1 }, 3, 4] } },
      { missing: undefined },
      { b: { f: new Map([["other", 1]]) } },
    ]
  ) assertThrows(() => assertObjectMatch(actual, expected), AssertionError, "does not match");
  const cyclic: Record<string, unknown> = { name: "x", more: 1 };
  cyclic.self = cyclic;
  const expected: Record<string, unknown> = { name: "x" };
  expected.self = expected;
  assertObjectMatch(cyclic, expected);
});
