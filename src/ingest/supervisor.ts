/**
 * Connection after connection, as long as there is something to send.
 *
 * @module
 */
import { ZerobusError } from "../core/errors.ts";
import type { Connection } from "../core/transport.ts";
import { Connector } from "./connector.ts";
import { type Ending, isRefusal } from "./ending.ts";
import { tell } from "./observer.ts";
import type { IngestState, IngestStreamOptions } from "./options.ts";
import { payloadBytes } from "./payload.ts";
import { Recovery } from "./recovery.ts";
import { Session } from "./session.ts";
import type { Window } from "./window.ts";

/** What a supervisor reports. */
export interface SupervisorEvents {
  /** Requests became durable and left the window. */
  readonly onRelease: () => void;
  /** Nothing more can be done. Called once at most, and not after `stop` or `drain`. */
  readonly onFailure: (error: ZerobusError) => void;
}

/**
 * Gets the requests of a window delivered: connects when one enters, stays connected until the
 * server ends it, and after every end does what {@linkcode Recovery} says.
 */
export class Supervisor {
  readonly #options: IngestStreamOptions;
  readonly #window: Window;
  readonly #events: SupervisorEvents;
  readonly #connector: Connector;
  readonly #recovery: Recovery;
  /** Aborts when no other connection is wanted. */
  readonly #stop = new AbortController();
  #phase: Exclude<IngestState, "closing" | "closed" | "failed"> = "idle";
  #session: Session | undefined;
  #attempts = 0;

  /** Does nothing before it is woken. */
  constructor(options: IngestStreamOptions, window: Window, events: SupervisorEvents) {
    this.#options = options;
    this.#window = window;
    this.#events = events;
    this.#connector = new Connector(options);
    this.#recovery = new Recovery(options);
  }

  /** What it is doing. */
  get phase(): Exclude<IngestState, "closing" | "closed" | "failed"> {
    return this.#phase;
  }

  /** Connection attempts made so far. */
  get attempts(): number {
    return this.#attempts;
  }

  /** A request has entered the window. */
  wake(): void {
    if (this.#session !== undefined) this.#session.wake();
    else if (this.#phase === "idle") this.#run();
  }

  /** Drops the connection, or the attempt to get one, at once. */
  stop(reason: unknown): void {
    this.#stop.abort(reason);
    this.#session?.leave(reason);
  }

  /**
   * Opens no other connection, and lets the present one end in peace: see
   * {@linkcode Session.drain}.
   */
  async drain(signal: AbortSignal | undefined): Promise<void> {
    this.#stop.abort();
    await this.#session?.drain(signal);
  }

  async #run(): Promise<void> {
    const { clock, observer } = this.#options;
    try {
      do {
        const ending = await this.#live();
        if (this.#stop.signal.aborted) return;
        if (isRefusal(ending)) this.#connector.reject();
        const { error, delayMs } = this.#recovery.after(ending, this.#window.requests);
        if (this.#window.requests === 0) break;
        if (error !== undefined) tell(observer, (to) => to.retrying?.({ error, delayMs }));
        this.#phase = "waiting";
        if (delayMs > 0) await clock.sleep(delayMs, this.#stop.signal);
      } while (!this.#stop.signal.aborted);
      this.#phase = "idle";
    } catch (reason) {
      if (!this.#stop.signal.aborted) this.#events.onFailure(ZerobusError.from(reason));
    }
  }

  /** One attempt to connect and, if it succeeds, that connection's life. */
  async #live(): Promise<Ending> {
    const { observer } = this.#options;
    this.#phase = "connecting";
    const attempt = ++this.#attempts;
    tell(observer, (to) => to.connecting?.({ attempt }));
    const opened = await this.#connector.connect(this.#stop.signal);
    if (opened.kind !== "connected") return opened;
    const { connection } = opened;
    if (this.#stop.signal.aborted) {
      connection.abort(this.#stop.signal.reason);
      return { kind: "left" };
    }
    this.#phase = "open";
    const session = this.#session = this.#sessionOver(connection);
    tell(observer, (to) => to.connected?.({ attempt, streamId: connection.streamId }));
    const ending = await session.run();
    this.#session = undefined;
    tell(observer, (to) => to.disconnected?.());
    return ending;
  }

  #sessionOver(connection: Connection): Session {
    const { clock, limits, recovery, observer } = this.#options;
    return new Session(connection, this.#window, {
      clock,
      limits,
      heedsCloseSignal: recovery,
      onSend: (records) => {
        if (observer?.sent === undefined) return;
        const event = { rows: records.rowCount, bytes: payloadBytes(records) };
        tell(observer, (to) => to.sent?.(event));
      },
      onProgress: (release) => {
        this.#recovery.progress();
        tell(observer, (to) => to.acknowledged?.(release));
        this.#events.onRelease();
      },
      onPause: (pauseMs) => {
        this.#phase = "paused";
        tell(observer, (to) => to.paused?.({ pauseMs }));
      },
    });
  }
}
