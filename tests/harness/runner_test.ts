import { assertEquals, assertStringIncludes } from "@std/assert";
import { test, testUnless } from "./mod.ts";
import { outcomeLines, readLine } from "./outcome_lines.ts";
import { runTests, type TestFile, type TestOutcome } from "./runner.ts";

const elsewhere = "Deno" in globalThis ? "Deno has a runner of its own" : undefined;

const FILES: readonly TestFile[] = [
  {
    path: "tests/first_test.ts",
    load: () => {
      test("passes", () => {});
      test("fails", () => Promise.reject(new TypeError("because", { cause: new Error("deeper") })));
      test("hangs", () => new Promise(() => {}), { timeoutMs: 5 });
      testUnless("no reason", "is skipped", () => {});
      testUnless(undefined, "is not skipped", () => {});
    },
  },
  { path: "tests/empty_test.ts", load: () => {} },
  {
    path: "tests/broken_test.ts",
    load: () => {
      test("is never reached", () => {});
      throw new Error("cannot be loaded");
    },
  },
  { path: "tests/last_test.ts", load: () => Promise.resolve(test("passes", () => {})) },
];

async function collect(filter?: string): Promise<TestOutcome[]> {
  const outcomes: TestOutcome[] = [];
  for await (const outcome of runTests(FILES, filter)) outcomes.push(outcome);
  return outcomes;
}

testUnless(elsewhere, "the runner reports every test, and files that have none", async () => {
  const outcomes = await collect();
  assertEquals(outcomes.map(({ file, name, outcome }) => `${file} ${name}: ${outcome}`), [
    "tests/first_test.ts passes: passed",
    "tests/first_test.ts fails: failed",
    "tests/first_test.ts hangs: failed",
    "tests/first_test.ts is skipped: skipped",
    "tests/first_test.ts is not skipped: passed",
    "tests/empty_test.ts (the file itself): failed",
    "tests/broken_test.ts (the file itself): failed",
    "tests/last_test.ts passes: passed",
  ]);
  const details = outcomes.map(({ detail = "" }) => detail);
  assertStringIncludes(details[1]!, "TypeError: because");
  assertStringIncludes(details[1]!, "caused by Error: deeper");
  assertStringIncludes(details[2]!, "still running after 5 ms");
  assertEquals(details[3], "no reason");
  assertStringIncludes(details[5]!, "registers no tests");
  assertStringIncludes(details[6]!, "cannot be loaded");
});

testUnless(elsewhere, "a filter is part of a test's name", async () => {
  const outcomes = await collect("is ");
  const names = outcomes.map(({ name }) => name).filter((name) => !name.startsWith("("));
  assertEquals(names, ["is skipped", "is not skipped"]);
});

test("outcomes travel as lines among other text", async () => {
  const outcome: TestOutcome = {
    file: "a",
    name: "over\ntwo lines",
    outcome: "failed",
    ms: 1,
    detail: "a\nb",
  };
  async function* outcomes(): AsyncGenerator<TestOutcome> {
    yield await Promise.resolve(outcome);
  }
  let text = "printed by a test\n";
  for await (const line of outcomeLines(outcomes())) text += line;
  assertEquals(text.trimEnd().split("\n").map(readLine), [
    { kind: "text", text: "printed by a test" },
    { kind: "outcome", outcome },
    { kind: "end" },
  ]);
});
