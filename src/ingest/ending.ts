/**
 * How one connection, or the attempt to get one, can end.
 *
 * @module
 */
import type { ZerobusError } from "../core/errors.ts";

/** Why there is no connection any more. */
export type Ending =
  /** The server ended the stream with OK, unannounced. */
  | { readonly kind: "ended" }
  /** The server had announced the end, and it was time to move on; or it came, with an error. */
  | { readonly kind: "announced"; readonly error?: ZerobusError }
  /** This side wanted no more of it. */
  | { readonly kind: "left" }
  /** There was no connection to be had, or it broke, or the server failed it. */
  | { readonly kind: "failed"; readonly error: ZerobusError }
  /** The headers provider had none to give. */
  | { readonly kind: "no_headers"; readonly error: ZerobusError };

/** Whether the service refused the credentials that the headers carried. */
export function isRefusal(ending: Ending): boolean {
  return ending.kind === "failed" && ending.error.code === "authentication";
}
