/**
 * What an ingest stream tells whoever measures it.
 *
 * @module
 */
import type { ZerobusError } from "../core/errors.ts";

/**
 * Hooks for telemetry. They are called synchronously and must be quick; what they throw is ignored,
 * because a broken gauge must not stop the machine.
 */
export interface IngestObserver {
  /** Headers are about to be asked for; `attempt` counts from 1 over the stream's life. */
  connecting(event: { readonly attempt: number }): void;
  /** The service accepted the stream. */
  connected(event: { readonly attempt: number; readonly streamId: string }): void;
  /** A request was handed to the wire, for the first time or again. */
  sent(event: { readonly rows: number; readonly bytes: number }): void;
  /**
   * Records became durable, and with them the requests up to and including the one with this logical
   * offset, -1 before the first. `requests` is 0 when only a part of one became durable.
   */
  acknowledged(event: {
    readonly upTo: bigint;
    readonly requests: number;
    readonly rows: number;
    readonly bytes: number;
  }): void;
  /** A connection is over, for whatever reason; what was in flight on it no longer is. */
  disconnected(): void;
  /** A connection failed and will be replaced after the delay. */
  retrying(event: { readonly error: ZerobusError; readonly delayMs: number }): void;
  /** The server announced the end of the connection; sending rests for at most this time. */
  paused(event: { readonly pauseMs: number }): void;
  /** The stream failed for good. */
  failed(event: { readonly error: ZerobusError }): void;
}

/** Calls a hook, if there is one. */
export function tell(
  observer: Partial<IngestObserver> | undefined,
  call: (observer: Partial<IngestObserver>) => void,
): void {
  if (observer === undefined) return;
  try {
    call(observer);
  } catch {
    // A broken gauge; see above.
  }
}

/** Several observers as one, told in order. */
export function allOf(observers: readonly Partial<IngestObserver>[]): IngestObserver {
  const all = (call: (observer: Partial<IngestObserver>) => void) => {
    for (const observer of observers) tell(observer, call);
  };
  return {
    connecting: (event) => all((to) => to.connecting?.(event)),
    connected: (event) => all((to) => to.connected?.(event)),
    sent: (event) => all((to) => to.sent?.(event)),
    acknowledged: (event) => all((to) => to.acknowledged?.(event)),
    disconnected: () => all((to) => to.disconnected?.()),
    retrying: (event) => all((to) => to.retrying?.(event)),
    paused: (event) => all((to) => to.paused?.(event)),
    failed: (event) => all((to) => to.failed?.(event)),
  };
}
