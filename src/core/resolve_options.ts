/**
 * The groups of options: each from what the user wrote to frozen values with nothing left open.
 *
 * @module
 */
import {
  checkedBoolean,
  checkedChoice,
  checkedInteger,
  checkedObject,
  refuse,
  shown,
} from "./checks.ts";
import {
  BACKOFF_DEFAULTS,
  CONVERSION_DEFAULTS,
  ISOLATION_DEFAULTS,
  MAX_REQUEST_BYTES,
  MAX_REQUEST_RECORDS,
  RETRY_DEFAULTS,
  STREAM_DEFAULTS,
} from "./defaults.ts";
import { settled } from "./problems.ts";
import type { ResolvedBackoff, ResolvedConfiguration } from "./resolved_configuration.ts";
import { STATUS_NAMES, type StatusName } from "./status_name.ts";

/** Longest time-out: what timers can hold, about 24 days. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** Checks `retry`. */
export function resolveRetry(value: unknown): ResolvedConfiguration["retry"] {
  const given = withDefaults("retry", value, RETRY_DEFAULTS);
  const integer = (key: keyof typeof given, max: number) => () =>
    checkedInteger(`retry.${key}`, given[key], 1, max);
  const retry = settled<ResolvedConfiguration["retry"]>({
    maxAttempts: integer("maxAttempts", 1_000_000),
    baseDelayMs: integer("baseDelayMs", MAX_TIMEOUT_MS),
    maxDelayMs: integer("maxDelayMs", MAX_TIMEOUT_MS),
  });
  const { baseDelayMs, maxDelayMs } = retry;
  if (maxDelayMs < baseDelayMs) {
    refuse("retry.maxDelayMs", `at least retry.baseDelayMs (${baseDelayMs})`, shown(maxDelayMs));
  }
  return Object.freeze(retry);
}

/** Checks `stream`. */
export function resolveStream(value: unknown): ResolvedConfiguration["stream"] {
  const given = withDefaults("stream", value, { ...STREAM_DEFAULTS, pauseMaxMs: undefined });
  const integer = (key: keyof typeof given, min: number, max: number) => () =>
    checkedInteger(`stream.${key}`, given[key], min, max);
  return Object.freeze(settled<ResolvedConfiguration["stream"]>({
    maxInflightRequests: integer("maxInflightRequests", 1, 1_000_000),
    maxInflightBytes: integer("maxInflightBytes", 1, Number.MAX_SAFE_INTEGER),
    maxRequestBytes: integer("maxRequestBytes", 1, MAX_REQUEST_BYTES),
    maxRequestRecords: integer("maxRequestRecords", 1, MAX_REQUEST_RECORDS),
    connectTimeoutMs: integer("connectTimeoutMs", 1, MAX_TIMEOUT_MS),
    ackTimeoutMs: integer("ackTimeoutMs", 1, MAX_TIMEOUT_MS),
    flushTimeoutMs: integer("flushTimeoutMs", 1, MAX_TIMEOUT_MS),
    pauseMaxMs: given.pauseMaxMs === undefined
      ? () => undefined
      : integer("pauseMaxMs", 0, MAX_TIMEOUT_MS),
    drainTimeoutMs: integer("drainTimeoutMs", 0, MAX_TIMEOUT_MS),
    idleTimeoutMs: integer("idleTimeoutMs", 1, MAX_TIMEOUT_MS),
    recovery: () => checkedBoolean("stream.recovery", given.recovery),
    retryableStatuses: () => resolveStatuses(given.retryableStatuses),
    streams: integer("streams", 1, 64),
  }));
}

function resolveStatuses(value: unknown): readonly StatusName[] {
  const field = "stream.retryableStatuses";
  if (!Array.isArray(value)) refuse(field, "an array of gRPC status names", shown(value));
  return Object.freeze(value.map((name) => checkedChoice(field, name, STATUS_NAMES)));
}

/** Checks `conversion`. */
export function resolveConversion(value: unknown): ResolvedConfiguration["conversion"] {
  const given = withDefaults("conversion", value, CONVERSION_DEFAULTS);
  const { maxRecordBytes, extraColumns } = given;
  return Object.freeze(settled<ResolvedConfiguration["conversion"]>({
    maxRecordBytes: () =>
      checkedInteger("conversion.maxRecordBytes", maxRecordBytes, 1, MAX_REQUEST_BYTES),
    extraColumns: () => checkedChoice("conversion.extraColumns", extraColumns, ["error", "drop"]),
  }));
}

/** Checks `isolateRejectedRows`. What is found apart is sent again, which `recovery` allows. */
export function resolveIsolation(
  value: unknown,
  { recovery }: Pick<ResolvedConfiguration["stream"], "recovery">,
): ResolvedConfiguration["isolation"] {
  const field = "isolateRejectedRows";
  const given = withSwitch(field, value, ISOLATION_DEFAULTS);
  if (given === undefined || !recovery) return undefined;
  return Object.freeze({
    maxExtraRequests: checkedInteger(
      `${field}.maxExtraRequests`,
      given.maxExtraRequests,
      0,
      1_000_000,
    ),
  });
}

/** Checks `backoff`. */
export function resolveBackoff(value: unknown): ResolvedBackoff {
  const given = withDefaults("backoff", value, { failureRate: true, service: true });
  return Object.freeze(settled<ResolvedBackoff>({
    failureRate: () => resolveFailureRate(given.failureRate),
    service: () =>
      checkedBoolean("backoff.service", given.service) ? BACKOFF_DEFAULTS.service : undefined,
  }));
}

function resolveFailureRate(value: unknown): ResolvedBackoff["failureRate"] {
  const field = "backoff.failureRate";
  const given = withSwitch(field, value, BACKOFF_DEFAULTS.failureRate);
  if (given === undefined) return undefined;
  const integer = (key: keyof typeof given, min: number, max: number) => () =>
    checkedInteger(`${field}.${key}`, given[key], min, max);
  return Object.freeze(settled<NonNullable<ResolvedBackoff["failureRate"]>>({
    threshold: () => checkedShare(`${field}.threshold`, given.threshold),
    minRows: integer("minRows", 1, Number.MAX_SAFE_INTEGER),
    windowMs: integer("windowMs", 1, MAX_TIMEOUT_MS),
    pauseMs: integer("pauseMs", 1, MAX_TIMEOUT_MS),
    jitterMs: integer("jitterMs", 0, MAX_TIMEOUT_MS),
  }));
}

function checkedShare(field: string, value: unknown): number {
  if (typeof value === "number" && value >= 0 && value <= 1) return value;
  refuse(field, "a share from 0 to 1", shown(value));
}

/** Options that can be switched on, with their defaults, or off as a whole. */
function withSwitch<T extends object>(
  field: string,
  value: unknown,
  defaults: T,
): { readonly [K in keyof T]: unknown } | undefined {
  if (value === false) return undefined;
  if (value === true) return defaults;
  if (typeof value !== "object") refuse(field, "true, false or an object", shown(value));
  return withDefaults(field, value, defaults);
}

/** The given options over the defaults; an explicit `undefined` is the default, too. */
function withDefaults<T extends object>(
  field: string,
  value: unknown,
  defaults: T,
): { readonly [K in keyof T]: unknown } {
  const given = checkedObject(field, value, Object.keys(defaults));
  const defined = Object.entries(given).filter(([, option]) => option !== undefined);
  return { ...defaults, ...Object.fromEntries(defined) };
}
