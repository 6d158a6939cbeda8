/**
 * What benchmarks say to whoever prints it.
 *
 * @module
 */

/** One line of a table. */
export interface Result {
  /** Name of the corpus or of the benchmark. */
  readonly group: string;
  /** What the corpus is, or what the benchmark does. */
  readonly title: string;
  /** Who did it. */
  readonly candidate: string;
  /** The number of this line, by name of the column. */
  readonly values: Readonly<Record<string, number>>;
  /** Hash of what came out; equal to the wrapper's unless something is wrong. */
  readonly hash?: string;
  /** A target, and whether it was reached. */
  readonly target?: { readonly text: string; readonly met: boolean };
}

/** Takes a result as soon as it is there. */
export type Report = (result: Result) => void;
