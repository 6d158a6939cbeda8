/**
 * Compressed messages, as long as the other side takes them.
 *
 * @module
 */
import type { ResolvedCompression } from "../core/compression.ts";
import { ConnectionError, isZerobusError } from "../core/errors.ts";

/** What the protocols call it. */
export const GZIP = "gzip";

/** Whether messages to one endpoint are compressed: as configured, until it refuses. */
export class Negotiation {
  /** Messages below this size are not compressed. */
  readonly minBytes: number;
  #isOn: boolean;
  #isProven = false;
  readonly #onRefused: (() => void) | undefined;

  /**
   * Begins with what is configured.
   *
   * @param onRefused called when the endpoint refuses, once
   */
  constructor({ compression, compressionMinBytes }: ResolvedCompression, onRefused?: () => void) {
    this.#isOn = compression === "gzip";
    this.minBytes = compressionMinBytes;
    this.#onRefused = onRefused;
  }

  /** Whether it is worth trying. */
  get isOn(): boolean {
    return this.#isOn;
  }

  /** The endpoint does not take compressed messages, and is sent none any more. */
  refuse(): void {
    if (!this.#isOn) return;
    this.#isOn = false;
    try {
      this.#onRefused?.();
    } catch {
      // Theirs to care about: the stream goes on.
    }
  }

  /** The endpoint has taken a compressed message. */
  prove(): void {
    this.#isProven = true;
  }

  /**
   * Whether an answer may mean that the endpoint does not take compressed bodies. HTTP 415 says so;
   * one that pays no attention to the header finds the body malformed, as long as it has not taken
   * one before.
   */
  suspects(httpStatus: number): boolean {
    return httpStatus === 415 || (!this.#isProven && [400, 422, 501].includes(httpStatus));
  }

  /** Heeds the list of what the endpoint takes, if it has sent one. */
  heed(list: string | null): void {
    const names = list?.split(",").map((name) => name.trim().toLowerCase());
    if (names !== undefined && !names.includes(GZIP)) this.refuse();
  }

  /**
   * Opens something with compression if that is on, and without when it is refused for that. Servers
   * do not always say why they refuse; so it is compression that they refuse if they take the same
   * without it.
   *
   * @param open opens it, with compression or without
   */
  async open<T>(open: (compresses: boolean) => Promise<T>): Promise<T> {
    if (!this.#isOn) return await open(false);
    try {
      return await open(true);
    } catch (reason) {
      if (!mayBeRefusal(reason)) throw reason;
    }
    const opened = await open(false);
    this.refuse();
    return opened;
  }
}

/** The error for a stream that was accepted with compression, and ended because of it. */
export function compressionRefused(cause: unknown): ConnectionError {
  return new ConnectionError(
    "the service does not take compressed messages; what it has not taken is sent again without",
    { cause },
  );
}

/** Whether this is how a server refuses compression, among other things. */
function mayBeRefusal(reason: unknown): boolean {
  if (!isZerobusError(reason)) return false;
  const { status, httpStatus } = reason.details;
  return httpStatus === undefined ? status === "UNIMPLEMENTED" : httpStatus === 415;
}
