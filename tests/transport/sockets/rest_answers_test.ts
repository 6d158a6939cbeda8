/**
 * What the REST transport makes of answers.
 *
 * @module
 */
import {
  assert,
  assertEquals,
  assertGreater,
  assertLess,
  assertMatch,
  assertStrictEquals,
  assertStringIncludes,
} from "@std/assert";
import { test } from "../../harness/mod.ts";
import type { Fields } from "./lines.ts";
import { JSON_TYPE, records, TOKEN, withConnection } from "./rest_stage.ts";
import { allMessages, errorOf, reasonOf } from "./subject.ts";

const HTML: Fields = { "content-type": "text/html" };

interface Case {
  readonly answer: readonly [status: number, fields: Fields, text?: string];
  readonly error: "AuthenticationError" | "ConnectionError" | "TransmissionError";
  readonly retryable?: boolean;
  readonly details: Record<string, unknown>;
  readonly says?: RegExp;
}

const failure = (error_code: string, message = "the reason") =>
  JSON.stringify({ error_code, message });

const CASES: Record<string, Case> = {
  "records that do not fit": {
    answer: [400, JSON_TYPE, failure("INVALID_PARAMETER_VALUE")],
    error: "TransmissionError",
    details: { status: "INVALID_ARGUMENT", httpStatus: 400, errorCode: "INVALID_PARAMETER_VALUE" },
    says: /refused the records \(INVALID_PARAMETER_VALUE, HTTP 400\): the reason$/,
  },
  "a name nobody knows": {
    answer: [400, JSON_TYPE, failure("WHO_KNOWS")],
    error: "TransmissionError",
    details: { status: "INVALID_ARGUMENT", httpStatus: 400, errorCode: "WHO_KNOWS" },
  },
  "no name": {
    answer: [400, JSON_TYPE, "{}"],
    error: "TransmissionError",
    details: { status: "INVALID_ARGUMENT", httpStatus: 400 },
  },
  "a body that a proxy finds too large": {
    answer: [413, HTML, "<html>"],
    error: "TransmissionError",
    details: { status: "INVALID_ARGUMENT", httpStatus: 413 },
  },
  "a token that has expired": {
    answer: [401, JSON_TYPE, failure("UNAUTHENTICATED")],
    error: "AuthenticationError",
    details: { status: "UNAUTHENTICATED", httpStatus: 401, errorCode: "UNAUTHENTICATED" },
  },
  "401 without a word": {
    answer: [401, {}],
    error: "AuthenticationError",
    details: { status: "UNAUTHENTICATED", httpStatus: 401 },
  },
  "missing grants, whatever they are called": {
    answer: [403, JSON_TYPE, failure("INVALID_STATE")],
    error: "AuthenticationError",
    details: { status: "PERMISSION_DENIED", httpStatus: 403, errorCode: "INVALID_STATE" },
  },
  "no such table": {
    answer: [404, JSON_TYPE, failure("NOT_FOUND")],
    error: "ConnectionError",
    details: { status: "NOT_FOUND", httpStatus: 404, errorCode: "NOT_FOUND" },
  },
  "no such path": {
    answer: [404, HTML, "<html>"],
    error: "ConnectionError",
    details: { status: "UNIMPLEMENTED", httpStatus: 404 },
    says: /not a Zerobus endpoint/,
  },
  "over quota, with a time": {
    answer: [429, { ...JSON_TYPE, "retry-after": "12" }, failure("REQUEST_LIMIT_EXCEEDED")],
    error: "ConnectionError",
    retryable: true,
    details: {
      status: "RESOURCE_EXHAUSTED",
      httpStatus: 429,
      errorCode: "REQUEST_LIMIT_EXCEEDED",
      retryAfterMs: 12_000,
    },
  },
  "over quota, with a date that is over": {
    answer: [429, { "retry-after": "Wed, 21 Oct 2015 07:28:00 GMT" }],
    error: "ConnectionError",
    retryable: true,
    details: { status: "UNAVAILABLE", httpStatus: 429, retryAfterMs: 0 },
  },
  "trouble inside": {
    answer: [500, { ...JSON_TYPE, "retry-after": "1" }, failure("INTERNAL_ERROR")],
    error: "ConnectionError",
    retryable: true,
    details: {
      status: "INTERNAL",
      httpStatus: 500,
      errorCode: "INTERNAL_ERROR",
      retryAfterMs: 1_000,
    },
  },
  "not available, by the service's number": {
    answer: [503, JSON_TYPE, failure("UNAVAILABLE", "blocked. Error Code: 6006, Error State: 1")],
    error: "ConnectionError",
    retryable: true,
    details: {
      status: "UNAVAILABLE",
      httpStatus: 503,
      errorCode: "UNAVAILABLE",
      serviceCode: 6006,
    },
  },
  "not implemented": {
    answer: [501, JSON_TYPE, failure("NOT_IMPLEMENTED")],
    error: "ConnectionError",
    details: { status: "UNIMPLEMENTED", httpStatus: 501, errorCode: "NOT_IMPLEMENTED" },
  },
  "a gateway's page": {
    answer: [502, HTML, "<html>"],
    error: "ConnectionError",
    retryable: true,
    details: { status: "UNAVAILABLE", httpStatus: 502 },
  },
  "a status nobody documented": {
    answer: [418, JSON_TYPE, failure("TEAPOT")],
    error: "ConnectionError",
    details: { status: "UNKNOWN", httpStatus: 418, errorCode: "TEAPOT" },
  },
  "a failure in disguise": {
    answer: [200, JSON_TYPE, failure("UNAVAILABLE")],
    error: "ConnectionError",
    retryable: true,
    details: { status: "UNAVAILABLE", httpStatus: 200, errorCode: "UNAVAILABLE" },
  },
  "a page to sign in": {
    answer: [200, HTML, "<html>"],
    error: "ConnectionError",
    details: { status: "UNKNOWN", httpStatus: 200 },
    says: /HTTP 200 with text\/html/,
  },
  "success without an object": {
    answer: [200, JSON_TYPE, "[]"],
    error: "ConnectionError",
    retryable: true,
    details: { status: "INTERNAL" },
  },
  "accepted, which is not durable": {
    answer: [202, JSON_TYPE, "{}"],
    error: "ConnectionError",
    details: { status: "UNKNOWN", httpStatus: 202 },
  },
  "a redirect": {
    answer: [307, { location: "/elsewhere" }],
    error: "ConnectionError",
    details: { status: "UNAVAILABLE" },
    says: /redirect, which is not followed/,
  },
};

