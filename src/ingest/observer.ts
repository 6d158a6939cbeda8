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
