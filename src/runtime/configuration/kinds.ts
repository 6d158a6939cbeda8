/**
 * Kinds and names of options, in few words.
 *
 * @module
 */
import type { Alias, OptionKind } from "./option.ts";

/** What timers can hold. */
export const MAX_MS: number = 2 ** 31 - 1;

/** Text. */
export const TEXT: OptionKind = { type: "text" };
/** Text that is shown to nobody. */
export const SECRET: OptionKind = { type: "secret" };
/** True or false. */
export const BOOLEAN: OptionKind = { type: "boolean" };

/** A whole number. */
export function integer(min: number, max: number = Number.MAX_SAFE_INTEGER): OptionKind {
  return { type: "integer", min, max };
}

/** Milliseconds in a second. */
export const SECONDS = 1_000;

/** Another name. */
export function alias(variable: string, key?: string, factor?: number): Alias {
  return {
    variable,
    ...(key === undefined ? {} : { key }),
    ...(factor === undefined ? {} : { factor }),
  };
}
