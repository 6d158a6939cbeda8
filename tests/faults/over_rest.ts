/**
 * What the lines of the fault matrix become where every request is an exchange of its own.
 *
 * @module
 */
import type { StreamOptions } from "@zerobus/wrapper";
import type { Fault, FaultKind } from "@zerobus/wrapper/testing";
import { type FaultCase, LAST, SIZES } from "./fault_line.ts";

/** Faults that REST cannot have, and why. */
const IMPOSSIBLE: { readonly [Kind in FaultKind]?: string } = {
  close_signal: "REST has no signal that announces an end",
  coalesce_acknowledgements: "every request has an answer of its own",
  duplicate_acknowledgement: "a request is answered once",
  backward_acknowledgement: "an answer names no offset",
  excessive_acknowledgement: "an answer names no offset",
};

/** Faults that leave a request without an answer, which only time can tell. */
const UNANSWERED: ReadonlySet<FaultKind> = new Set<FaultKind>([
  "withhold_acknowledgement",
  "partial_acknowledgement",
  "silence",
]);

const IMPATIENT: StreamOptions = { ackTimeoutMs: 400 };

/** The case over REST, or the reason why there is none. */
export function overRest(faultCase: FaultCase): FaultCase | string {
  const { faults, stream } = faultCase;
  for (const { kind } of faults) {
    const reason = IMPOSSIBLE[kind];
    if (reason !== undefined) return reason;
  }
  if (faults.some(isBehindTheLast)) return "nothing is there to be struck after the last answer";
  return faults.some(isUnanswered)
    ? { ...faultCase, stream: { ...stream, ...IMPATIENT } }
    : faultCase;
}

/** Whether a fault strikes only when everything has been answered. */
function isBehindTheLast(fault: Fault): boolean {
  const at = "at" in fault ? fault.at : undefined;
  return typeof at === "object" && "records" in at &&
    at.records > (LAST - 1) * SIZES.rowsPerRequest;
}

function isUnanswered(fault: Fault): boolean {
  return UNANSWERED.has(fault.kind) || (fault.kind === "delay_creation" && fault.delayMs > 1_000);
}
