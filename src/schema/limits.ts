/**
 * What the service accepts of a schema.
 *
 * @module
 */
import { ConfigurationError } from "../core/errors.ts";

/** Most fields in any one message. */
export const MAX_FIELDS = 2_000;

/** Deepest nesting of messages; the row itself is depth 0. */
export const MAX_DEPTH = 10;

/** Largest field number that Protobuf has. */
export const MAX_FIELD_NUMBER = 536_870_911;

/** First of the numbers that Protobuf keeps for itself. */
export const RESERVED_FIRST = 19_000;

/** Last of the numbers that Protobuf keeps for itself. */
export const RESERVED_LAST = 19_999;

/**
 * Holds nesting to {@linkcode MAX_DEPTH}.
 *
 * @throws {ConfigurationError} naming the column.
 */
export function checkDepth(path: string, depth: number): void {
  if (depth <= MAX_DEPTH) return;
  throw new ConfigurationError(
    `column "${path}" is nested ${depth} deep, the service takes ${MAX_DEPTH}: flatten it`,
    { details: { column: path, limit: MAX_DEPTH, actual: depth } },
  );
}
