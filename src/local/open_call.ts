/**
 * A call in progress, and all the ways in which it ends.
 *
 * @module
 */
import { Code, ConnectError } from "@connectrpc/connect";
import type { Exchange } from "./exchange.ts";

/** One call; whoever ends it first decides how it ends. */
export class OpenCall {
  /** Resolves when the client has been told, or is gone. Never rejects. */
  readonly done: Promise<void>;
  readonly #exchange: Exchange;
  readonly #ending = new AbortController();
  #end!: (failure: ConnectError | undefined) => void;
  #cutAt: number | undefined;

  /**
   * Begins with the work. The call ends when that does, if nothing else ends it.
   *
   * @param finish tells the client: without an error, that all went well
   */
  constructor(
    exchange: Exchange,
    finish: (failure: ConnectError | undefined) => Promise<void>,
    work: (call: OpenCall) => Promise<void>,
  ) {
    this.#exchange = exchange;
    const ended = new Promise<ConnectError | undefined>((resolve) => this.#end = resolve);
    exchange.closed.addEventListener("abort", () => this.#noteCut(), { once: true });
    work(this).then(() => this.end(), (reason) => this.#endAfter(reason));
    this.done = ended.then(finish).catch(() => exchange.abort());
  }

  /** Aborts when the call has ended. */
  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  /** When it ended, if the client may not have heard all that was said until then. */
  get cutAt(): number | undefined {
    return this.#cutAt;
  }

  /** Ends the call with OK, or with an error. */
  end(failure?: ConnectError): void {
    // What is still going on must not say anything behind the end.
    this.#ending.abort();
    this.#end(failure);
  }

  /** Ends the call though the client may have stopped listening, or may not hear the end. */
  cut(failure?: ConnectError): void {
    this.#cutAt ??= performance.now();
    this.end(failure);
  }

  /** Resets the connection. */
  reset(): void {
    this.#noteCut();
    this.#exchange.reset();
  }

  /** Work that fails with anything but a status lost its client. */
  #endAfter(reason: unknown): void {
    if (reason instanceof ConnectError) this.end(reason);
    else this.#noteCut();
  }

  #noteCut(): void {
    if (this.signal.aborted) return;
    this.cut(new ConnectError("the connection broke", Code.Internal));
  }
}
