/**
 * Everything that can go wrong, when it can, and what a client must make of it.
 *
 * @module
 */
import type { StatusName } from "@zerobus/wrapper";
import { STATUS_NAMES } from "../../src/core/status_name.ts";
import type { Fault } from "@zerobus/wrapper/testing";
import {
  answer,
  creation,
  type FaultLine,
  IMPATIENT,
  LAST,
  moment,
  NO_REQUEST,
  type Outcome,
  type Phase,
  requests,
  SIZES,
  strike,
  strikeWithLoss,
  strikeWithPart,
} from "./fault_line.ts";

/** A row that some cases have the server refuse; where it lies decides the phase. */
const POISON: Readonly<Record<Phase, number>> = {
  "creation": -1,
  "first request": 0,
  "mid-batch": 57,
  "flush": 105,
  "close": 119,
};

const REFUSED: ReadonlySet<StatusName> = new Set([
  "NOT_FOUND",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
]);

const STATUSES = STATUS_NAMES.filter((name) => name !== "OK");

/** Refused records may be searched for the one at fault, so what comes of them is open. */
function outcomeOf(status: StatusName): Outcome {
  if (status === "INVALID_ARGUMENT") return "either";
  return REFUSED.has(status) ? "refused" : "delivered";
}

/** The lines of the matrix. */
export const FAULT_LINES: readonly FaultLine[] = [
  ...STATUSES.map((status) =>
    strike(`error ${status}`, (at) => [{ kind: "error", at, status }], outcomeOf(status))
  ),
  strike("error with RetryInfo", (at) => [
    { kind: "error", at, status: "RESOURCE_EXHAUSTED", retryAfterMs: 30 },
  ]),
  strike("error after another error", (at) => [
    { kind: "error", at, status: "UNAVAILABLE" },
    { kind: "error", at: "creation", status: "INTERNAL", times: 2 },
  ]),
  {
    title: "error after a number of records",
    in: (phase) =>
      phase === "creation" ? NO_REQUEST : {
        faults: [{ kind: "error", status: "UNAVAILABLE", at: { records: recordsBefore(phase) } }],
        outcome: "delivered",
      },
  },
  strikeWithLoss("error", (at) => ({ kind: "error", at, status: "UNAVAILABLE" })),
  strikeWithPart("error", (at) => ({ kind: "error", at, status: "UNAVAILABLE" })),
  strike("clean end", (at) => [{ kind: "end", at }]),
  strikeWithLoss("clean end", (at) => ({ kind: "end", at })),
  strikeWithPart("clean end", (at) => ({ kind: "end", at })),
  strike("TCP reset", (at) => [{ kind: "reset", at }]),
  strikeWithLoss("TCP reset", (at) => ({ kind: "reset", at })),
  strike("half-open silence", (at) => [{ kind: "silence", at }], "delivered", IMPATIENT),
  strikeWithLoss("half-open silence", (at) => ({ kind: "silence", at }), IMPATIENT),
  ...([undefined, 0, 150, 20_000] as const).map((durationMs): FaultLine => ({
    title: `close signal, ${durationMs ?? "no"} ms`,
    in: (phase) => {
      if (phase === "creation") return "that is a wrong first message";
      const at = requests(phase);
      return {
        faults: [{ kind: "close_signal", at, ...(durationMs === undefined ? {} : { durationMs }) }],
        outcome: "delivered",
      };
    },
  })),
  strikeWithLoss("close signal", (at) => ({ kind: "close_signal", at, durationMs: 150 })),
  {
    title: "close signal while acknowledgements are on their way",
    in: (phase) => {
      if (phase === "creation") return "that is a wrong first message";
      const { requests: before } = requests(phase);
      const late = Math.min(2, LAST - before);
      return {
        faults: [
          { kind: "delay_acknowledgement", at: { requests: before }, times: late, delayMs: 60 },
          { kind: "close_signal", durationMs: 20_000 },
        ],
        outcome: "delivered",
        // Nothing but the last moment after the half-close is left to wait for them.
        stream: { pauseMaxMs: 0, drainTimeoutMs: 3_000 },
        once: true,
      };
    },
  },
  strike("slow reads", (at) => [{ kind: "slow_reads", at, pauseMs: 100 }]),

  creation("creation delayed", [{ kind: "delay_creation", delayMs: 50 }]),
  creation(
    "creation delayed for too long",
    [{ kind: "delay_creation", delayMs: 5_000 }],
    "delivered",
    {
      connectTimeoutMs: 300,
    },
  ),
  creation("wrong first message", [{ kind: "wrong_first_message" }]),
  creation("stream id missing", [{ kind: "missing_stream_id" }]),
  creation("token rejected", [{ kind: "reject_token" }]),
  creation(
    "token endpoint 429",
    tokenTrouble({ kind: "token_error", status: 429, retryAfterSeconds: 0 }),
  ),
  creation("token endpoint 503", tokenTrouble({ kind: "token_error", status: 503, times: 2 })),
  creation("token endpoint hangs", tokenTrouble({ kind: "token_hang" }), "delivered", {
    connectTimeoutMs: 300,
  }),
  creation("token endpoint garbage", tokenTrouble({ kind: "token_garbage" }), "refused"),

  answer("acknowledgement late", (at) => ({ kind: "delay_acknowledgement", at, delayMs: 50 })),
  answer(
    "acknowledgements coalesced",
    (at) => ({ kind: "coalesce_acknowledgements", at, every: 4 }),
  ),
  answer("acknowledgement twice", (at) => ({ kind: "duplicate_acknowledgement", at })),
  answer("acknowledgement backwards", (at) => ({ kind: "backward_acknowledgement", at }), "either"),
  answer("acknowledgement beyond", (at) => ({ kind: "excessive_acknowledgement", at }), "refused"),
  {
    title: "acknowledgement missing",
    in: (phase) =>
      phase === "creation" ? NO_REQUEST : {
        faults: [{ kind: "withhold_acknowledgement", at: requests(phase) }],
        outcome: "delivered",
        stream: IMPATIENT,
      },
  },
  {
    title: "request too large",
    in: (phase) =>
      phase === "creation" ? NO_REQUEST : {
        faults: [{ kind: "request_too_large", at: requests(phase) }],
        outcome: "either",
      },
  },
  {
    title: "record rejected",
    in: (phase) =>
      phase === "creation" ? NO_REQUEST : {
        faults: [{ kind: "reject_record", column: "n", equals: POISON[phase] }],
        outcome: "refused",
        poison: POISON[phase],
      },
  },
  {
    title: "record rejected while acknowledgements are on their way",
    in: (phase) =>
      phase === "creation" ? NO_REQUEST : {
        faults: [
          { kind: "reject_record", column: "n", equals: POISON[phase] },
          { kind: "delay_acknowledgement", times: "always", delayMs: 20 },
        ],
        outcome: "refused",
        poison: POISON[phase],
      },
  },
  {
    title: "server restarts",
    in: (phase) => ({
      // It says nothing before it goes, so it goes in the phase.
      faults: [{ kind: "silence", at: moment(phase) }],
      outcome: "delivered",
      downMs: 30,
    }),
  },
];

/** The client asks for a token when it begins, and when it has lost the one it had. */
function tokenTrouble(fault: Fault): Fault[] {
  return [{ kind: "reject_token" }, fault];
}

function recordsBefore(phase: Phase): number {
  return requests(phase).requests * SIZES.rowsPerRequest + 5;
}
