/**
 * One connection's life.
 *
 * @module
 */
import { after, type Deferred, deferred, onAbort } from "../core/async.ts";
import type { Clock } from "../core/clock.ts";
import { ConnectionError, TransmissionError, ZerobusError } from "../core/errors.ts";
import type { Connection, ServerMessage } from "../core/transport.ts";
import type { Ending } from "./ending.ts";
import type { IngestLimits } from "./options.ts";
import type { RequestPayload } from "./payload.ts";
import type { Release, Window } from "./window.ts";

/** What a session needs besides a connection and a window. */
export interface SessionOptions {
  /** Time. */
  readonly clock: Clock;
  /** Time-outs. */
  readonly limits: Pick<
    IngestLimits,
    "ackTimeoutMs" | "idleTimeoutMs" | "pauseMaxMs" | "drainTimeoutMs"
  >;
  /** Whether the server's announcement of the end is heeded. */
  readonly heedsCloseSignal: boolean;
  /** Called when a request is handed to the wire. */
  readonly onSend: (records: RequestPayload) => void;
  /** Called when requests have become durable. */
  readonly onProgress: (release: Release) => void;
  /** Called when sending rests until the next connection, for at most this time. */
  readonly onPause: (pauseMs: number) => void;
}

/** Time to read what has arrived before a missing acknowledgement is believed, in milliseconds. */
const SECOND_LOOK_MS = 50;

type Phase =
  | "sending"
  /** The server announced the end: nothing more is sent, acknowledgements still count. */
  | "paused"
  /** Half-closed by this side, listening for a last moment. */
  | "draining"
  /** The wire takes nothing more: the same, for there may be a reason to hear. */
  | "broken"
  | "over";

/**
 * Sends what the window holds over one connection and releases what the server acknowledges, until
 * one side has had enough. Physical offsets live here and die here: an old connection cannot
 * acknowledge what a new one has sent, because its session is over and listens no more.
 */
export class Session {
  readonly #connection: Connection;
  readonly #window: Window;
  readonly #options: SessionOptions;
  readonly #ending: Deferred<Ending> = deferred<Ending>();
  #phase: Phase = "sending";
  /** Whether the server's announcement of the end is why nothing more is sent. */
  #isAnnounced = false;
  /** Requests sent, which is the next physical offset. */
  #sent = 0;
  /** Requests acknowledged, which is the physical offset of the oldest in flight. */
  #acknowledged = 0;
  /** Records sent, and those of them that the server has acknowledged by number. */
  #sentRows = 0;
  #acknowledgedRows = 0;
  /** When the oldest request in flight was sent, or the last durable progress since. */
  #waitingSince = 0;
  /** The one timer: acknowledgement, idleness, end of a pause or of the patience when it is dying. */
  #stopTimer: (() => void) | undefined;
  /** Whether the timer is for idleness, which ends with the next request. */
  #isResting = false;
  #wakeSender = () => {};

  /** Takes over an open connection; the window's cursor must be at its front. */
  constructor(connection: Connection, window: Window, options: SessionOptions) {
    this.#connection = connection;
    this.#window = window;
    this.#options = options;
  }

  /** Runs it. Never rejects. When it resolves, the connection is gone and the window rewound. */
  run(): Promise<Ending> {
    this.#receive();
    this.#send();
    return this.#ending.promise;
  }

  /** There may be something new to send. */
  wake(): void {
    this.#wakeSender();
  }

  /** Ends it at once. */
  leave(reason?: unknown): void {
    this.#finish({ kind: "left" }, reason);
  }

