/**
 * Asking Unity Catalog about a table, with certificates and proxies.
 *
 * @module
 */
import {
  fetchTableSchema as fetchWithWeb,
  type TableSchemaOptions,
} from "../catalog/fetch_table_schema.ts";
import type { TableSchema } from "../catalog/table_schema.ts";
import type { Secret } from "../core/secret.ts";
import { proxyChoice } from "./sockets/http_proxy.ts";
import { socketFetch } from "./sockets/socket_fetch.ts";
import { checkedTls, type TlsOptions } from "./sockets/tls_options.ts";

/** What {@linkcode fetchTableSchema} takes here. */
export interface RuntimeTableSchemaOptions extends TableSchemaOptions {
  /** Certificates, when the runtime's defaults do not fit. */
  readonly tls?: TlsOptions | undefined;
  /** As for a wrapper: URL of an HTTP proxy or `"none"`. Default: the environment's. */
  readonly proxy?: string | Secret | undefined;
}

/**
 * The columns of a table, from Unity Catalog: their names, types and order as the service will hold
 * rows to them. Takes a service principal (or a token) that may `SELECT` from the table.
 *
 * @example
 * ```ts
 * import { fetchTableSchema } from "@zerobus/wrapper/node";
 * import { startLocalZerobus } from "@zerobus/wrapper/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const tableName = "main.iot.readings";
 * await using local = await startLocalZerobus({
 *   tables: [{ name: tableName, columns: [{ name: "device", type: "BIGINT", nullable: false }] }],
 * });
 * const { columns } = await fetchTableSchema({
 *   unityCatalogUrl: local.unityCatalogUrl,
 *   clientId: local.clientId,
 *   clientSecret: local.clientSecret,
 *   tableName,
 * });
 * assertEquals(columns, [{ name: "device", type: "bigint", nullable: false, position: 0 }]);
 * ```
 *
 * @throws {ConfigurationError} for an option that cannot work, a table that is not there, a required
 * column of a type that no row can be sent for
 * @throws {AuthenticationError} when credentials or grants do not suffice
 * @throws {RetryExhaustedError} when the workspace was unreachable or overloaded every time
 * @throws the signal's reason
 */
export async function fetchTableSchema(options: RuntimeTableSchemaOptions): Promise<TableSchema> {
  const { tls: givenTls, proxy, ...rest } = options;
  const tls = givenTls === undefined ? undefined : checkedTls(givenTls);
  const proxyFor = proxyChoice(proxy);
  const isPlain = rest.fetch !== undefined || (tls === undefined && proxyFor === undefined);
  return await fetchWithWeb(isPlain ? rest : { ...rest, fetch: socketFetch({ tls, proxyFor }) });
}
