import { assert, assertEquals, assertInstanceOf, assertStrictEquals } from "@std/assert";
import {
  AuthenticationError,
  ConfigurationError,
  ConnectionError,
  ConversionError,
  type ErrorCode,
  type ErrorOptions,
  isZerobusError,
  RetryExhaustedError,
  TokenRefreshError,
  TransmissionError,
  ZerobusError,
} from "../../src/core/errors.ts";
import { test } from "../harness/mod.ts";

interface Member {
  readonly make: new (message: string, options?: ErrorOptions) => ZerobusError;
  readonly name: string;
  readonly code: ErrorCode;
  readonly retryable: boolean;
}

const family: Member[] = [
  {
    make: ConfigurationError,
    name: "ConfigurationError",
    code: "configuration",
    retryable: false,
  },
  {
    make: AuthenticationError,
    name: "AuthenticationError",
    code: "authentication",
    retryable: false,
  },
  { make: ConnectionError, name: "ConnectionError", code: "connection", retryable: true },
  { make: ConversionError, name: "ConversionError", code: "conversion", retryable: false },
  { make: TransmissionError, name: "TransmissionError", code: "transmission", retryable: false },
  {
    make: RetryExhaustedError,
    name: "RetryExhaustedError",
    code: "retry_exhausted",
    retryable: false,
  },
  { make: TokenRefreshError, name: "TokenRefreshError", code: "token_refresh", retryable: true },
];

for (const { make: Class, name, code, retryable } of family) {
  test(`${name}: code, retryability and nothing else by default`, () => {
    const error = new Class("the reason");
    assertInstanceOf(error, ZerobusError);
    assertInstanceOf(error, Error);
    assertEquals(
      [error.name, error.code, error.retryable, error.message],
      [name, code, retryable, "the reason"],
    );
    assertEquals(error.details, {});
    assertEquals("cause" in error, false);
    assertEquals(String(error), `${name}: the reason`);
    assert(error.stack?.includes("the reason"));
  });

  test(`${name}: cause, details and retryability as given`, () => {
    const cause = new Error("underneath");
    const details = { row: 7, column: "address.street" };
    const error = new Class("the reason", { cause, details, retryable: !retryable });
    assertStrictEquals(error.cause, cause);
    assertEquals(error.details, details);
    assertEquals(error.retryable, !retryable);
    assertEquals(error.code, code);
  });

  test(`${name}: JSON has what a log needs`, () => {
    const error = new Class("the reason", { details: { httpStatus: 503 } });
    assertEquals(JSON.parse(JSON.stringify(error)), {
      name,
      code,
      retryable,
      details: { httpStatus: 503 },
    });
  });
}

test("ZerobusError: the codes are all different", () => {
  assertEquals(new Set(family.map(({ code }) => code)).size, family.length);
});

test("ZerobusError: a falsy cause is a cause", () => {
  for (const cause of [null, 0, "", false]) {
    assertStrictEquals(new ConnectionError("the reason", { cause }).cause, cause);
  }
});

test("ZerobusError.from: a member of the family comes back as it is", () => {
  for (const { make: Class } of family) {
    const error = new Class("the reason");
    assertStrictEquals(ZerobusError.from(error), error);
  }
  const closed = new ZerobusError("closed", "closed");
  assertStrictEquals(ZerobusError.from(closed), closed);
});

test("ZerobusError.from: an error of another copy of this package comes back as it is", () => {
  const foreign = Object.assign(new Error("the reason"), {
    name: "ConnectionError",
    code: "connection",
    retryable: true,
    details: {},
  });
  assertStrictEquals(ZerobusError.from(foreign) as Error, foreign);
});

const strangers: [unknown, string][] = [
  [new TypeError("fetch failed"), "fetch failed"],
  [new DOMException("gone", "AbortError"), "gone"],
  ["just text", "just text"],
  [undefined, "undefined"],
  [null, "null"],
  [Symbol("odd"), "Symbol(odd)"],
];
for (const [reason, message] of strangers) {
  test(`ZerobusError.from: ${String(reason)} becomes a retryable ConnectionError`, () => {
    const error = ZerobusError.from(reason);
    assertInstanceOf(error, ConnectionError);
    assertEquals(error.message, message);
    assertEquals(error.retryable, true);
    if (reason !== undefined) assertStrictEquals(error.cause, reason);
  });
}

test("isZerobusError: neither other errors nor objects that only look like one", () => {
  const looks = { name: "ConnectionError", code: "connection", retryable: true, details: {} };
  const others = [
    undefined,
    null,
    "ConnectionError",
    looks,
    new Error("plain"),
    Object.assign(new Error("from Node.js"), { code: "ECONNREFUSED" }),
    Object.assign(new Error("other code"), { ...looks, code: "ECONNREFUSED" }),
    Object.assign(new Error("half of it"), { code: "connection", retryable: true }),
  ];
  for (const other of others) assertEquals(isZerobusError(other), false, String(other));
});
