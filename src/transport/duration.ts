/**
 * Waiting times from the wire.
 *
 * @module
 */
import type { Duration } from "@bufbuild/protobuf/wkt";

/** The longest time that timers can wait, about 24 days. */
const MAX_MS = 2 ** 31 - 1;

/** A time in milliseconds, between 0 and the longest that timers can wait. */
export function timerMs(ms: number): number {
  return Math.min(Math.max(ms, 0), MAX_MS);
}

/** A duration in whole milliseconds that timers can wait; 0 when it is absent or negative. */
export function durationMs(duration: Duration | undefined): number {
  if (duration === undefined) return 0;
  return timerMs(Number(duration.seconds) * 1000 + Math.floor(duration.nanos / 1_000_000));
}
