/**
 * Rivals that are programs.
 *
 * @module
 */
import { capture, CommandError } from "../tasks/command.ts";
import { ROOT } from "../tasks/project.ts";
import { timingOf } from "./measure.ts";
import type { Result } from "./result.ts";

const RUNS = "15";

/** Compiles the Rust rival; undefined where there is no compiler. */
export async function compileRust(folder: string): Promise<string | undefined> {
  const program = `${folder}/rows`;
  try {
    await capture({
      program: "rustc",
      args: ["-O", "-o", program, `${ROOT}/bench/rivals/rows.rs`],
      timeoutMs: 120_000,
    });
  } catch (reason) {
    if (!(reason instanceof CommandError)) throw reason;
    console.error("no Rust compiler: its rival is left out");
    return undefined;
  }
  return program;
}

/** Runs the Rust rival on a corpus. Fails if its bytes are not the wrapper's. */
export async function runRust(program: string, ours: Result): Promise<Result[]> {
  const { group, title } = ours;
  const [first = "", ...rest] =
    (await capture({ program, args: [group, RUNS], timeoutMs: 120_000 })).split("\n");
  const [bytes, hash] = first.split(" ");
  if (hash !== ours.hash) throw new Error(`corpus ${group}: hash ${hash}, not ${ours.hash}`);
  const times = rest.map((line) => line.split(" ").map((ns) => Number(ns) / 1e6));
  const line = (candidate: string, column: number): Result => {
    const { medianMs, bestMs } = timingOf(times.map((run) => run[column]!));
    const size = Number(bytes) / 1_000;
    return {
      group,
      title,
      candidate,
      values: { "MB/s": size / medianMs, "best MB/s": size / bestMs },
    };
  };
  return [line("rust-naive", 1), line("rust-naive, records only", 0)];
}
