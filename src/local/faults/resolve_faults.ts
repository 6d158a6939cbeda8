/**
 * Faults as users write them, checked.
 *
 * @module
 */
import { checkedChoice, checkedInteger, checkedObject, refuse, shown } from "../../core/checks.ts";
import { STATUS_NAMES } from "../../core/status_name.ts";
import { isTableName } from "../table_name.ts";
import type { Fault, FaultKind, RandomFaultOptions } from "./fault.ts";

/** What goes wrong: the scripted faults first, then those that chance brings. */
export interface FaultPlan {
  /** In order. */
  readonly scripted: readonly Fault[];
  /** Absent when nothing is left to chance. */
  readonly random: RandomFaultOptions | undefined;
}

type Check = (field: string, value: unknown) => unknown;

const TIMER_MS = 2 ** 31 - 1;

const integer = (min: number, max: number): Check => (field, value) =>
  checkedInteger(field, value, min, max);
const milliseconds = integer(0, TIMER_MS);
const optional = (check: Check): Check => (field, value) => {
  if (value !== undefined) check(field, value);
};
const text: Check = (field, value) => {
  if (typeof value !== "string" || value === "") refuse(field, "text", shown(value));
};
const count: Check = (field, value) => {
  const given = checkedObject(field, value, ["requests", "records"]);
  const [unit, ...others] = Object.keys(given);
  if (unit === undefined || others.length > 0) {
    refuse(field, "either requests or records", "neither or both");
  }
  checkedInteger(`${field}.${unit}`, given[unit], 0, Number.MAX_SAFE_INTEGER);
};
const moment: Check = (field, value) => {
  if (value !== "creation") count(field, value);
};
const status: Check = (field, value) =>
  checkedChoice(field, value, STATUS_NAMES.filter((name) => name !== "OK"));
const refusal: Check = (field, value) =>
  checkedChoice(field, value, ["listed", "unlisted", "http_415"]);
const scalar: Check = (field, value) => {
  if (value === null || ["string", "number", "boolean"].includes(typeof value)) return;
  refuse(field, "text, a number, true, false or null", shown(value));
};
const times: Check = (field, value) => {
  if (value !== "always") checkedInteger(field, value, 1, Number.MAX_SAFE_INTEGER);
};
const tableName: Check = (field, value) => {
  if (typeof value !== "string" || !isTableName(value)) {
    refuse(field, "catalog.schema.table", shown(value));
  }
};

type Fields = Readonly<Record<string, Check>>;

const COMMON: Fields = { table: optional(tableName), times: optional(times) };
const answer: Fields = { at: optional(count) };
const illegal: Fields = { ...answer, by: optional(integer(1, Number.MAX_SAFE_INTEGER)) };
const strike: Fields = { at: optional(moment) };

/** The fields of each kind, besides the common ones. */
const FIELDS: Readonly<Record<FaultKind, Fields>> = {
  delay_creation: { delayMs: milliseconds },
  wrong_first_message: {},
  missing_stream_id: {},
  delay_acknowledgement: { ...answer, delayMs: milliseconds },
  coalesce_acknowledgements: {
    ...answer,
    every: integer(1, 1_000_000),
    delayMs: optional(milliseconds),
  },
  duplicate_acknowledgement: answer,
  withhold_acknowledgement: answer,
  partial_acknowledgement: { ...answer, records: integer(1, Number.MAX_SAFE_INTEGER) },
  backward_acknowledgement: illegal,
  excessive_acknowledgement: illegal,
  error: {
    ...strike,
    status,
    message: optional(text),
    retryAfterMs: optional(milliseconds),
    serviceCode: optional(integer(0, 999_999_999)),
  },
  end: strike,
  reset: strike,
  silence: strike,
  close_signal: { ...strike, durationMs: optional(milliseconds) },
  slow_reads: { ...strike, pauseMs: milliseconds },
  request_too_large: { ...answer, limitBytes: optional(integer(0, Number.MAX_SAFE_INTEGER)) },
  reject_record: { column: text, equals: scalar },
  reject_token: {},
  refuse_compression: { how: optional(refusal) },
  token_error: {
    status: integer(400, 599),
    retryAfterSeconds: optional(integer(0, 1_000_000)),
  },
  token_hang: {},
  token_garbage: {},
};

/** The names of all faults. */
export const FAULT_KINDS: readonly FaultKind[] = Object.keys(FIELDS) as FaultKind[];

/**
 * Checks what a server is told to do wrong.
 *
 * @throws {ConfigurationError} naming the fault and its field.
 */
export function resolveFaults(faults: readonly Fault[] | RandomFaultOptions): FaultPlan {
  if (!Array.isArray(faults)) {
    return { scripted: [], random: checkedRandom("faults", faults as RandomFaultOptions) };
  }
  faults.forEach((fault, index) => checkFault(`faults[${index}]`, fault));
  // A copy: what happens must not change with an object of the user's.
  return { scripted: structuredClone(faults), random: undefined };
}

/** Checks the options of chance. */
export function checkedRandom(field: string, options: RandomFaultOptions): RandomFaultOptions {
  const { seed, rate } = checkedObject(field, options, ["seed", "rate"]);
  if (typeof rate !== "number" || !(rate > 0 && rate <= 1)) {
    refuse(`${field}.rate`, "a number above 0 and up to 1", shown(rate));
  }
  return { seed: checkedInteger(`${field}.seed`, seed, 0, 0xffff_ffff), rate };
}

function checkFault(field: string, fault: unknown): void {
  const kind = (fault as { kind?: unknown } | null)?.kind;
  const fields = { ...FIELDS[checkedChoice(`${field}.kind`, kind, FAULT_KINDS)], ...COMMON };
  const given = checkedObject(field, fault, ["kind", ...Object.keys(fields)]);
  for (const [name, check] of Object.entries(fields)) check(`${field}.${name}`, given[name]);
}
