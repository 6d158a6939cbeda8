/**
 * Requests that a script refuses.
 *
 * @module
 */
import type { ServedRequest } from "../behaviour.ts";
import type { LocalValue } from "../row.ts";
import type { RejectedRecord } from "./fault.ts";
import type { FaultScript } from "./fault_script.ts";

/** Why a request is not to be kept, if it is not. Names rows and columns, never values. */
export function refusalOf(
  request: ServedRequest,
  tableName: string,
  script: FaultScript,
): string | undefined {
  const { byteCount, offset } = request;
  const tooLarge = script.take(tableName, {
    kinds: ["request_too_large"],
    applies: ({ limitBytes = 0 }) => byteCount > limitBytes,
  });
  if (tooLarge !== undefined) {
    const { limitBytes = 0 } = tooLarge;
    return `the request is too large: ${byteCount} bytes, the limit is ${limitBytes}`;
  }
  let row = -1;
  const rejected = script.take(tableName, {
    kinds: ["reject_record"],
    applies: (fault) => (row = rejectedRow(request, fault)) >= 0,
  });
  return rejected &&
    `record ${row} of the request with offset ${offset}: ${rejected.column}: the value is refused`;
}

/** Index of the first row that is refused, or -1. */
function rejectedRow(request: ServedRequest, { column, equals }: RejectedRecord): number {
  let index = 0;
  for (const row of request.rows()) {
    if (isEqual(row[column] ?? null, equals)) return index;
    index++;
  }
  return -1;
}

/** 64-bit integers are equal to the number that a script can name. */
function isEqual(value: LocalValue, wanted: RejectedRecord["equals"]): boolean {
  return value === wanted || (typeof value === "bigint" && value === toBigInt(wanted));
}

function toBigInt(value: RejectedRecord["equals"]): bigint | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) ? BigInt(value) : undefined;
}
