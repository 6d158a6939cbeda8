import { assertEquals } from "@std/assert";
import * as arrow from "apache-arrow";
import * as numbers from "../../src/core/arrow_numbers.ts";
import { test } from "../harness/mod.ts";

for (const [title, own] of Object.entries(numbers)) {
  test(`${title}: the numbers are apache-arrow's, and all of them`, () => {
    const theirs = arrow[title as keyof typeof numbers];
    // Its numbers below -1 are for its own types alone, and no typeId.
    const named = Object.entries(theirs).filter(([name, value]) =>
      typeof value === "number" && value >= -1 && name !== "NONE"
    );
    assertEquals(new Map<string, unknown>(Object.entries(own)), new Map<string, unknown>(named));
  });
}
