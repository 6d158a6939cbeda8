import { assert, assertEquals, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import { rotatedFiles, rotatedName, stemOf, versionedStem } from "../../src/debug/names.ts";
import { test } from "../harness/mod.ts";

const NOON = new Date(Date.UTC(2026, 10, 25, 12, 3, 4, 567));

const part = fc.stringMatching(/^[A-Za-z0-9_]{1,90}$/);
const tableName = fc.oneof(
  fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(".")),
  fc.constantFrom("a.b_c", "a_b.c", "t", "t_20261125_120304", "t_20261125_120304_2"),
);

test("stems keep the table's name, and never meet", () => {
  assertEquals(stemOf("main.iot.readings"), "main.iot.readings");
  assertNotEquals(stemOf("a.b_c"), stemOf("a_b.c"));
  fc.assert(fc.property(tableName, tableName, (one, other) => {
    if (one !== other) assertNotEquals(stemOf(one), stemOf(other));
  }));
});

test("a table's rotated files are never taken for another table's", () => {
  fc.assert(fc.property(tableName, tableName, fc.nat({ max: 3 }), (one, other, version) => {
    if (one === other) return;
    const stem = versionedStem(stemOf(other), version + 1);
    const names = [
      `${stem}.pb`,
      rotatedName(stem, ".pb", NOON, 1),
      rotatedName(stem, ".pb", NOON, 7),
    ];
    assertEquals(rotatedFiles(names, stemOf(one), ".pb"), []);
  }));
});

test("names stay below the usual limit of file systems", () => {
  const longest = stemOf(["a", "b", "c"].map((letter) => letter.repeat(255)).join("."));
  const name = `${rotatedName(versionedStem(longest, 9_999), ".arrows", NOON, 9_999)}.gz.part`;
  assert(name.length <= 255, `${name.length} characters`);
});

test("a rotated name has the time in UTC, and a number when it is needed", () => {
  assertEquals(rotatedName("t", ".arrows", NOON, 1), "t_20261125_120304.arrows");
  assertEquals(rotatedName("t-v2", ".pb", NOON, 3), "t-v2_20261125_120304_3.pb");
});

test("a table's rotated files are found oldest first, whatever else is there", () => {
  const own = [
    "t_20261125_120304.pb",
    "t_20261125_120304_2.pb.gz",
    "t-v2_20261125_120304_10.pb",
    "t_20261126_000000.pb",
  ];
  const others = [
    "t.pb",
    "t-v2.pb",
    "t_20261125_120304.arrows",
    "t_items_20261125_120304.pb",
    "t_20261125_120304-_20261125_120304.pb",
    "t_20261125.pb",
    "t_20261125_120304.pb.gz.part",
    "my notes.txt",
  ];
  assertEquals(rotatedFiles([...others, ...own].reverse(), "t", ".pb"), own);
});