  /**
   * Stops sending, half-closes and goes on listening until the server ends the stream, but no
   * longer than `drainTimeoutMs` or until the signal aborts.
   */
  async drain(signal: AbortSignal | undefined): Promise<void> {
    if (!this.#isOver()) this.#halfClose(() => this.leave());
    const stopListening = onAbort(signal, () => this.leave(signal?.reason));
    if (signal?.aborted) this.leave(signal.reason);
    await this.#ending.promise;
    stopListening();
  }

  async #send(): Promise<void> {
    try {
      while (this.#phase === "sending" || this.#phase === "paused") {
        const records = this.#phase === "sending" ? this.#window.takeUnsent() : undefined;
        if (records === undefined) {
          await new Promise<void>((resolve) => this.#wakeSender = resolve);
          continue;
        }
        const offset = this.#sent++;
        this.#sentRows += records.rowCount;
        if (offset === this.#acknowledged) this.#expectAcknowledgement();
        records.sending?.();
        this.#options.onSend(records);
        const { bytes, body } = records;
        await this.#connection.send({ offset, records: bytes, body });
      }
      if (this.#phase === "draining") this.#connection.end();
    } catch (reason) {
      this.#afterSendFailure(ZerobusError.from(reason));
    }
  }

  async #receive(): Promise<void> {
    try {
      for await (const message of this.#connection.messages) {
        if (this.#isOver()) return;
        this.#heed(message);
        if (this.#isOver()) return;
      }
      this.#finish({ kind: this.#isAnnounced ? "announced" : "ended" });
    } catch (reason) {
      const isDue = this.#isAnnounced && this.#phase === "draining";
      this.#finish({ kind: isDue ? "announced" : "failed", error: ZerobusError.from(reason) });
    }
  }

  #heed(message: ServerMessage): void {
    switch (message.kind) {
      case "acknowledgement":
        return this.#acknowledge(message.upTo);
      case "durable_records":
        return this.#acknowledgeRows(message.count);
      case "close":
        return this.#pause(message.durationMs);
    }
  }

  #acknowledge(upTo: number): void {
    const isRepetition = upTo === this.#acknowledged - 1 && upTo >= 0;
    if (isRepetition) return;
    if (!Number.isInteger(upTo) || upTo < this.#acknowledged || upTo >= this.#sent) {
      const what = `offset ${upTo} after ${this.#acknowledged} acknowledged and ${this.#sent} sent`;
      return this.#disbelieve(what, { actual: upTo, limit: this.#sent - 1 });
    }
    this.#progress(this.#window.release(upTo + 1 - this.#acknowledged));
  }

  /** A number that comes late or twice changes nothing. */
  #acknowledgeRows(count: number): void {
    if (!Number.isInteger(count) || count < 0 || count > this.#sentRows) {
      const what = `${count} records, but ${this.#sentRows} were sent`;
      return this.#disbelieve(what, { actual: count, limit: this.#sentRows });
    }
    const rows = count - this.#acknowledgedRows;
    if (rows <= 0) return;
    this.#acknowledgedRows = count;
    this.#progress(this.#window.releaseRows(rows));
  }

  #progress(release: Release): void {
    this.#acknowledged += release.requests;
    this.#waitingSince = this.#options.clock.now();
    this.#options.onProgress(release);
    if (this.#isAnnounced && this.#window.sent === 0) this.#finish({ kind: "announced" });
    if (this.#phase === "sending" && this.#window.requests === 0) this.#rest();
  }

  /** A connection that nobody needs goes after a while, and with it what keeps a program running. */
  #rest(): void {
    this.#setTimer(this.#options.limits.idleTimeoutMs, () => this.leave());
    this.#isResting = true;
  }

  #pause(durationMs: number): void {
    const { limits, heedsCloseSignal, onPause } = this.#options;
    if (!heedsCloseSignal || this.#phase !== "sending") return;
    this.#phase = "paused";
    this.#isAnnounced = true;
    const pauseMs = Math.max(0, Math.min(durationMs, limits.pauseMaxMs ?? durationMs));
    onPause(pauseMs);
    if (this.#window.sent === 0) return this.#finish({ kind: "announced" });
    // What is acknowledged in the last moment need not be sent again.
    const moveOn = () => this.#halfClose(() => this.#finish({ kind: "announced" }));
    if (pauseMs === 0) moveOn();
    else this.#setTimer(pauseMs, moveOn);
  }

  /** Says that nothing more will be sent, and listens for a last moment. */
  #halfClose(giveUp: () => void): void {
    this.#phase = "draining";
    this.#setTimer(this.#options.limits.drainTimeoutMs, giveUp);
    this.#wakeSender();
  }

  /** The flight has just begun; a timer that still runs for an earlier one will look again. */
  #expectAcknowledgement(): void {
    const { clock, limits } = this.#options;
    this.#waitingSince = clock.now();
    if (this.#stopTimer === undefined || this.#isResting) this.#lookAfter(limits.ackTimeoutMs);
  }

  /**
   * Looks a little early whether the oldest request in flight has waited too long, and once more at
   * the time itself: a program that was busy all the while, so that both times have passed, reads
   * what has arrived between the two looks.
   */
  #lookAfter(ms: number): void {
    const { clock, limits } = this.#options;
    const lastBitMs = Math.min(SECOND_LOOK_MS, limits.ackTimeoutMs / 2);
    this.#setTimer(Math.max(0, ms - lastBitMs), () => {
      this.#stopTimer = undefined;
      if (this.#window.sent === 0) return;
      const remaining = this.#waitingSince + limits.ackTimeoutMs - clock.now();
      if (remaining > lastBitMs) this.#lookAfter(remaining);
      else this.#setTimer(lastBitMs, () => this.#giveUpWaiting());
    });
  }

  #giveUpWaiting(): void {
    this.#stopTimer = undefined;
    if (this.#window.sent === 0) return;
    const remaining = this.#waitingSince + this.#options.limits.ackTimeoutMs -
      this.#options.clock.now();
    if (remaining > 0) this.#lookAfter(remaining);
    else this.#finish({ kind: "failed", error: this.#missingAcknowledgement() });
  }

  /**
   * Acknowledgements and the server's own reason may still be on their way to us, so the stream
   * gets a moment to end by itself.
   */
  #afterSendFailure(error: ZerobusError): void {
    if (this.#phase !== "sending" && this.#phase !== "paused") return;
    this.#phase = "broken";
    this.#setTimer(
      this.#options.limits.drainTimeoutMs,
      () => this.#finish({ kind: "failed", error }),
    );
  }

  #setTimer(ms: number, run: () => void): void {
    this.#isResting = false;
    this.#stopTimer?.();
    this.#stopTimer = after(this.#options.clock, ms, run);
  }

  #isOver(): boolean {
    return this.#phase === "over";
  }

  #finish(ending: Ending, reason?: unknown): void {
    if (this.#isOver()) return;
    this.#phase = "over";
    this.#stopTimer?.();
    this.#wakeSender();
    this.#window.rewind();
    this.#connection.abort(ending.kind === "failed" ? ending.error : reason);
    this.#ending.resolve(ending);
  }

  #missingAcknowledgement(): ConnectionError {
    const limit = this.#options.limits.ackTimeoutMs;
    return new ConnectionError(
      `the server acknowledged nothing within ${limit} ms (ackTimeoutMs) with ` +
        `${this.#window.sent} sent`,
      { details: { status: "DEADLINE_EXCEEDED", limit } },
    );
  }

  #disbelieve(what: string, details: { readonly actual: number; readonly limit: number }): void {
    const error = new TransmissionError(
      `the server acknowledged ${what} on this connection; what is durable is unknown, so nothing ` +
        "was released",
      { details },
    );
    this.#finish({ kind: "failed", error });
  }
}
