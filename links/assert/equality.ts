import { reject } from "./assertion_error.ts";
import { difference, equal } from "./difference.ts";
import { diff } from "./diff.ts";
import { format } from "./format.ts";

/**
 * Asserts that two values are deeply equal. The message names the first place where they part and
 * shows both, line by line.
 *
 * NaN equals NaN and 0 equals -0; the order of object keys, of set members and of map entries does
 * not matter; a missing property is not an `undefined` one.
 */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  const found = difference(actual, expected);
  if (found !== undefined) {
    reject(explain("Values are not equal", actual, expected, found.path.join("")), msg);
  }
}

/** Asserts that two values are not deeply equal, as {@linkcode assertEquals} understands it. */
export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  if (equal(actual, expected)) {
    reject(`Expected something other than ${format(expected)}`, msg);
  }
}

/** Asserts that two values are the same one (`Object.is`). */
export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  msg?: string,
): asserts actual is T {
  if (Object.is(actual, expected)) return;
  if (format(actual) === format(expected)) {
    reject(`Values look the same but are not the same one:\n${format(actual)}\n`, msg);
  }
  reject(explain("Values are not strictly equal", actual, expected, ""), msg);
}

/** Asserts that two values are not the same one (`Object.is`). */
export function assertNotStrictEquals<T>(actual: T, expected: T, msg?: string): void {
  if (Object.is(actual, expected)) {
    reject(`Expected something other than this very value: ${format(expected)}`, msg);
  }
}

/**
 * Asserts that an array has, for each expected element, one that is deeply equal to it, in any
 * order.
 */
export function assertArrayIncludes<T>(
  actual: ArrayLike<T>,
  expected: ArrayLike<T>,
  msg?: string,
): void {
  const present = Array.from(actual);
  const missing = Array.from(expected)
    .filter((element) => !present.some((candidate) => equal(candidate, element)));
  if (missing.length > 0) {
    reject(`Expected ${format(present)} to include ${format(missing)}`, msg);
  }
}

/**
 * Asserts that an object has everything that another one has; more is allowed, at every depth.
 * Arrays are matched from their start, element by element; maps by key.
 */
export function assertObjectMatch(
  // deno-lint-ignore no-explicit-any -- objects of interface types have no index signature
  actual: Record<PropertyKey, any>,
  expected: Record<PropertyKey, unknown>,
  msg?: string,
): void {
  const narrowed = narrow(actual, expected, new Map());
  const found = difference(narrowed, expected);
  if (found !== undefined) {
    reject(explain("Object does not match", narrowed, expected, found.path.join("")), msg);
  }
}

/** The part of `actual` that `expected` speaks of. */
function narrow(actual: unknown, expected: unknown, done: Map<unknown, unknown>): unknown {
  if (typeof actual !== "object" || typeof expected !== "object") return actual;
  if (actual === null || expected === null) return actual;
  if (done.has(actual)) return done.get(actual);

  if (Array.isArray(actual) && Array.isArray(expected)) {
    const part: unknown[] = [];
    done.set(actual, part);
    for (let i = 0; i < Math.min(actual.length, expected.length); i++) {
      part[i] = narrow(actual[i], expected[i], done);
    }
    return part;
  }
  if (actual instanceof Map && expected instanceof Map) {
    const part = new Map<unknown, unknown>();
    done.set(actual, part);
    for (const [key, inner] of expected) {
      if (actual.has(key)) part.set(key, narrow(actual.get(key), inner, done));
    }
    return part;
  }
  if (isRecord(expected)) {
    const part: Record<PropertyKey, unknown> = {};
    done.set(actual, part);
    for (const key of Reflect.ownKeys(expected)) {
      if (key in actual) part[key] = narrow(Reflect.get(actual, key), expected[key], done);
    }
    return part;
  }
  return actual;
}

function isRecord(value: object): value is Record<PropertyKey, unknown> {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function explain(problem: string, actual: unknown, expected: unknown, place: string): string {
  const where = place === "" ? "" : `; they part at ${place}`;
  return `${problem}${where}\n\n    [diff]  - actual  + expected\n\n${
    diff(format(actual), format(expected))
  }\n`;
}
