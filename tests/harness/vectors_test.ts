import { assertEquals } from "@std/assert";
import { test } from "./mod.ts";
import { textVector } from "./vectors.ts";

const LISTS: Readonly<Record<string, readonly (string | null)[]>> = {
  "none": [],
  "one": ["a"],
  "empty, missing and wide ones": ["", null, "žluťoučký 🐎", "end"],
  "more than a byte of validity": Array.from({ length: 70 }, (_, i) => i % 9 === 0 ? null : `${i}`),
};

for (const [title, texts] of Object.entries(LISTS)) {
  test(`textVector holds what it is given: ${title}`, () => {
    const vector = textVector(texts);
    assertEquals(vector.toJSON(), [...texts]);
    assertEquals(vector.nullCount, texts.filter((text) => text === null).length);
  });
}
