/**
 * What a line of the fault matrix is, and how lines are made.
 *
 * @module
 */
import type { StreamOptions } from "@zerobus/wrapper";
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
  /** Whether a patient client has no need to send anything again. */
  readonly once?: boolean;
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
export function moment(phase: Phase): Moment {
  return phase === "creation" ? phase : requests(phase);
}

export function requests(phase: Phase): { readonly requests: number } {
  return {
    requests:
      { "creation": 0, "first request": 0, "mid-batch": 6, "flush": 10, "close": 11 }[phase],
  };
}

export const LAST: number = SIZES.batches * SIZES.requestsPerBatch;
export const NO_REQUEST = "no request is there to be answered before the stream is accepted";
/** Faults that only a missing acknowledgement shows. */
export const IMPATIENT: StreamOptions = { ackTimeoutMs: 400, connectTimeoutMs: 400 };

/** A fault of a stream, at any moment of its life. */
export function strike(
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
export function strikeWithLoss(
  title: string,
  fault: (at: Moment) => Fault,
  stream?: StreamOptions,
): FaultLine {
  return {
    title: `${title}, the latest acknowledgements lost`,
    in: (phase) => {
      if (phase === "creation") return NO_REQUEST;
      const { requests: before } = requests(phase);
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

/**
 * A fault of a stream of which the latest request was acknowledged in part, where that can be;
 * otherwise its acknowledgement is lost.
 */
export function strikeWithPart(title: string, fault: (at: Moment) => Fault): FaultLine {
  return {
    title: `${title}, the latest request acknowledged in part`,
    in: (phase) => {
      if (phase === "creation") return NO_REQUEST;
      return {
        faults: [
          { kind: "partial_acknowledgement", at: requests(phase), records: 7 },
          fault({ requests: 0 }),
        ],
        outcome: "delivered",
      };
    },
  };
}

/** A fault of acknowledgements. */
export function answer(
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
export function creation(
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
