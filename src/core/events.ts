/**
 * What a wrapper tells its program while it works.
 *
 * @module
 */
import type { Compression } from "./compression.ts";
import type { ZerobusError } from "./errors.ts";
import type { BackoffReason } from "./protective_backoff.ts";

/** The events of a wrapper by name, each with what it tells. */
export interface ZerobusEvents {
  /** Requests became durable, up to and including the one with the last offset. */
  readonly ack: {
    /** Logical offset of the first request, on its stream. */
    readonly firstOffset: bigint;
    /** Logical offset of the last one. */
    readonly lastOffset: bigint;
    /** Rows in them. */
    readonly rows: number;
    /** Their size. */
    readonly bytes: number;
  };
  /** A connection failed, and another one will be tried after the delay. */
  readonly retry: { readonly error: ZerobusError; readonly delayMs: number };
  /** A connection took the place of one that was lost. */
  readonly reconnect: { readonly attempt: number; readonly streamId: string };
  /** The service announced the end of a connection; sending rests for at most this time. */
  readonly pause: { readonly pauseMs: number };
  /** A stream failed for good. */
  readonly failure: { readonly error: ZerobusError };
  /** The wrapper holds back from now on; see `ZerobusWrapper.backoff`. */
  readonly backoff: { readonly reason: BackoffReason; readonly untilMs: number };
  /** A token was fetched, or could not be. */
  readonly token: { readonly error: ZerobusError | undefined };
  /**
   * The service does not take requests compressed like this, and gets plain ones from now on. Told
   * once.
   */
  readonly compressionrefused: { readonly compression: Compression };
  /** Debug output was not written. */
  readonly debugdrop: { readonly problem: string };
}

/** The name of an event. */
export type ZerobusEventName = keyof ZerobusEvents;

/** Receives the events of one name. */
export type ZerobusListener<K extends ZerobusEventName> = (event: ZerobusEvents[K]) => void;

/** Options of `ZerobusWrapper.addEventListener`. */
export interface ListenerOptions {
  /** Aborting it removes the listener. */
  readonly signal?: AbortSignal | undefined;
  /** Whether it is removed after the first event. Default false. */
  readonly once?: boolean | undefined;
}

/**
 * Listeners, and a way to tell them. They are called synchronously and must be quick; what they throw
 * is ignored, because what happens has happened, whoever minds.
 */
export class Emitter {
  readonly #listeners = new Map<ZerobusEventName, Set<ZerobusListener<ZerobusEventName>>>();

  /** Adds a listener and returns how to remove it. */
  on<K extends ZerobusEventName>(
    name: K,
    listener: ZerobusListener<K>,
    { signal, once = false }: ListenerOptions = {},
  ): () => void {
    if (signal?.aborted) return () => {};
    const all = this.#of(name);
    const own = (event: ZerobusEvents[K]) => {
      if (once) remove();
      listener(event);
    };
    const remove = () => {
      all.delete(own as ZerobusListener<ZerobusEventName>);
      signal?.removeEventListener("abort", remove);
    };
    all.add(own as ZerobusListener<ZerobusEventName>);
    signal?.addEventListener("abort", remove, { once: true });
    return remove;
  }

  /** Tells whoever listens. */
  emit<K extends ZerobusEventName>(name: K, event: ZerobusEvents[K]): void {
    const listeners = this.#listeners.get(name);
    if (listeners === undefined || listeners.size === 0) return;
    for (const listener of [...listeners]) {
      try {
        listener(event);
      } catch {
        // Theirs to care about; see above.
      }
    }
  }

  #of(name: ZerobusEventName): Set<ZerobusListener<ZerobusEventName>> {
    let listeners = this.#listeners.get(name);
    if (listeners === undefined) this.#listeners.set(name, listeners = new Set());
    return listeners;
  }
}
