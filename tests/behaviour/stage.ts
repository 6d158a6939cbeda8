/**
 * What the behavioural suites share.
 *
 * @module
 */
import type { WrapperConfiguration } from "@zerobus/wrapper";
import type { LocalHandle } from "../harness/environment.ts";

/** The table that the suites write to unless they say otherwise. */
export const TABLE = "main.iot.readings";

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
    retry: { maxAttempts: 3, baseDelayMs: 1, maxDelayMs: 20 },
  };
}
