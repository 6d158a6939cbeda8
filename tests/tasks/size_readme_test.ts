import { assertEquals } from "@std/assert";
import { staleBlocks } from "../../tasks/size/readme.ts";
import { test } from "../harness/mod.ts";

const MEASURED = "| `x` | 200 kB | 6 |\n\n12 packages of 14.4 MB, and smaller ones.\n";

function isStale(said: string): boolean {
  const text = `before\n<!-- sizes: it -->\n\n${said}\n<!-- end of sizes -->\nafter`;
  return staleBlocks(text, new Map([["it", MEASURED]])).length > 0;
}

test("sizes in the README may be off a little, and nothing else", () => {
  const table: [string, string, boolean][] = [
    ["the same", MEASURED, false],
    ["lines broken elsewhere", MEASURED.replace("of 14.4 MB", "of 14.4\nMB"), false],
    ["wider columns", MEASURED.replace("`x` ", "`x`     "), false],
    ["a size that is 5 % off", MEASURED.replace("200", "210"), false],
    ["a size that is more off", MEASURED.replace("200", "211"), true],
    ["a fraction that is off", MEASURED.replace("14.4", "15.3"), true],
    ["a number that is no size", MEASURED.replace("| 6", "| 7"), true],
    ["another word", MEASURED.replace("smaller", "larger"), true],
    ["another unit", MEASURED.replace("kB", "MB"), true],
    ["nothing", "", true],
  ];
  for (const [title, said, stale] of table) assertEquals(isStale(said), stale, title);
});

test("a README without the marks is stale", () => {
  assertEquals(staleBlocks("## Size", new Map([["it", MEASURED]])), [
    "the sizes in README.md (it) are not today's. Run: deno task size --write",
  ]);
});
