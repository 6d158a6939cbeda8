/**
 * Everything that can go wrong, when it can, and what a client must make of it.
 *
 * @module
 */
import type { StatusName, StreamOptions } from "@zerobus/wrapper";
import type { Count, Fault, Moment } from "@zerobus/wrapper/testing";

/** What the client is doing when it happens. */
export type Phase = "creation" | "first request" | "mid-batch" | "flush" | "close";

/** All of them. */
export const PHASES: readonly Phase[] = [
  "creation",
  "first request",
  "mid-batch",
  "flush",
  "close",
];

/** Requests that a case sends: 3 batches of 4 requests of 10 rows. */
export const SIZES = { batches: 3, requestsPerBatch: 4, rowsPerRequest: 10 } as const;

/** A row that some cases have the server refuse; where it lies decides the phase. */
const POISON: Readonly<Record<Phase, number>> = {
  "creation": -1,
  "first request": 0,
  "mid-batch": 57,
  "flush": 105,
  "close": 119,
};

/** What must come of it. */
export type Outcome =
  /** Every row arrives. */
  | "delivered"
  /** Some rows are reported failed. */
  | "refused"
  /** One or the other. */
  | "either";

/** A fault in a phase. */
export interface FaultCase {
  /** What the server does. */
  readonly faults: readonly Fault[];
  /** What must come of it. */
  readonly outcome: Outcome;
  /** Options of the client, where the usual ones will not do. */
  readonly stream?: StreamOptions;
  /** A row that must not arrive. */
  readonly poison?: number;
  /** The server is taken away, too, for this long. */
  readonly downMs?: number;
}

/** A line of the matrix. */
export interface FaultLine {
  /** What happens. */
  readonly title: string;
  /** The case for a phase, or the reason why there is none. */
  readonly in: (phase: Phase) => FaultCase | string;
}

/** How many requests are kept before a fault strikes. */
function moment(phase: Phase): Moment {
  return phase === "creation" ? phase : requests(phase);
}

function requests(phase: Phase): Count {
  return {
    requests:
      { "creation": 0, "first request": 0, "mid-batch": 6, "flush": 10, "close": 11 }[phase],
  };
}

const LAST = SIZES.batches * SIZES.requestsPerBatch;
const NO_REQUEST = "no request is there to be answered before the stream is accepted";
/** Faults that only a missing acknowledgement shows. */
const IMPATIENT: StreamOptions = { ackTimeoutMs: 400, connectTimeoutMs: 400 };

/** A fault of a stream, at any moment of its life. */
function strike(
  title: string,
  faults: (at: Moment) => readonly Fault[],
  outcome: Outcome = "delivered",
  stream?: StreamOptions,
): FaultLine {
  return {
    title,
    in: (phase) => ({ faults: faults(moment(phase)), outcome, ...(stream ? { stream } : {}) }),
  };
}

/** A fault of a stream that was accepted, with the acknowledgements of two requests lost. */
function strikeWithLoss(
  title: string,
  fault: (at: Moment) => Fault,
  stream?: StreamOptions,
): FaultLine {
  return {
    title: `${title}, the latest acknowledgements lost`,
    in: (phase) => {
      if (phase === "creation") return NO_REQUEST;
      const { requests: before } = requests(phase) as { readonly requests: number };
      const lost = Math.min(2, LAST - before);
      return {
        faults: [
          { kind: "withhold_acknowledgement", at: { requests: before }, times: lost },
          fault({ requests: 0 }),
        ],
        outcome: "delivered",
        ...(stream ? { stream } : {}),
      };
    },
  };
}

/** A fault of acknowledgements. */
function answer(
  title: string,
  fault: (at: Count) => Fault,
  outcome: Outcome = "delivered",
): FaultLine {
  return {
    title,
    in: (phase) =>
      phase === "creation" ? NO_REQUEST : { faults: [fault(requests(phase))], outcome },
  };
}

/** Faults of getting a stream: the first one, or the one that replaces a stream that has ended. */
function creation(
  title: string,
  faults: readonly Fault[],
  outcome: Outcome = "delivered",
  stream?: StreamOptions,
): FaultLine {
  return {
    title,
    in: (phase) => ({
      faults: phase === "creation" ? faults : [{ kind: "end", at: requests(phase) }, ...faults],
      outcome,
      ...(stream ? { stream } : {}),
    }),
  };
}

const REFUSED: ReadonlySet<StatusName> = new Set([
  "NOT_FOUND",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
]);

const STATUSES: readonly Exclude<StatusName, "OK">[] = [
  "CANCELLED",
  "UNKNOWN",
  "INVALID_ARGUMENT",
  "DEADLINE_EXCEEDED",
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "ABORTED",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
  "UNAUTHENTICATED",
];

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
  strike("clean end", (at) => [{ kind: "end", at }]),
  strikeWithLoss("clean end", (at) => ({ kind: "end", at })),
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
  return (requests(phase) as { readonly requests: number }).requests * SIZES.rowsPerRequest + 5;
}
