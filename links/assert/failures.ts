import { reject } from "./assertion_error.ts";
import { format } from "./format.ts";

/** The class of an error, abstract ones included. */
// deno-lint-ignore no-explicit-any -- the arguments of a constructor nobody calls
export type ErrorConstructor<E extends Error> = abstract new (...args: any[]) => E;

/** What an error must be like. */
interface Expectation<E extends Error> {
  readonly ErrorClass?: ErrorConstructor<E> | undefined;
  readonly msgIncludes?: string | undefined;
  readonly msg?: string | undefined;
}

/** Asserts that a function throws, and returns what it throws. */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
/**
 * Asserts that a function throws an instance of a class, optionally with a certain text in its
 * message, and returns that error.
 */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ErrorClass: ErrorConstructor<E>,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  classOrMsg?: ErrorConstructor<E> | string,
  msgIncludes?: string,
  msg?: string,
): unknown {
  const expectation = expectationOf(classOrMsg, msgIncludes, msg);
  try {
    fn();
  } catch (thrown) {
    return verify(thrown, expectation);
  }
  reject("Expected function to throw", expectation.msg);
}

/** Asserts that a function's promise rejects, and resolves with the reason. */
export function assertRejects(fn: () => PromiseLike<unknown>, msg?: string): Promise<unknown>;
/**
 * Asserts that a function's promise rejects with an instance of a class, optionally with a certain
 * text in its message, and resolves with that error. A function that throws instead of rejecting
 * fails the assertion.
 */
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass: ErrorConstructor<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  classOrMsg?: ErrorConstructor<E> | string,
  msgIncludes?: string,
  msg?: string,
): Promise<unknown> {
  const expectation = expectationOf(classOrMsg, msgIncludes, msg);
  let promise: PromiseLike<unknown>;
  try {
    promise = fn();
  } catch (cause) {
    reject("Function throws when expected to reject", expectation.msg, { cause });
  }
  if (typeof promise?.then !== "function") {
    reject("Function returns no promise when expected to reject", expectation.msg);
  }
  try {
    await promise;
  } catch (reason) {
    return verify(reason, expectation);
  }
  reject("Expected function to reject", expectation.msg);
}

function expectationOf<E extends Error>(
  classOrMsg: ErrorConstructor<E> | string | undefined,
  msgIncludes: string | undefined,
  msg: string | undefined,
): Expectation<E> {
  return typeof classOrMsg === "string"
    ? { msg: classOrMsg }
    : { ErrorClass: classOrMsg, msgIncludes, msg };
}

function verify<E extends Error>(thrown: unknown, expectation: Expectation<E>): unknown {
  const { ErrorClass, msgIncludes, msg } = expectation;
  if (ErrorClass === undefined) return thrown;
  const options = { cause: thrown };
  if (!(thrown instanceof Error)) {
    reject(`Expected an error, got ${format(thrown)}`, msg, options);
  }
  if (!(thrown instanceof ErrorClass)) {
    const got = `${thrown.constructor.name}: ${thrown.message}`;
    reject(`Expected an instance of ${ErrorClass.name}, got ${got}`, msg, options);
  }
  if (msgIncludes !== undefined && !thrown.message.includes(msgIncludes)) {
    reject(
      `Expected the error's message to include ${format(msgIncludes)}, got ${
        format(thrown.message)
      }`,
      msg,
      options,
    );
  }
  return thrown;
}
