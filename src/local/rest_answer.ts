/**
 * Answers of the REST endpoint.
 *
 * @module
 */
import type { ConnectError } from "@connectrpc/connect";
import { type StatusName, statusName } from "../core/status_name.ts";
import { ErrorInfoSchema } from "../gen/error_info_pb.ts";
import { RetryInfoSchema } from "../gen/retry_info_pb.ts";
import type { JsonAnswer } from "./token_endpoint.ts";

/** How REST says what gRPC has a status for. */
const HTTP_STATUSES: Readonly<Record<StatusName, number>> = {
  OK: 200,
  CANCELLED: 499,
  UNKNOWN: 500,
  INVALID_ARGUMENT: 400,
  DEADLINE_EXCEEDED: 504,
  NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  PERMISSION_DENIED: 403,
  RESOURCE_EXHAUSTED: 429,
  FAILED_PRECONDITION: 400,
  ABORTED: 409,
  OUT_OF_RANGE: 400,
  UNIMPLEMENTED: 501,
  INTERNAL: 500,
  UNAVAILABLE: 503,
  DATA_LOSS: 500,
  UNAUTHENTICATED: 401,
};

/** The names that are REST's own. */
const ERROR_CODES: { readonly [Status in StatusName]?: string } = {
  INVALID_ARGUMENT: "INVALID_PARAMETER_VALUE",
  UNIMPLEMENTED: "NOT_IMPLEMENTED",
};

/** The answer to an insert that is not to be. */
export function errorAnswer(error: ConnectError): JsonAnswer {
  const status = statusName(error.code);
  const [retry] = error.findDetails(RetryInfoSchema);
  const [info] = error.findDetails(ErrorInfoSchema);
  const number = info?.metadata.error_code;
  const suffix = number === undefined ? "" : `. Error Code: ${number}, Error State: 0`;
  const { seconds = 0n, nanos = 0 } = retry?.retryDelay ?? {};
  return {
    status: HTTP_STATUSES[status],
    body: {
      error_code: ERROR_CODES[status] ?? status,
      message: `${error.rawMessage}${suffix}`,
    },
    // Whole seconds are all that the header can say.
    headers: retry === undefined
      ? {}
      : { "retry-after": String(Number(seconds) + Math.ceil(nanos / 1e9)) },
  };
}
