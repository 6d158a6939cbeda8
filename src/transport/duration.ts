/**
 * Protobuf durations.
 *
 * @module
 */
import type { Duration } from "@bufbuild/protobuf/wkt";

/** The longest time that timers can wait, about 24 days. */
const MAX_MS = 2 ** 31 - 1;

/**
 * A duration in whole milliseconds: 0 when it is absent or negative, and never more than timers can
 * wait.
 */
export function durationMs(duration: Duration | undefined): number {
  if (duration === undefined) return 0;
  const ms = Number(duration.seconds) * 1000 + Math.floor(duration.nanos / 1_000_000);
  return Math.min(Math.max(ms, 0), MAX_MS);
}
