import { assertEquals } from "@std/assert";
import { textTable } from "../../tasks/text_table.ts";
import { test } from "../harness/mod.ts";

test("texts stand on the left of their column, numbers on its right", () => {
  const rows = [["name", "rows", "ms"], ["a", "1,000", "2"], ["longer", "1", "10"]];
  assertEquals(textTable(rows, 1), "name     rows  ms\na       1,000   2\nlonger      1  10");
});
