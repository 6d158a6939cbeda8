/**
 * Errors that the other side answered: statuses of the stream, and HTTP statuses of whoever is
 * there instead.
 *
 * @module
 */
import type { ConnectError } from "@connectrpc/connect";
import { codeFromHttpStatus } from "@connectrpc/connect/protocol-grpc";
import {
  ConfigurationError,
  ConnectionError,
  type ErrorDetails,
  type ZerobusError,
} from "../core/errors.ts";
import { errorFromStatus } from "../core/status.ts";
import { type StatusName, statusName } from "../core/status_name.ts";
import { type ErrorInfo, ErrorInfoSchema } from "../gen/error_info_pb.ts";
import { RetryInfoSchema } from "../gen/retry_info_pb.ts";
import { durationMs, timerMs } from "./duration.ts";
import type { HttpResponse } from "./http_client.ts";
import type { Ending } from "./stream_protocol.ts";

/** Whose causes of failure we know: the service's, which may leave its name out. */
const DOMAINS: readonly string[] = ["zerobus.databricks.com", ""];

/** The service's reason when an Arrow schema does not fit the table. */
const SCHEMA_REFUSED = "SCHEMA_VALIDATION_FAILED";

/** What comes before the body of a response. */
type ResponseHead = Pick<HttpResponse, "status" | "header">;

/** The circumstances of a failure. */
export interface Circumstances {
  /** Scheme, host and port of the endpoint, for messages. */
  readonly origin: string;
  /** Whether the stream had been accepted. */
  readonly established: boolean;
  /** Statuses after which to try again. */
  readonly retryable: readonly StatusName[];
  /** What fails when it is not a stream. */
  readonly exchange?: string;
}

/** The error for a stream that the server ended, with OK or with a status. */
export function endingError({ error }: Ending, circumstances: Circumstances): ZerobusError {
  const { established, retryable } = circumstances;
  if (error === undefined) {
    return errorFromStatus({ status: "OK", message: "", established, retryable });
  }
  const causes = schemaCauses(error);
  if (causes !== undefined) return schemaRefused(error, causes);
  return errorFromStatus({
    status: statusName(error.code),
    message: error.rawMessage,
    established,
    retryable,
    cause: error,
    details: { ...retryInfoOf(error), ...serviceCodeOf(error) },
  });
}

function retryInfoOf(error: ConnectError): ErrorDetails {
  const [info] = error.findDetails(RetryInfoSchema);
  return info === undefined ? {} : { retryAfterMs: durationMs(info.retryDelay) };
}

/** What is wrong with the schema, if the service says that something is. */
function schemaCauses(error: ConnectError): string[] | undefined {
  const info = errorInfoOf(error);
  if (info?.reason !== SCHEMA_REFUSED) return undefined;
  return (info.metadata.causes ?? "").split(",").map((cause) => cause.trim()).filter(Boolean);
}

/** No other attempt with this schema can succeed, whatever the status says. */
function schemaRefused(error: ConnectError, causes: readonly string[]): ConfigurationError {
  const found = causes.length === 0 ? "" : ` (${causes.join(", ")})`;
  const text = error.rawMessage === "" ? "" : `: ${error.rawMessage}`;
  return new ConfigurationError(
    `the service refused the schema${found}${text}; make the columns of the batch fit those of the ` +
      "table by name, order, type and nullability",
    { cause: error, details: { status: statusName(error.code), causes, ...serviceCodeOf(error) } },
  );
}

function errorInfoOf(error: ConnectError): ErrorInfo | undefined {
  return error.findDetails(ErrorInfoSchema).find(({ domain }) => DOMAINS.includes(domain));
}

/** The service's own number, where it sends it apart from the message. */
function serviceCodeOf(error: ConnectError): ErrorDetails {
  const code = errorInfoOf(error)?.metadata.error_code ?? "";
  return /^\d{1,9}$/.test(code) ? { serviceCode: Number(code) } : {};
}

/** The error for an answer that is not one of the protocol: a proxy's, or another server's. */
export function answerError(response: ResponseHead, circumstances: Circumstances): ZerobusError {
  const { status, header } = response;
  const { origin } = circumstances;
  // A browser hides the status of a redirect that it was told not to follow.
  if (status === 0 || (status >= 300 && status < 400)) {
    return new ConnectionError(redirectRefused(origin, status === 0 ? "" : ` (HTTP ${status})`), {
      retryable: false,
      details: { httpStatus: status },
    });
  }
  const name = statusName(codeFromHttpStatus(status));
  const details: ErrorDetails = { status: name, httpStatus: status, ...retryAfter(response) };
  const type = header.get("content-type")?.slice(0, 100) ?? "no content type";
  const answer = `${origin} answered HTTP ${status} with ${type}`;
  if (status === 401 || status === 403) {
    return errorFromStatus({ ...circumstances, status: name, message: answer, details });
  }
  return new ConnectionError(
    `${answer}: it is not a Zerobus endpoint, or something in between answered in its place`,
    { retryable: status === 429 || status >= 500, details },
  );
}

/** What to say of a redirect. */
export function redirectRefused(origin: string, detail: string): string {
  return `${origin} answered with a redirect${detail}, which is not followed; configure the final URL`;
}

/** How long the other side asks to wait, in seconds or until a date. */
export function retryAfter({ status, header }: ResponseHead): ErrorDetails {
  const value = header.get("retry-after");
  if (value === null || (status !== 429 && status < 500)) return {};
  const ms = /^\s*\d+\s*$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isNaN(ms) ? {} : { retryAfterMs: timerMs(ms) };
}
