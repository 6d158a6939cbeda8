/**
 * A progress bar.
 *
 * @module
 */
import process from "node:process";

const WIDTH = 30;

/** A line that shows how much of something is done. */
export interface ProgressBar {
  /** Shows so much. */
  show(done: number): void;
  /** Ends the line, with the last that was shown. */
  end(): void;
}

/** Draws on a terminal as it goes; elsewhere prints the end alone. */
export function progressBar(label: string, total: number): ProgressBar {
  const { stdout } = process;
  let line = "";
  return {
    show(done) {
      const share = total === 0 ? 1 : done / total;
      const bar = "█".repeat(Math.round(share * WIDTH)).padEnd(WIDTH, "░");
      line = `${label} ${bar} ${done.toLocaleString("en")} rows acknowledged`;
      if (stdout.isTTY) stdout.write(`\r${line}`);
    },
    end: () => void stdout.write(stdout.isTTY ? "\n" : `${line}\n`),
  };
}
