/**
 * The line in front of the window.
 *
 * @module
 */
import { deferred, Line, onAbort } from "../core/async.ts";
import { payloadBytes, type RequestPayload } from "./payload.ts";
import type { Window } from "./window.ts";

/** A place in the line. */
interface Place {
  /** Whether there is room for it now. */
  fits(): boolean;
  /** Its turn has come. */
  admit(): void;
  /** Its turn will never come. */
  refuse(reason: unknown): void;
}

/** Lets requests into the window in the order in which they came. */
export class Admission {
  readonly #window: Window;
  readonly #admitted: () => void;
  readonly #line = new Line<Place>();

  /** @param admitted called after each request that entered */
  constructor(window: Window, admitted: () => void) {
    this.#window = window;
    this.#admitted = admitted;
  }

  /**
   * Waits for room, enters and resolves with the logical offset. Enters before it returns if there
   * is room and nobody waits. A signal that aborts before withdraws the request without a trace.
   */
  enter(records: RequestPayload, signal: AbortSignal | undefined): Promise<bigint> {
    const size = payloadBytes(records);
    if (this.#line.first === undefined && this.#window.hasRoomFor(size)) {
      return Promise.resolve(this.#add(records));
    }
    const { promise, resolve, reject } = deferred<bigint>();
    const stopListening = onAbort(signal, () => {
      leave();
      reject(signal?.reason);
      // It may have been too large for the room there is, and the next may not.
      this.admit();
    });
    const leave = this.#line.join({
      fits: () => this.#window.hasRoomFor(size),
      admit: () => {
        stopListening();
        resolve(this.#add(records));
      },
      refuse: (reason) => {
        stopListening();
        reject(reason);
      },
    });
    return promise;
  }

  /**
   * Calls one of the functions when everyone who is in line now has been served or has left; at
   * once if nobody is. The returned function gives up.
   */
  behind(admit: () => void, refuse: (reason: unknown) => void): () => void {
    const leave = this.#line.join({ fits: () => true, admit, refuse });
    this.admit();
    return leave;
  }

  /** Serves as many as there is room for. */
  admit(): void {
    while (this.#line.first?.fits()) this.#line.shift()?.admit();
  }

  /** Sends everyone away. */
  refuse(reason: unknown): void {
    for (let next = this.#line.shift(); next !== undefined; next = this.#line.shift()) {
      next.refuse(reason);
    }
  }

  #add(records: RequestPayload): bigint {
    const offset = this.#window.add(records);
    this.#admitted();
    return offset;
  }
}
