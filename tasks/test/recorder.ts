/**
 * Follows a run of tests: prints what comes, and counts.
 *
 * @module
 */
import { readLine } from "../../tests/harness/outcome_lines.ts";
import type { TestOutcome } from "../../tests/harness/runner.ts";
import { type Printer, printerFor } from "./printer.ts";
import type { Tally } from "./tally.ts";

const SIGNS = { passed: "✓", failed: "✗", skipped: "–" } as const;

/** Reads the lines of one run. */
export class Recorder {
  readonly #tally: Tally;
  readonly #print: Printer;
  readonly #failures: string[] = [];
  #file = "";
  #ended = false;

  /** Records into a tally. */
  constructor(tally: Tally) {
    this.#tally = tally;
    this.#print = printerFor(tally);
  }

  /** Whether the tests have said that all of them came. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Takes one line of the run's output. */
  take(text: string): void {
    const line = readLine(text);
    if (line.kind === "end") this.#ended = true;
    else if (line.kind === "text") this.#print(`  ${line.text}`);
    else this.#record(line.outcome);
  }

  /** Counts something that went wrong besides the tests. */
  fail(problem: string): void {
    this.#tally.failed++;
    this.#failures.push(problem);
    this.#print(`✗ ${problem}`);
  }

  /** Ends the run: what failed is said once more, where it is found. */
  finish(): void {
    if (!this.#ended) this.fail("the run ended before its tests did");
    if (this.#failures.length === 0) return;
    this.#print(`${this.#failures.length} failed`);
    for (const failure of this.#failures) this.#print(`✗ ${failure}`);
  }

  #record({ file, name, outcome, ms, detail }: TestOutcome): void {
    this.#tally[outcome]++;
    if (file !== this.#file) this.#print(file);
    this.#file = file;
    const reason = outcome === "skipped" ? `: ${detail}` : ` (${ms} ms)`;
    this.#print(`  ${SIGNS[outcome]} ${name}${reason}`);
    if (outcome !== "failed") return;
    const explanation = (detail ?? "").replaceAll("\n", "\n    ");
    this.#print(`    ${explanation}`);
    this.#failures.push(`${file}: ${name}\n    ${explanation}`);
  }
}
