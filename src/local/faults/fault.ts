/**
 * What a local Zerobus can do wrong on purpose. Faults are plain data, so that they can travel.
 *
 * Over REST, where there are no streams, every request is to them a stream of one request: accepted
 * when its header is there, acknowledged by its answer. An acknowledgement that does not come leaves
 * it without an answer; an end or a reset takes its connection away, unanswered; an error is an HTTP
 * status with `error_code`, and `Retry-After` in whole seconds; a creation that goes wrong is an
 * answer that makes no sense. There is nothing that a close signal could be, nor an acknowledgement
 * that goes too far, back, or comes twice.
 *
 * @module
 */
import type { StatusName } from "../../core/status_name.ts";

/** What all faults have in common. */
export interface FaultScope {
  /** Full name of the one table it concerns. Default: any. */
  readonly table?: string;
  /**
   * How often it happens before the next fault's turn comes: to as many answers in a row, or to as
   * many streams, counting anew for each. `"always"` never ends and lets those behind it have their
   * turn. Default 1; `"always"` for `reject_record`.
   */
  readonly times?: number | "always";
}

/** A number of requests or of records, counted since the fault before had its turn. */
export type Count = { readonly requests: number } | { readonly records: number };

/**
 * When a fault strikes: in place of the answer that accepts a stream, or as soon as a stream is
 * accepted and so much has been kept. What was kept before has been acknowledged before.
 */
export type Moment = "creation" | Count;

/** The stream is accepted late. */
export interface DelayedCreation extends FaultScope {
  /** Which fault. */
  readonly kind: "delay_creation";
  /** How late, in milliseconds. */
  readonly delayMs: number;
}

/** The server's first message is an acknowledgement, or names no stream. */
export interface WrongCreation extends FaultScope {
  /** Which fault. */
  readonly kind: "wrong_first_message" | "missing_stream_id";
}

/** An acknowledgement, and those behind it, comes late. Reading goes on. */
export interface DelayedAcknowledgement extends FaultScope {
  /** Which fault. */
  readonly kind: "delay_acknowledgement";
  /** How late, in milliseconds. */
  readonly delayMs: number;
  /** What is answered properly first. Default: nothing. */
  readonly at?: Count;
}

/** One acknowledgement for several requests. */
export interface CoalescedAcknowledgement extends FaultScope {
  /** Which fault. */
  readonly kind: "coalesce_acknowledgements";
  /** For how many requests. */
  readonly every: number;
  /** Longest that a request waits for the others, in milliseconds. Default 20. */
  readonly delayMs?: number;
  /** What is answered properly first. Default: nothing. */
  readonly at?: Count;
}

/** An acknowledgement comes twice, or not at all; a later one makes up for that. */
export interface RepeatedAcknowledgement extends FaultScope {
  /** Which fault. */
  readonly kind: "duplicate_acknowledgement" | "withhold_acknowledgement";
  /** What is answered properly first. Default: nothing. */
  readonly at?: Count;
}

/**
 * Only the first records of a request are acknowledged, where acknowledgements count records;
 * elsewhere none. A later acknowledgement makes up for that.
 */
export interface PartialAcknowledgement extends FaultScope {
  /** Which fault. */
  readonly kind: "partial_acknowledgement";
  /** How many of the records. */
  readonly records: number;
  /** What is answered properly first. Default: nothing. */
  readonly at?: Count;
}

/** An acknowledgement is followed by one that takes it back, or names what nobody sent. */
export interface IllegalAcknowledgement extends FaultScope {
  /** Which fault. */
  readonly kind: "backward_acknowledgement" | "excessive_acknowledgement";
  /** How far off it is, in requests. Default 2 backward, 1,000,000 beyond. */
  readonly by?: number;
  /** What is answered properly first. Default: nothing. */
  readonly at?: Count;
}

/** The stream ends with an error. */
export interface StreamError extends FaultScope {
  /** Which fault. */
  readonly kind: "error";
  /** Its status. `OK` is the fault `end`. */
  readonly status: Exclude<StatusName, "OK">;
  /** When. Default `{ requests: 0 }`: as soon as the stream is accepted. */
  readonly at?: Moment;
  /** Text of the error. Default: one that says it was scripted. */
  readonly message?: string;
  /** Sends a `RetryInfo` detail with this delay, in milliseconds. Default: none. */
  readonly retryAfterMs?: number;
  /** Sends an `ErrorInfo` detail with the service's own number, such as 6006. Default: none. */
  readonly serviceCode?: number;
}

