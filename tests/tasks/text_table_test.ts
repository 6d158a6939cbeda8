import { assertEquals } from "@std/assert";
import { markdownTable, textTable } from "../../tasks/text_table.ts";
import { test } from "../harness/mod.ts";

test("texts stand on the left of their column, numbers on its right", () => {
  const rows = [["name", "rows", "ms"], ["a", "1,000", "2"], ["longer", "1", "10"]];
  assertEquals(textTable(rows, 1), "name     rows  ms\na       1,000   2\nlonger      1  10");
});

test("the columns of a Markdown table are below one another", () => {
  assertEquals(
    markdownTable(["name", "n"], [["`longer`", "1"]]),
    "| name     | n   |\n| -------- | --- |\n| `longer` | 1   |\n",
  );
});
