import { assert, assertEquals } from "@std/assert";
import { namedOptions } from "../../../src/runtime/configuration/named_options.ts";
import { keyOf, type Option, variableOf } from "../../../src/runtime/configuration/option.ts";
import { createWrapper, problemsOf } from "../../../src/runtime/native.ts";
import { test } from "../../harness/mod.ts";

const HOW = "describe it in src/runtime/configuration/options.ts, then run `deno task generate`";
const REQUIRED = { endpoint: "https://localhost:1", tableName: "a.b.c", writerDisabled: true };

/** A configuration with one option more. */
function having(path: string, value: unknown): Record<string, unknown> {
  const group: Record<string, unknown> = path.startsWith("debug.") ? { outputDir: "out" } : {};
  const [last, ...names] = path.split(".").reverse();
  // A cap below the base is wrong whatever its bounds are.
  if (path === "retry.maxDelayMs") group.baseDelayMs = 1;
  if (path === "retry.baseDelayMs") group.maxDelayMs = 2 ** 31 - 1;
  const inner: Record<string, unknown> = { ...group, [last!]: value };
  return { ...REQUIRED, ...names.reduce((member, name) => ({ [name]: member }), inner) };
}

/** Whether a wrapper would take a value. */
function isTaken(path: string, value: unknown): boolean {
  const sentences = problemsOf(having(path, value)).sentences;
  assert(sentences.every((sentence) => sentence.startsWith(`${path}:`)), sentences.join());
  return sentences.length === 0;
}

for (const [path, { kind }] of namedOptions()) {
  if (path === "debug.enabled") continue; // a file's, not a wrapper's

  if (kind.type === "integer" || kind.type === "number") {
    test(`${path} has the bounds that are listed`, () => {
      const { min, max = Number.MAX_SAFE_INTEGER } = kind;
      const nullable = kind.type === "integer" && kind.nullable === true;
      for (const value of [min, max]) assert(isTaken(path, value), `${value}: ${HOW}`);
      for (const value of [min - 1, max + 1]) assert(!isTaken(path, value), `${value}: ${HOW}`);
      assertEquals(isTaken(path, null), nullable, `null: ${HOW}`);
    });
  }

  if (kind.type === "boolean") {
    test(`${path} is true or false`, () => {
      assert(isTaken(path, true) && !isTaken(path, "true"), HOW);
    });
  }
}

/** Options whose default depends on others, is a list, or is a name for a group. */
const NO_ONE_DEFAULT = new Set([
  "protocol",
  "recordFormat",
  "debug.outputDir",
  "debug.protobuf",
  "stream.retryableStatuses",
]);

/** Where a value is kept, when that is not under its own path. */
const KEPT: Readonly<Record<string, string>> = {
  "isolateRejectedRows.maxExtraRequests": "isolation.maxExtraRequests",
};

test("the defaults that are listed are those of a wrapper", async () => {
  const wrapper = await createWrapper({ ...REQUIRED, debug: { outputDir: "out" } });
  const options = new Map<string, Option>(namedOptions());
  const paths = new Map([...options.keys()].map((path) => [KEPT[path] ?? path, path]));
  let compared = 0;
  const visit = (value: unknown, prefix: string) => {
    for (const [name, member] of Object.entries(value as Record<string, unknown>)) {
      const kept = `${prefix}${name}`;
      const path = paths.get(kept);
      if (path === undefined) {
        if (typeof member === "object" && member !== null) visit(member, `${kept}.`);
        continue;
      }
      const option = options.get(path)!;
      if (NO_ONE_DEFAULT.has(path) || path in REQUIRED) continue;
      const isGroup = typeof member === "object" && member !== null;
      assertEquals(option.default, isGroup ? true : member, `${path}: ${HOW}`);
      compared++;
      if (isGroup) visit(member, `${kept}.`);
    }
  };
  visit(wrapper.redactedConfiguration(), "");
  await wrapper.shutdown();
  assert(compared > 35, `only ${compared} were compared`);
});

test("no two options share a key or a variable", () => {
  const keys = namedOptions().flatMap(([path, { alias }]) =>
    alias?.key === undefined ? [keyOf(path)] : [keyOf(path), alias.key]
  );
  const variables = namedOptions().flatMap(([path, { alias }]) => [
    variableOf(path),
    ...(alias === undefined || alias.variable === variableOf(path) ? [] : [alias.variable]),
  ]);
  assertEquals(new Set(variables).size, variables.length);
  assertEquals(new Set(keys).size, keys.length);
});
