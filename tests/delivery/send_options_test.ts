import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { checkedSendOptions } from "../../src/delivery/send_options.ts";
import { descriptorOf } from "../encode/build.ts";
import { test } from "../harness/mod.ts";

test("no options are options", () => {
  const none = { descriptor: undefined, signal: undefined };
  assertEquals(checkedSendOptions(undefined), none);
  assertEquals(checkedSendOptions({}), none);
  assertEquals(checkedSendOptions({ signal: undefined, descriptor: undefined }), none);
});

test("options are passed on", () => {
  const { signal } = new AbortController();
  const descriptor = descriptorOf([]);
  assertEquals(checkedSendOptions({ signal, descriptor }), { signal, descriptor });
});

test("what is no descriptor is for the result to tell", () => {
  assertEquals(checkedSendOptions({ descriptor: 1 }).descriptor as unknown, 1);
});

const WRONG: [what: string, options: unknown, option: string, got: string][] = [
  ["null", null, "options:", "null"],
  ["a number", 1, "options:", "number"],
  ["an array", [], "options:", "an array"],
  ["a function", () => {}, "options:", "function"],
  ["a signal that is null", { signal: null }, "options.signal:", "null"],
  ["a signal that is a number", { signal: 1 }, "options.signal:", "number"],
  [
    "a controller for a signal",
    { signal: new AbortController() },
    "options.signal:",
    "an AbortController",
  ],
];
for (const [what, options, option, got] of WRONG) {
  test(`${what} is a TypeError that names the option`, () => {
    const { message } = assertThrows(() => checkedSendOptions(options), TypeError);
    assertStringIncludes(message, option);
    assertStringIncludes(message, `got ${got}`);
  });
}
