/**
 * What the sources of a configuration have in common.
 *
 * @module
 */

/** A value that was given for an option, and where. */
export interface Given {
  /** Path of the option. */
  readonly path: string;
  /** The value. */
  readonly value: unknown;
  /** For people: variable, or file, line and key. */
  readonly place: string;
}

/** What a source gives, and what is wrong with it. */
export interface Reading {
  /** At most one value for an option. */
  readonly given: readonly Given[];
  /** One sentence each, with the place. */
  readonly problems: readonly string[];
}

/** Variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;
