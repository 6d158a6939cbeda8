/**
 * What the sources of a configuration have in common.
 *
 * @module
 */
import { namedOptions } from "./named_options.ts";

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
  /** Paths of the options whose value is none; they are not missing. */
  readonly faulty: readonly string[];
}

/** What a file gives that cannot be read: there might be anything in it. */
export function unreadable(problems: readonly string[]): Reading {
  return { given: [], problems, faulty: namedOptions().map(([path]) => path) };
}

/** Variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;
