/**
 * The entry point for Node: everything of the core, with native gRPC over HTTP/2 as the default
 * protocol, and TLS options.
 *
 * ```ts
 * import { createWrapper } from "@zerobus/wrapper/node";
 *
 * await using wrapper = await createWrapper({
 *   endpoint: "https://1234567890.zerobus.us-west-2.cloud.databricks.com",
 *   unityCatalogUrl: "https://my-workspace.cloud.databricks.com",
 *   tableName: "main.iot.readings",
 *   clientId: "service principal",
 *   clientSecret: "secret",
 * });
 * ```
 *
 * @module
 */
export * from "./entry.ts";
