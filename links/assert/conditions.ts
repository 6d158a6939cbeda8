import { AssertionError, reject } from "./assertion_error.ts";
import { format } from "./format.ts";

/** Asserts that a value is truthy. */
export function assert(expr: unknown, msg = ""): asserts expr {
  if (!expr) throw new AssertionError(msg);
}

/** A value that counts as false. */
export type Falsy = false | 0 | 0n | "" | null | undefined;

/** Asserts that a value is falsy. */
export function assertFalse(expr: unknown, msg = ""): asserts expr is Falsy {
  if (expr) throw new AssertionError(msg);
}

/** Asserts that a value is neither `null` nor `undefined`. */
export function assertExists<T>(actual: T, msg?: string): asserts actual is NonNullable<T> {
  if (actual === undefined || actual === null) {
    reject(`Expected a value, got ${format(actual)}`, msg);
  }
}

/** Any constructor, abstract ones included. */
// deno-lint-ignore no-explicit-any -- the arguments of a constructor nobody calls
export type AnyConstructor = abstract new (...args: any[]) => any;

/** Asserts that a value is an instance of a class. */
export function assertInstanceOf<T extends AnyConstructor>(
  actual: unknown,
  expectedType: T,
  msg?: string,
): asserts actual is InstanceType<T> {
  if (!(actual instanceof expectedType)) {
    reject(`Expected an instance of ${expectedType.name}, got ${format(actual)}`, msg);
  }
}

/** Asserts that a string contains another one. */
export function assertStringIncludes(actual: string, expected: string, msg?: string): void {
  if (!actual.includes(expected)) {
    reject(`Expected ${format(actual)} to include ${format(expected)}`, msg);
  }
}

/** Asserts that a string matches a regular expression. */
export function assertMatch(actual: string, expected: RegExp, msg?: string): void {
  expected.lastIndex = 0;
  if (!expected.test(actual)) reject(`Expected ${format(actual)} to match ${expected}`, msg);
}

/** Asserts that a string does not match a regular expression. */
export function assertNotMatch(actual: string, expected: RegExp, msg?: string): void {
  expected.lastIndex = 0;
  if (expected.test(actual)) reject(`Expected ${format(actual)} not to match ${expected}`, msg);
}

/** Asserts that `actual > expected`. */
export function assertGreater<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual > expected)) reject(`Expected ${format(actual)} > ${format(expected)}`, msg);
}

/** Asserts that `actual >= expected`. */
export function assertGreaterOrEqual<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual >= expected)) reject(`Expected ${format(actual)} >= ${format(expected)}`, msg);
}

/** Asserts that `actual < expected`. */
export function assertLess<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual < expected)) reject(`Expected ${format(actual)} < ${format(expected)}`, msg);
}

/** Asserts that `actual <= expected`. */
export function assertLessOrEqual<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual <= expected)) reject(`Expected ${format(actual)} <= ${format(expected)}`, msg);
}

/**
 * Asserts that two numbers lie at most `tolerance` apart; by default 1e-7 of the expected one.
 */
export function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance: number = Number.isFinite(expected) ? Math.abs(expected * 1e-7) : 1e-7,
  msg?: string,
): void {
  if (Object.is(actual, expected)) return;
  const distance = Math.abs(actual - expected);
  if (distance <= tolerance) return;
  reject(
    `Expected ${format(actual)} to be at most ${tolerance} from ${format(expected)}, ` +
      `it is ${distance}`,
    msg,
  );
}

/** Fails, always. */
export function fail(msg?: string): never {
  return reject("Failed assertion", msg);
}

/** Fails, always: for a place that the program must never reach. */
export function unreachable(reason?: string): never {
  return reject("Unreachable", reason);
}
