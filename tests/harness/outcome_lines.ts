/**
 * Test outcomes as lines of text, for a program that runs tests in another process. Lines that
 * are no outcomes pass between them unharmed: whatever the tests print.
 *
 * @module
 */
import type { TestOutcome } from "./runner.ts";

const PREFIX = "\u0001test ";
const END = "\u0001end";

/** What a line says. */
export type Line =
  | { readonly kind: "outcome"; readonly outcome: TestOutcome }
  | { readonly kind: "end" }
  | { readonly kind: "text"; readonly text: string };

/** The outcomes as lines, then the line that says that all of them came. */
export async function* outcomeLines(
  outcomes: AsyncIterable<TestOutcome>,
): AsyncGenerator<string> {
  for await (const outcome of outcomes) yield `${PREFIX}${JSON.stringify(outcome)}\n`;
  yield `${END}\n`;
}

/** Reads one line, without its line break. */
export function readLine(line: string): Line {
  if (line === END) return { kind: "end" };
  if (!line.startsWith(PREFIX)) return { kind: "text", text: line };
  return { kind: "outcome", outcome: JSON.parse(line.slice(PREFIX.length)) };
}