for (const [name, { answer, error, retryable = false, details, says }] of Object.entries(CASES)) {
  test(`REST: ${name}`, async () => {
    await withConnection(async (exchange) => {
      await exchange.text();
      await exchange.answer(...answer);
    }, async (connection) => {
      const found = await errorOf(connection.send({ offset: 0, records: records({ n: 1 }) }));
      assertEquals([found.name, found.retryable, found.details], [error, retryable, details]);
      if (says !== undefined) assertMatch(found.message, says);
      assertEquals(await allMessages(connection), { messages: [], error: found });
      assertStrictEquals(
        await reasonOf(connection.send({ offset: 1, records: records({}) })),
        found,
      );
    });
  });
}

test("REST: a date to come back at is a time to wait", async () => {
  await withConnection(async (exchange) => {
    await exchange.text();
    const date = new Date(Date.now() + 60_000).toUTCString();
    await exchange.answer(503, { ...JSON_TYPE, "retry-after": date }, failure("UNAVAILABLE"));
  }, async (connection) => {
    const { details } = await errorOf(connection.send({ offset: 0, records: records({ n: 1 }) }));
    assertGreater(details.retryAfterMs!, 50_000);
    assertLess(details.retryAfterMs!, 60_001);
  });
});

test("REST: what the answer says is shown in part, in one line, without the token", async () => {
  await withConnection(async (exchange) => {
    await exchange.text();
    const message = `${TOKEN}\r\n${"x".repeat(10_000)}`;
    await exchange.answer(400, JSON_TYPE, failure(`CODE_${TOKEN}`, message));
  }, async (connection) => {
    const error = await errorOf(connection.send({ offset: 0, records: records({ n: 1 }) }));
    assert(!`${error.stack}${JSON.stringify(error)}`.includes(TOKEN));
    assertStringIncludes(error.message, "[redacted] xxx");
    assertLess(error.message.length, 500);
  });
});

test("REST: an answer that is longer than allowed acknowledges nothing", async () => {
  await withConnection(async (exchange) => {
    await exchange.text();
    await exchange.answer(200, JSON_TYPE, JSON.stringify({ a: "x".repeat(2_000) }));
  }, async (connection) => {
    const error = await errorOf(connection.send({ offset: 0, records: records({ n: 1 }) }));
    assertEquals([error.retryable, error.details.status], [true, "INTERNAL"]);
  }, { maxResponseBytes: 1_000 });
});
