/**
 * Counts of tests, and how they are shown.
 *
 * @module
 */
import type { Runtime } from "../../tests/harness/environment.ts";
import { textTable } from "../text_table.ts";

/** What came of one run. */
export interface Tally {
  /** Where the tests ran. */
  readonly runtime: Runtime;
  /** Which tests ran. */
  readonly title: string;
  /** Counts. */
  passed: number;
  failed: number;
  skipped: number;
  /** How long it took, in milliseconds. */
  ms: number;
}

/** A tally of nothing yet. */
export function emptyTally(runtime: Runtime, title: string): Tally {
  return { runtime, title, passed: 0, failed: 0, skipped: 0, ms: 0 };
}

/** The sum of tallies. */
export function sum(tallies: readonly Tally[]): Pick<Tally, "passed" | "failed" | "skipped"> {
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const { passed, failed, skipped } of tallies) {
    total.passed += passed;
    total.failed += failed;
    total.skipped += skipped;
  }
  return total;
}

/** A table of tallies, a line each, and a line with their sum. */
export function table(tallies: readonly Tally[]): string {
  return textTable([
    ["runtime", "tests", "passed", "failed", "skipped", "seconds"],
    ...tallies.map((tally) => [
      tally.runtime,
      tally.title,
      ...[tally.passed, tally.failed, tally.skipped].map(String),
      (tally.ms / 1_000).toFixed(1),
    ]),
  ], 2);
}

/** The one line that machines read. */
export function closingLine(tallies: readonly Tally[]): string {
  const { passed, failed, skipped } = sum(tallies);
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}
