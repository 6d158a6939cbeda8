import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertExists,
  assertFalse,
  assertGreater,
  assertGreaterOrEqual,
  assertInstanceOf,
  AssertionError,
  assertLess,
  assertLessOrEqual,
  assertMatch,
  assertNotMatch,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
  fail,
  unreachable,
} from "@std/assert";
import { test } from "../harness/mod.ts";

const HOLD: Readonly<Record<string, () => void>> = {
  "assert of something": () => assert("x"),
  "assertFalse of nothing": () => assertFalse(0),
  "assertExists of zero": () => assertExists(0),
  "assertInstanceOf of a subclass": () => assertInstanceOf(new TypeError(), Error),
  "assertStringIncludes of a part": () => assertStringIncludes("abc", "b"),
  "assertMatch of a match": () => assertMatch("abc", /^a/),
  "assertNotMatch of none": () => assertNotMatch("abc", /^b/),
  "assertGreater of bigints": () => assertGreater(2n, 1n),
  "assertGreaterOrEqual of equals": () => assertGreaterOrEqual(1, 1),
  "assertLess of dates": () => assertLess(new Date(1), new Date(2)),
  "assertLessOrEqual of equals": () => assertLessOrEqual(1, 1),
  "assertAlmostEquals within a ten-millionth": () => assertAlmostEquals(1e9 + 50, 1e9),
  "assertAlmostEquals within a tolerance": () => assertAlmostEquals(1.5, 1, 0.5),
  "assertAlmostEquals of infinities": () => assertAlmostEquals(Infinity, Infinity),
};

for (const [title, assertion] of Object.entries(HOLD)) test(`${title} holds`, assertion);

const FAIL: Readonly<Record<string, () => void>> = {
  "assert of nothing": () => assert(0, "words"),
  "assertFalse of something": () => assertFalse([], "words"),
  "assertExists of null": () => assertExists(null, "words"),
  "assertInstanceOf of another class": () => assertInstanceOf(new Error(), TypeError, "words"),
  "assertInstanceOf of no object": () => assertInstanceOf(1, Number, "words"),
  "assertStringIncludes of no part": () => assertStringIncludes("abc", "d", "words"),
  "assertMatch of none": () => assertMatch("abc", /^b/, "words"),
  "assertNotMatch of a match": () => assertNotMatch("abc", /^a/, "words"),
  "assertGreater of equals": () => assertGreater(1, 1, "words"),
  "assertGreaterOrEqual of less": () => assertGreaterOrEqual(0, 1, "words"),
  "assertLess of NaN": () => assertLess(NaN, 1, "words"),
  "assertLessOrEqual of more": () => assertLessOrEqual(2, 1, "words"),
  "assertAlmostEquals outside": () => assertAlmostEquals(1.1, 1, 0.01, "words"),
  "assertAlmostEquals of NaN": () => assertAlmostEquals(NaN, 1, 1, "words"),
  "fail": () => fail("words"),
  "unreachable": () => unreachable("words"),
};

for (const [title, assertion] of Object.entries(FAIL)) {
  test(`${title} fails in the caller's words`, () => {
    const error = assertThrows(assertion, AssertionError);
    assertStringIncludes(error.message, "words");
    assertEquals(error.name, "AssertionError");
  });
}

test("assertMatch does not depend on what a global expression matched before", () => {
  const expression = /a/g;
  assertMatch("a", expression);
  assertMatch("a", expression);
});

test("assertThrows returns what was thrown, whatever it was", () => {
  const error = new TypeError("text of the error");
  const thrower = () => {
    throw error;
  };
  assertStrictEquals(assertThrows(thrower), error);
  assertStrictEquals(assertThrows(thrower, TypeError, "of the"), error);
  assertStrictEquals(
    assertThrows(() => {
      throw 1;
    }),
    1,
  );
});

test("assertThrows fails for silence, another class, another text and no error at all", () => {
  const typeError = () => {
    throw new TypeError("text");
  };
  const number = () => {
    throw 1;
  };
  const table: [() => void, string][] = [
    [() => assertThrows(() => {}, "words"), "to throw: words"],
    [() => assertThrows(typeError, RangeError), "instance of RangeError, got TypeError: text"],
    [
      () => assertThrows(typeError, TypeError, "other", "words"),
      `include "other", got "text": words`,
    ],
    [() => assertThrows(number, Error), "an error, got 1"],
  ];
  for (const [assertion, message] of table) assertThrows(assertion, AssertionError, message);
});

test("assertRejects resolves with the reason", async () => {
  const error = new TypeError("text of the error");
  assertStrictEquals(await assertRejects(() => Promise.reject(error)), error);
  assertStrictEquals(await assertRejects(() => Promise.reject(error), TypeError, "of the"), error);
});

test("assertRejects fails for fulfilment, another class, a throw and no promise", async () => {
  const table: [() => Promise<unknown>, string][] = [
    [() => assertRejects(() => Promise.resolve(), "words"), "to reject: words"],
    [() => assertRejects(() => Promise.reject(new Error("x")), TypeError), "instance of TypeError"],
    [() =>
      assertRejects(() => {
        throw new Error("x");
      }), "throws when expected to reject"],
    [() => assertRejects((() => 1) as unknown as () => Promise<void>), "returns no promise"],
  ];
  for (const [assertion, message] of table) {
    await assertRejects(assertion, AssertionError, message);
  }
});
