/**
 * A local Zerobus for development and tests: one URL that speaks what the service speaks, enforces
 * what it enforces, and shows what landed. It reads records with its own code, so it is a second
 * opinion on what the client writes.
 *
 * ```ts
 * import { startLocalZerobus } from "@zerobus/wrapper/testing";
 *
 * await using local = await startLocalZerobus({ tables: ["main.iot.readings"] });
 * // … send to local.url with local.clientId and local.clientSecret …
 * console.log([...local.tables.get("main.iot.readings")!.rows()]);
 * ```
 *
 * @module
 */
export type {
  CloseSignal,
  CoalescedAcknowledgement,
  Count,
  DelayedAcknowledgement,
  DelayedCreation,
  Fault,
  FaultKind,
  FaultScope,
  IllegalAcknowledgement,
  Moment,
  OversizedRequest,
  PartialAcknowledgement,
  RandomFaultOptions,
  RefusedCompression,
  RejectedRecord,
  RejectedToken,
  RepeatedAcknowledgement,
  SlowReads,
  StreamBreak,
  StreamError,
  TokenError,
  TokenNonsense,
  WrongCreation,
} from "./faults/fault.ts";
export { STATUS_NAMES, type StatusName } from "../core/status_name.ts";
export type { LocalFaults } from "./faults/fault_script.ts";
export { randomFaults } from "./faults/random_faults.ts";
export type { LocalRequest } from "./landed_request.ts";
export { type LocalZerobus, type RestartOptions, startLocalZerobus } from "./local_zerobus.ts";
export type {
  AuthOptions,
  ColumnDefinition,
  GzipOptions,
  LocalZerobusOptions,
  TableDefinition,
  TlsIdentity,
} from "./options.ts";
export type { LocalRow, LocalValue } from "./row.ts";
export type { LocalStats } from "./stats.ts";
export type { LocalDuplicate, LocalTable, WaitOptions } from "./table.ts";
