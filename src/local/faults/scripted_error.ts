/**
 * Errors that a script asks for, as the wire has them.
 *
 * @module
 */
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { type Duration, DurationSchema } from "@bufbuild/protobuf/wkt";
import { ConnectError } from "@connectrpc/connect";
import { STATUS_NAMES } from "../../core/status_name.ts";
import { ErrorInfoSchema } from "../../gen/error_info_pb.ts";
import { RetryInfoSchema } from "../../gen/retry_info_pb.ts";
import type { StreamError } from "./fault.ts";

/** The error of a fault. */
export function scriptedError(fault: StreamError): ConnectError {
  const { status, message, retryAfterMs, serviceCode } = fault;
  const details = [];
  if (retryAfterMs !== undefined) {
    const value: MessageInitShape<typeof RetryInfoSchema> = {
      retryDelay: durationOf(retryAfterMs),
    };
    details.push({ desc: RetryInfoSchema, value });
  }
  if (serviceCode !== undefined) {
    const value: MessageInitShape<typeof ErrorInfoSchema> = {
      domain: "zerobus.databricks.com",
      metadata: { error_code: String(serviceCode) },
    };
    details.push({ desc: ErrorInfoSchema, value });
  }
  // A position in the list of names is the status' number.
  const code = STATUS_NAMES.indexOf(status);
  return new ConnectError(message ?? "a scripted fault", code, undefined, details);
}

/** Milliseconds as protobuf has them. */
export function durationOf(ms: number): Duration {
  return create(DurationSchema, {
    seconds: BigInt(Math.floor(ms / 1000)),
    nanos: (ms % 1000) * 1_000_000,
  });
}
