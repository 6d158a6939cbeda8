/**
 * Enumerations, as the encoder looks values up in them.
 *
 * @module
 */
import type { MessageTypes } from "./message_types.ts";

/** An enumeration that a user's descriptor has. */
export interface Enumeration {
  /** Absolute name. */
  readonly name: string;
  /** The numbers that have a name. */
  readonly numbers: ReadonlySet<number>;
  /** The names, as UTF-8. */
  readonly names: readonly Uint8Array[];
  /** The number of each name. */
  readonly numberOf: readonly number[];
}

/** The enumeration of an absolute name; without members if there is none. */
export function enumerationOf(name: string, types: MessageTypes): Enumeration {
  const values = types.enumerations.get(name)?.value ?? [];
  const encoder = new TextEncoder();
  return {
    name,
    numbers: new Set(values.map((value) => value.number)),
    names: values.map((value) => encoder.encode(value.name)),
    numberOf: values.map((value) => value.number),
  };
}
