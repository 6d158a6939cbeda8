/**
 * Stands in for `jsr:@std/assert@1` where JSR cannot be reached: the same names, signatures and
 * behaviour for the assertions that this project uses, in its own code and with its own messages.
 *
 * @module
 */
export { AssertionError } from "./assertion_error.ts";
export {
  type AnyConstructor,
  assert,
  assertAlmostEquals,
  assertExists,
  assertFalse,
  assertGreater,
  assertGreaterOrEqual,
  assertInstanceOf,
  assertLess,
  assertLessOrEqual,
  assertMatch,
  assertNotMatch,
  assertStringIncludes,
  fail,
  type Falsy,
  unreachable,
} from "./conditions.ts";
export { equal } from "./difference.ts";
export {
  assertArrayIncludes,
  assertEquals,
  assertNotEquals,
  assertNotStrictEquals,
  assertObjectMatch,
  assertStrictEquals,
} from "./equality.ts";
export { assertRejects, assertThrows, type ErrorConstructor } from "./failures.ts";
