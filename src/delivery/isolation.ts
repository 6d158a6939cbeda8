/**
 * How to find the records that the service refuses: a plan that knows nothing of streams.
 *
 * @module
 */
import type { ZerobusError } from "../core/errors.ts";

/** Records of a request, from `start` up to but not including `end`. */
export interface Piece {
  /** First record. */
  readonly start: number;
  /** Record after the last. */
  readonly end: number;
}

/** What to do next. */
export type IsolationStep<E> =
  /** Send the piece alone; go on with the refusal, or with `undefined` once it is durable. */
  | { readonly kind: "offer"; readonly piece: Piece }
  /** Give it up: it is one record, or cannot be taken apart any more. */
  | { readonly kind: "give_up"; readonly piece: Piece; readonly refusal: E };

/** Requests that may still be sent beyond those that a batch takes. */
export class Allowance {
  #left: number;

  /** Starts with so many. */
  constructor(requests: number) {
    this.#left = requests;
  }

  /** Takes some, if there are as many. */
  take(requests: number): boolean {
    if (requests > this.#left) return false;
    this.#left -= requests;
    return true;
  }

  /** Gives back what was not needed. */
  giveBack(requests: number): void {
    this.#left += requests;
  }
}

/**
 * Takes a refused piece apart, half by half, from its front to its end: every record is in a piece
 * that was offered and not refused, or in one that is given up. Pieces of more than one record are
 * given up only when the allowance is used up.
 */
export function* isolate<E extends object>(
  piece: Piece,
  refusal: E,
  allowance: Allowance,
): Generator<IsolationStep<E>, void, E | undefined> {
  const { start, end } = piece;
  if (end - start === 1 || !allowance.take(2)) {
    yield { kind: "give_up", piece, refusal };
    return;
  }
  const middle = start + ((end - start) >>> 1);
  const left = { start, end: middle };
  const right = { start: middle, end };
  const leftRefusal = yield { kind: "offer", piece: left };
  if (leftRefusal !== undefined) {
    yield* isolate<E>(left, leftRefusal, allowance);
  } else if (end - middle > 1) {
    // What was wrong with the whole must be in the other half. It is not asked about again, unless
    // it is a single record: none is given up that was not refused alone.
    allowance.giveBack(1);
    yield* isolate<E>(right, refusal, allowance);
    return;
  }
  const rightRefusal = yield { kind: "offer", piece: right };
  if (rightRefusal !== undefined) yield* isolate<E>(right, rightRefusal, allowance);
}

/**
 * Whether the service refused records as invalid, so that others may pass: neither the credentials,
 * nor the schema (which it refuses before it accepts a stream), nor the order of the requests.
 */
export function isRefusalOfRecords({ code, details }: ZerobusError): boolean {
  return code === "transmission" && details.status === "INVALID_ARGUMENT" &&
    details.serviceCode !== WRONG_OFFSET;
}

/** The service's number for an offset that does not follow the one before. */
const WRONG_OFFSET = 4002;
