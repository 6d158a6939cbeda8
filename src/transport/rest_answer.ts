/**
 * What the REST endpoint answered, and what it means.
 *
 * @module
 */
import {
  AuthenticationError,
  ConnectionError,
  type ErrorDetails,
  TransmissionError,
  type ZerobusError,
} from "../core/errors.ts";
import { serviceCodeOf } from "../core/status.ts";
import { STATUS_NAMES, type StatusName } from "../core/status_name.ts";
import { answerError, type Circumstances, retryAfter } from "./answer_error.ts";
import type { HttpResponse } from "./http_client.ts";
import { protocolViolation } from "./replies.ts";

/** An answer that was read to its end. */
export interface RestAnswer extends Pick<HttpResponse, "status" | "header"> {
  /** The body; `undefined` if it is longer than anybody wants to read, or is no UTF-8. */
  readonly text: string | undefined;
}

/** The service's names of failures that are not those of gRPC. */
const STATUS_OF_CODE: ReadonlyMap<string, StatusName> = new Map<string, StatusName>([
  ["INVALID_PARAMETER_VALUE", "INVALID_ARGUMENT"],
  ["BAD_REQUEST", "INVALID_ARGUMENT"],
  ["MALFORMED_REQUEST", "INVALID_ARGUMENT"],
  ["RESOURCE_DOES_NOT_EXIST", "NOT_FOUND"],
  ["RESOURCE_ALREADY_EXISTS", "ALREADY_EXISTS"],
  ["RESOURCE_CONFLICT", "ABORTED"],
  ["REQUEST_LIMIT_EXCEEDED", "RESOURCE_EXHAUSTED"],
  ["NOT_IMPLEMENTED", "UNIMPLEMENTED"],
  ["INTERNAL_ERROR", "INTERNAL"],
  ["TEMPORARILY_UNAVAILABLE", "UNAVAILABLE"],
  ...STATUS_NAMES.slice(1).map((name) => [name, name] as const),
]);

/** Statuses for HTTP statuses, where the service's name for the failure is not known. */
const STATUS_OF_HTTP: ReadonlyMap<number, StatusName> = new Map<number, StatusName>([
  [400, "INVALID_ARGUMENT"],
  [401, "UNAUTHENTICATED"],
  [403, "PERMISSION_DENIED"],
  [404, "NOT_FOUND"],
  [408, "DEADLINE_EXCEEDED"],
  [409, "ABORTED"],
  [413, "INVALID_ARGUMENT"],
  [422, "INVALID_ARGUMENT"],
  [429, "RESOURCE_EXHAUSTED"],
  [499, "CANCELLED"],
  [501, "UNIMPLEMENTED"],
  [502, "UNAVAILABLE"],
  [503, "UNAVAILABLE"],
  [504, "DEADLINE_EXCEEDED"],
]);

/** What of the service's text is shown. */
const MOST_TEXT = 300;

/**
 * The error that an answer is, or nothing if it says that the records are durable. That is said by
 * HTTP 200 with a JSON object and by nothing else: whoever else is there may answer 200, too.
 *
 * @param token credentials that must not be shown, should the answer repeat them
 */
export function failureIn(
  answer: RestAnswer,
  circumstances: Circumstances,
  token: string,
): ZerobusError | undefined {
  const body = objectIn(answer.text);
  const { status } = answer;
  if (typeof body?.error_code === "string" || (body !== undefined && status >= 400)) {
    return refusal(answer, body, circumstances, token);
  }
  if (status === 413) return refusal(answer, {}, circumstances, token);
  if (status === 200 && body !== undefined) return undefined;
  if (status === 200 && isJson(answer)) {
    return protocolViolation("HTTP 200 with a body that is no JSON object");
  }
  return answerError(answer, circumstances);
}

/** The service says what is wrong. */
function refusal(
  answer: RestAnswer,
  { error_code: name, message }: Readonly<Record<string, unknown>>,
  { retryable }: Circumstances,
  token: string,
): ZerobusError {
  const httpStatus = answer.status;
  const status = statusOf(httpStatus, name);
  const said = typeof message === "string" ? message : "";
  const serviceCode = serviceCodeOf(said);
  const details: ErrorDetails = {
    status,
    httpStatus,
    ...(typeof name === "string" ? { errorCode: shown(name, token) } : {}),
    ...(serviceCode === undefined ? {} : { serviceCode }),
    ...retryAfter(answer),
  };
  // A request that the service refuses for a reason unheard of is not better the next time.
  const isRiddle = status === "UNKNOWN" && httpStatus < 500;
  const options = { details, retryable: !isRiddle && retryable.includes(status) };
  const text = said === "" ? "" : `: ${shown(said, token)}`;
  const what = `(${details.errorCode ?? status}, HTTP ${httpStatus})${text}`;
  switch (status) {
    case "UNAUTHENTICATED":
    case "PERMISSION_DENIED":
      return new AuthenticationError(`the service refused the credentials ${what}`, options);
    case "INVALID_ARGUMENT":
    case "OUT_OF_RANGE":
      return new TransmissionError(`the service refused the records ${what}`, options);
    default:
      return new ConnectionError(`the service did not take the records ${what}`, options);
  }
}

/** HTTP says who is at fault; the service's name may say more precisely what it is. */
function statusOf(httpStatus: number, name: unknown): StatusName {
  const byHttp = STATUS_OF_HTTP.get(httpStatus) ?? (httpStatus >= 500 ? "INTERNAL" : "UNKNOWN");
  // Other credentials help there, whatever the name is; its spelling is documented nowhere.
  if (httpStatus === 401 || httpStatus === 403) return byHttp;
  return (typeof name === "string" ? STATUS_OF_CODE.get(name) : undefined) ?? byHttp;
}

/** Text of the other side, fit for a message: short, in one line, without credentials. */
function shown(text: string, token: string): string {
  const clean = token === "" ? text : text.replaceAll(token, "[redacted]");
  // deno-lint-ignore no-control-regex
  const line = clean.replace(/[\x00-\x1f\x7f]+/g, " ");
  return line.length > MOST_TEXT ? `${line.slice(0, MOST_TEXT)}…` : line;
}

function objectIn(text: string | undefined): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text ?? "");
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? value as Readonly<Record<string, unknown>> : undefined;
  } catch {
    return undefined;
  }
}

function isJson({ header }: RestAnswer): boolean {
  return /^application\/(?:[\w.-]+\+)?json\b/i.test(header.get("content-type") ?? "");
}
