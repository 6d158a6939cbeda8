import { assertEquals, assertStrictEquals } from "@std/assert";
import {
  DEFAULT_RETRYABLE_STATUSES,
  errorFromStatus,
  serviceCodeOf,
} from "../../src/core/status.ts";
import { STATUS_NAMES, type StatusName, statusName } from "../../src/core/status_name.ts";
import { test } from "../harness/mod.ts";

test("statusName: the numbers that gRPC defines", () => {
  assertEquals(STATUS_NAMES.length, 17);
  const samples: [number, StatusName][] = [
    [0, "OK"],
    [1, "CANCELLED"],
    [3, "INVALID_ARGUMENT"],
    [7, "PERMISSION_DENIED"],
    [14, "UNAVAILABLE"],
    [16, "UNAUTHENTICATED"],
  ];
  for (const [code, name] of samples) assertEquals(statusName(code), name);
});

test("statusName: any other number is UNKNOWN", () => {
  for (const code of [-1, 17, 99, 1.5, NaN, Infinity]) assertEquals(statusName(code), "UNKNOWN");
});

/** Class of the error, before and after the stream was accepted, and whether it is retryable. */
const expected: Record<StatusName, [string, string, boolean]> = {
  OK: ["ConnectionError", "ConnectionError", true],
  CANCELLED: ["ConnectionError", "ConnectionError", true],
  UNKNOWN: ["ConnectionError", "ConnectionError", true],
  INVALID_ARGUMENT: ["ConnectionError", "TransmissionError", false],
  DEADLINE_EXCEEDED: ["ConnectionError", "ConnectionError", true],
  NOT_FOUND: ["ConnectionError", "TransmissionError", false],
  ALREADY_EXISTS: ["ConnectionError", "ConnectionError", true],
  PERMISSION_DENIED: ["AuthenticationError", "AuthenticationError", false],
  RESOURCE_EXHAUSTED: ["ConnectionError", "ConnectionError", true],
  FAILED_PRECONDITION: ["ConnectionError", "ConnectionError", true],
  ABORTED: ["ConnectionError", "ConnectionError", true],
  OUT_OF_RANGE: ["ConnectionError", "TransmissionError", false],
  UNIMPLEMENTED: ["ConnectionError", "TransmissionError", false],
  INTERNAL: ["ConnectionError", "ConnectionError", true],
  UNAVAILABLE: ["ConnectionError", "ConnectionError", true],
  DATA_LOSS: ["ConnectionError", "ConnectionError", true],
  UNAUTHENTICATED: ["AuthenticationError", "AuthenticationError", false],
};
for (const status of STATUS_NAMES) {
  test(`errorFromStatus: ${status}`, () => {
    const [before, after, retryable] = expected[status];
    for (const [established, name] of [[false, before], [true, after]] as const) {
      const error = errorFromStatus({ status, message: "the text", established });
      assertEquals([error.name, error.retryable], [name, retryable]);
      assertEquals(error.details, { status });
      assertEquals(error.message.endsWith(`(${status}): the text`), true, error.message);
    }
  });
}

test("errorFromStatus: the retryable statuses are the caller's to choose", () => {
  const message = "";
  const unavailable = { status: "UNAVAILABLE", message, established: true } as const;
  const refused = errorFromStatus({ ...unavailable, retryable: ["NOT_FOUND"] });
  assertEquals([refused.name, refused.retryable], ["TransmissionError", false]);
  const missing = { status: "NOT_FOUND", message, established: true } as const;
  const passing = errorFromStatus({ ...missing, retryable: ["NOT_FOUND"] });
  assertEquals([passing.name, passing.retryable], ["ConnectionError", true]);
  const denied = { status: "UNAUTHENTICATED", message, established: false } as const;
  const again = errorFromStatus({
    ...denied,
    retryable: [...DEFAULT_RETRYABLE_STATUSES, "UNAUTHENTICATED"],
  });
  assertEquals([again.name, again.retryable], ["AuthenticationError", true]);
});

test("errorFromStatus: an empty message leaves no colon behind", () => {
  const error = errorFromStatus({ status: "INTERNAL", message: "", established: true });
  assertEquals(error.message, "the stream ended (INTERNAL)");
});

test("errorFromStatus: cause, details and the service's own number", () => {
  const cause = new Error("underneath");
  const error = errorFromStatus({
    status: "INVALID_ARGUMENT",
    message: "offset is not sequential. Error Code: 4002, Error State: 1",
    established: true,
    cause,
    details: { httpStatus: 200, status: "OK", serviceCode: 1 },
  });
  assertStrictEquals(error.cause, cause);
  // Its number where it is sent apart, otherwise the one in the text.
  assertEquals(error.details, { httpStatus: 200, status: "INVALID_ARGUMENT", serviceCode: 1 });
});

const messages: [string, number | undefined][] = [
  ["not sequential. Error Code: 4002, Error State: 1", 4002],
  ["not sequential. Error Code: 4002, Error State: 1.", 4002],
  ["not sequential. Error Code: 4002, Error State: BAD_STATE-2 \n", 4002],
  ["Error Code: 6002", 6002],
  ["Error Code: 6002.", 6002],
  ["Error Code: 1, Error State: 1; Error Code: 2, Error State: 2", 2],
  ["Error Code: 4002 in the middle of the text", undefined],
  ["Error Code: 4002, Error State: 1, said the row", undefined],
  ["Error Code: 1234567890", undefined],
  ["Error Code: -1", undefined],
  ["error code: 4002", undefined],
  ["4002", undefined],
  ["", undefined],
];
for (const [message, code] of messages) {
  test(`serviceCodeOf: ${code} in ${JSON.stringify(message)}`, () => {
    assertEquals(serviceCodeOf(message), code);
  });
}

test("serviceCodeOf: a long hostile message takes no time", () => {
  const start = performance.now();
  assertEquals(serviceCodeOf("Error Code: 1 ".repeat(20_000) + "x"), undefined);
  assertEquals(serviceCodeOf("Error Code: 1" + " ".repeat(200_000) + "x"), undefined);
  assertEquals(performance.now() - start < 1_000, true);
});
