import { assertEquals } from "@std/assert";
import { closingLine, emptyTally, table } from "../../tasks/test/tally.ts";
import { test } from "../harness/mod.ts";

const tallies = [
  { ...emptyTally("deno", "all"), passed: 120, failed: 1, ms: 61_240 },
  { ...emptyTally("workerd", "suites"), passed: 8, skipped: 2, ms: 90 },
];

test("the closing line is the sum, in the form that machines read", () => {
  assertEquals(closingLine(tallies), "128 passed, 1 failed, 2 skipped");
  assertEquals(closingLine([]), "0 passed, 0 failed, 0 skipped");
});

test("the table aligns its columns", () => {
  assertEquals(table(tallies).split("\n"), [
    "runtime  tests   passed  failed  skipped  seconds",
    "deno     all        120       1        0     61.2",
    "workerd  suites       8       0        2      0.1",
  ]);
});