/**
 * The stream ends with OK (`end`), its connection is reset, with every stream on it (`reset`), or
 * nothing is read or said any more and the connection stays (`silence`).
 */
export interface StreamBreak extends FaultScope {
  /** Which fault. */
  readonly kind: "end" | "reset" | "silence";
  /** When. Default `{ requests: 0 }`: as soon as the stream is accepted. */
  readonly at?: Moment;
}

/** The server announces the end of the stream, goes on, and ends it with OK when the time is over. */
export interface CloseSignal extends FaultScope {
  /** Which fault. */
  readonly kind: "close_signal";
  /** Time until the end, in milliseconds. Left out, the signal has none, and the end comes at once. */
  readonly durationMs?: number;
  /** When. Default `{ requests: 0 }`: as soon as the stream is accepted. */
  readonly at?: Moment;
}

/** The server stops reading for a while, so that flow control stops the client. */
export interface SlowReads extends FaultScope {
  /** Which fault. */
  readonly kind: "slow_reads";
  /** For how long, in milliseconds. */
  readonly pauseMs: number;
  /** When. Default `{ requests: 0 }`: as soon as the stream is accepted. */
  readonly at?: Moment;
}

/** A request is refused for its size: INVALID_ARGUMENT, nothing of it is kept. */
export interface OversizedRequest extends FaultScope {
  /** Which fault. */
  readonly kind: "request_too_large";
  /** What is answered properly first. Default: nothing. */
  readonly at?: Count;
  /** Bytes of records that are accepted. Default 0: any request is too large. */
  readonly limitBytes?: number;
}

/** A request with a certain record in it is refused: INVALID_ARGUMENT, nothing of it is kept. */
export interface RejectedRecord extends FaultScope {
  /** Which fault. */
  readonly kind: "reject_record";
  /** Field of the record. */
  readonly column: string;
  /** Its value in the record that is refused; null is an absent one. */
  readonly equals: string | number | boolean | null;
}

/** The service refuses a good token with UNAUTHENTICATED, and never takes that token again. */
export interface RejectedToken extends FaultScope {
  /** Which fault. */
  readonly kind: "reject_token";
}

/** A client that announces compressed messages is refused, whatever the server takes otherwise. */
export interface RefusedCompression extends FaultScope {
  /** Which fault. */
  readonly kind: "refuse_compression";
  /**
   * How: with UNIMPLEMENTED and the list of what is taken (`"listed"`, the default), without the
   * list (`"unlisted"`), or as a gateway would that knows nothing of the protocol (`"http_415"`).
   * Over REST it is HTTP 415 with the list; HTTP 400, from a server that does not look at the header
   * and finds the body malformed; and HTTP 415 without a list.
   */
  readonly how?: "listed" | "unlisted" | "http_415";
}

/** The token endpoint answers with an HTTP error. */
export interface TokenError extends FaultScope {
  /** Which fault. */
  readonly kind: "token_error";
  /** HTTP status, 400 to 599. */
  readonly status: number;
  /** Sends a `Retry-After` header, in whole seconds. Default: none. */
  readonly retryAfterSeconds?: number;
}

/** The token endpoint never answers, or answers 200 with something that is no token. */
export interface TokenNonsense extends FaultScope {
  /** Which fault. */
  readonly kind: "token_hang" | "token_garbage";
}

/** One thing that goes wrong. */
export type Fault =
  | DelayedCreation
  | WrongCreation
  | DelayedAcknowledgement
  | CoalescedAcknowledgement
  | RepeatedAcknowledgement
  | PartialAcknowledgement
  | IllegalAcknowledgement
  | StreamError
  | StreamBreak
  | CloseSignal
  | SlowReads
  | OversizedRequest
  | RejectedRecord
  | RejectedToken
  | RefusedCompression
  | TokenError
  | TokenNonsense;

/** Name of a fault. */
export type FaultKind = Fault["kind"];

/** Asks for faults by chance: passing ones, of every kind, without an end. */
export interface RandomFaultOptions {
  /** The same seed gives the same faults. */
  readonly seed: number;
  /** Faults per request on average, above 0 and up to 1. */
  readonly rate: number;
}
