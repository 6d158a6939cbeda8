/**
 * Stands in for `jsr:@std/async@1` where JSR cannot be reached: the same names, signatures and
 * behaviour for what this project uses, in its own code.
 *
 * @module
 */
export { abortable } from "./abortable.ts";
export { deadline, type DeadlineOptions } from "./deadline.ts";
export { delay, type DelayOptions } from "./delay.ts";
export { pooledMap } from "./pooled_map.ts";
export { retry, RetryError, type RetryOptions } from "./retry.ts";
