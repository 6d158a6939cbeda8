/**
 * Measuring.
 *
 * @module
 */
import process from "node:process";

/** So many runs are not counted: the engine compiles in them. */
const WARM_UP = 2;
const FEWEST_RUNS = 5;
const LONGEST_MS = 1_500;

/** How long something takes. */
export interface Timing {
  /** Processor time of one run in milliseconds, all threads; half of the runs took less. */
  readonly medianMs: number;
  /** The same of the fastest run: what the code takes when nobody else wants the processor. */
  readonly bestMs: number;
  /** Runs counted. */
  readonly runs: number;
}

/** Runs something for a while. Processor time, because a machine is seldom alone. */
export function measure(run: () => void, longestMs: number = LONGEST_MS): Timing {
  return measureInTurns([run], longestMs)[0]!;
}

/** Runs several things in turns, which the moods of the machine then affect alike. */
export function measureInTurns(
  runs: readonly (() => void)[],
  longestMs: number = LONGEST_MS,
): Timing[] {
  for (let count = 0; count < WARM_UP; count++) runs.forEach((run) => run());
  const times = runs.map((): number[] => []);
  const end = performance.now() + longestMs * runs.length;
  for (let count = 0; count < FEWEST_RUNS || performance.now() < end; count++) {
    runs.forEach((run, at) => times[at]!.push(cpuOf(run)));
  }
  return times.map(timingOf);
}

/** Median and best of some times. */
export function timingOf(times: readonly number[]): Timing {
  const sorted = times.toSorted((one, other) => one - other);
  return { medianMs: quantile(sorted, 0.5), bestMs: sorted[0] ?? NaN, runs: sorted.length };
}

/** The value that this share of the sorted values is not above. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}

function cpuOf(run: () => void): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/**
 * A hash of bytes in pieces that make up one whole: FNV-1a over 32-bit words with a shift, as in
 * `rivals/rows.rs`.
 */
export function contentHash(pieces: readonly Uint8Array[]): string {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0) + 3 & ~3);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  let hash = 0x811c_9dc5;
  for (const word of new Int32Array(whole.buffer)) {
    hash = Math.imul(hash ^ word, 0x0100_0193);
    hash ^= hash >>> 15;
  }
  return (hash >>> 0).toString(16).padStart(8, "0");
}
