/**
 * What the behavioural suites share.
 *
 * @module
 */
import type { Logger, WrapperConfiguration } from "@zerobus/wrapper";
import type { LocalHandle, Road } from "../harness/environment.ts";

/** The table that the suites write to unless they say otherwise. */
export const TABLE = "main.iot.readings";

/** A log that nobody reads: most tests are about trouble. */
export const SILENT: Logger = { debug() {}, info() {}, warn() {}, error() {} };

/** A configuration for a local server; no retry waits long. */
export function configurationFor(
  local: LocalHandle,
  tableName: string = TABLE,
): WrapperConfiguration {
  return {
    endpoint: local.url,
    unityCatalogUrl: local.unityCatalogUrl,
    clientId: local.clientId,
    clientSecret: local.clientSecret,
    tableName,
    logger: SILENT,
    retry: { maxAttempts: 3, baseDelayMs: 1, maxDelayMs: 20 },
  };
}

/** One road for each record format: for what does not depend on the protocol. */
export function roadPerFormat(roads: readonly Road[]): Road[] {
  const formats = new Set(roads.map(({ recordFormat }) => recordFormat));
  return [...formats].map((format) => roads.find(({ recordFormat }) => recordFormat === format)!);
}
