import { format, inspect } from "node:util";
import { assertEquals } from "@std/assert";
import { Secret } from "../../src/core/secret.ts";
import { test } from "../harness/mod.ts";

const TEXT = "dose1a2b3c4d5e6f";
const secret = new Secret(TEXT);

test("Secret: reveals its text when asked", () => {
  assertEquals(secret.reveal(), TEXT);
  assertEquals(new Secret("").reveal(), "");
});

const printings: [string, () => string][] = [
  ["String", () => String(secret)],
  ["a template literal", () => `${secret}`],
  ["concatenation", () => "" + secret],
  ["toString", () => secret.toString()],
  ["toLocaleString", () => secret.toLocaleString()],
  ["Array.join", () => [secret].join()],
  ["JSON.stringify", () => JSON.parse(JSON.stringify({ secret })).secret],
  ["inspect", () => inspect(secret)],
  ["%s", () => format("%s", secret)],
  ["%o", () => format("%o", secret)],
  ["%O", () => format("%O", secret)],
];
for (const [name, print] of printings) {
  test(`Secret: ${name} prints [redacted]`, () => assertEquals(print(), "[redacted]"));
}

test("Secret: is not found inside other things", () => {
  const error = Object.assign(new Error("failed", { cause: { secret } }), { options: [secret] });
  const nested = { a: { b: [new Map([["key", secret]]), new Set([secret])] }, error };
  const texts = [
    JSON.stringify(nested),
    inspect(nested, { depth: Infinity, showHidden: true }),
    inspect(nested, { depth: Infinity, showHidden: true, customInspect: false }),
    format("%j %o", nested, nested),
  ];
  for (const text of texts) assertEquals(text.includes(TEXT), false, text);
});

test("Secret: has nothing to enumerate, copy or clone", () => {
  assertEquals(Reflect.ownKeys(secret), []);
  assertEquals(Reflect.ownKeys({ ...secret }), []);
  assertEquals(JSON.stringify(structuredClone({ secret })), '{"secret":{}}');
});
