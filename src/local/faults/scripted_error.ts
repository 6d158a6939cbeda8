/**
 * Errors that a script asks for, as the wire has them.
 *
 * @module
 */
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { type Duration, DurationSchema } from "@bufbuild/protobuf/wkt";
import { ConnectError } from "@connectrpc/connect";
import { STATUS_NAMES } from "../../core/status_name.ts";
import { RetryInfoSchema } from "../../gen/retry_info_pb.ts";
import type { StreamError } from "./fault.ts";

/** The error of a fault. */
export function scriptedError({ status, message, retryAfterMs }: StreamError): ConnectError {
  const details = retryAfterMs === undefined ? [] : [{
    desc: RetryInfoSchema,
    value: { retryDelay: durationOf(retryAfterMs) } satisfies MessageInitShape<
      typeof RetryInfoSchema
    >,
  }];
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
