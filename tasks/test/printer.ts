/**
 * What runs say while others talk, too.
 *
 * @module
 */
import type { Tally } from "./tally.ts";

/** Prints text; every line says which run it is from. */
export type Printer = (text: string) => void;

/** A printer for a run. Begins with a line about what runs. */
export function printerFor({ runtime, title }: Tally): Printer {
  const prefix = runtime.padEnd("workerd".length);
  const print: Printer = (text) => {
    console.log(text.split("\n").map((line) => `${prefix} │ ${line}`).join("\n"));
  };
  print(`── ${title} ──`);
  return print;
}
