/**
 * Asking Unity Catalog about a table.
 *
 * @module
 */
import { checkedCredentials } from "../auth/credentials.ts";
import { readText, retryAfterMs } from "../auth/read_answer.ts";
import { workspaceTokenForm } from "../auth/token_form.ts";
import type { SubjectToken, TokenCredentials } from "../auth/token_proof.ts";
import { requestToken } from "../auth/token_request.ts";
import { within } from "../core/async.ts";
import { RetryBudget } from "../core/backoff.ts";
import { checkedInteger, checkedObject, checkedUrl, refuse, shown } from "../core/checks.ts";
import { type Clock, systemClock } from "../core/clock.ts";
import type { RetryOptions } from "../core/configuration.ts";
import { ConnectionError, isZerobusError, ZerobusError } from "../core/errors.ts";
import { resolveRetry } from "../core/resolve_options.ts";
import { isSecret, Secret } from "../core/secret.ts";
import { type TableAnswer, tableFrom, type TableQuestion } from "./table_answer.ts";
import type { TableSchema } from "./table_schema.ts";

/** What {@linkcode fetchTableSchema} takes. */
export interface TableSchemaOptions {
  /** Workspace URL, such as `https://my-workspace.cloud.databricks.com`. */
  readonly unityCatalogUrl: string | URL;
  /** Full name of the table, `catalog.schema.table`. */
  readonly tableName: string;
  /** Service principal's id. */
  readonly clientId?: string | undefined;
  /** Service principal's secret. It is never printed, logged or serialized. */
  readonly clientSecret?: string | Secret | undefined;
  /** A token of the workspace's, in place of a service principal. */
  readonly token?: string | Secret | undefined;
  /** In place of a secret, as for {@linkcode oauthHeadersProvider}. */
  readonly subjectToken?: SubjectToken | undefined;
  /** Longest wait for one answer, in milliseconds. Default 30,000. */
  readonly timeoutMs?: number | undefined;
  /**
   * How often to ask while the workspace is unreachable or overloaded. Default: 3 times, 500 ms to
   * 5 s apart.
   */
  readonly retry?: RetryOptions | undefined;
  /** Allow a plain `http` workspace URL to hosts other than loopback. Default false. */
  readonly insecure?: boolean | undefined;
  /** Gives up. */
  readonly signal?: AbortSignal | undefined;
  /** Sends the requests. Default: the runtime's own. */
  readonly fetch?: typeof fetch | undefined;
  /** Time, for tests. Default: the system's. */
  readonly clock?: Clock | undefined;
}

const OPTIONS: readonly (keyof TableSchemaOptions)[] = [
  "unityCatalogUrl",
  "tableName",
  "clientId",
  "clientSecret",
  "token",
  "subjectToken",
  "timeoutMs",
  "retry",
  "insecure",
  "signal",
  "fetch",
  "clock",
];
const TABLE_NAME = /^[^\s./`]+\.[^\s./`]+\.[^\s./`]+$/;
/** A table of 2,000 columns takes about one. */
const MAX_ANSWER_BYTES = 8 << 20;
const MAX_TIMEOUT_MS = 2 ** 31 - 1;
/** Nobody waits long for a table's columns. */
const RETRY_DEFAULTS: RetryOptions = { maxAttempts: 3, baseDelayMs: 500, maxDelayMs: 5_000 };

interface Question extends TableQuestion {
  readonly tokenUrl: string;
  readonly access: Access;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
}

type Access = { readonly token: Secret } | { readonly credentials: TokenCredentials };

/**
 * The columns of a table, from Unity Catalog: their names, types and order as the service will hold
 * rows to them. Takes a service principal (or a token) that may `SELECT` from the table.
 *
 * @example
 * ```ts
 * import { createWrapper, fetchTableSchema } from "@zerobus/wrapper";
 * import { startLocalZerobus } from "@zerobus/wrapper/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using local = await startLocalZerobus({
 *   tables: [{
 *     name: "main.iot.readings",
 *     columns: [{ name: "device", type: "BIGINT", nullable: false }, { name: "at", type: "TIMESTAMP" }],
 *   }],
 * });
 * const workspace = {
 *   unityCatalogUrl: local.unityCatalogUrl,
 *   clientId: local.clientId,
 *   clientSecret: local.clientSecret,
 *   tableName: "main.iot.readings",
 * };
 * const { schema, columns } = await fetchTableSchema(workspace);
 * assertEquals(columns.map(({ name, type }) => `${name} ${type}`), ["device bigint", "at timestamp"]);
 *
 * await using wrapper = await createWrapper({ endpoint: local.url, ...workspace });
 * const rows = [{ device: 7n, at: new Date() }, { device: "seven" }];
 * const { failedRows } = await wrapper.sendRows(rows, { schema });
 * assertEquals(failedRows[0]?.error.details, { row: 1, column: "device" });
 * ```
 *
 * @throws {ConfigurationError} for an option that cannot work, a table that is not there, a required
 * column of a type that no row can be sent for
 * @throws {AuthenticationError} when credentials or grants do not suffice
 * @throws {RetryExhaustedError} when the workspace was unreachable or overloaded every time
 * @throws the signal's reason
 */
export async function fetchTableSchema(options: TableSchemaOptions): Promise<TableSchema> {
  const { signal = new AbortController().signal, clock = systemClock } = options;
  const question = questionOf(options, signal, clock);
  const budget = new RetryBudget(resolveRetry({ ...RETRY_DEFAULTS, ...options.retry }), clock);
  for (;;) {
    signal.throwIfAborted();
    try {
      return await attempt(question);
    } catch (reason) {
      signal.throwIfAborted();
      const error = ZerobusError.from(reason);
      if (!error.retryable) throw error;
      await clock.sleep(budget.spend(error), signal);
    }
  }
}

function questionOf(options: TableSchemaOptions, signal: AbortSignal, clock: Clock): Question {
  checkedObject("options", options, OPTIONS);
  const { tableName, insecure = false, timeoutMs = 30_000 } = options;
  if (typeof tableName !== "string" || !TABLE_NAME.test(tableName)) {
    refuse("tableName", "three parts, catalog.schema.table", shown(tableName));
  }
  const workspace = checkedUrl("unityCatalogUrl", options.unityCatalogUrl, insecure);
  return {
    url: `${workspace}/api/2.1/unity-catalog/tables/${encodeURIComponent(tableName)}`,
    tokenUrl: `${workspace}/oidc/v1/token`,
    tableName,
    access: accessOf(options),
    timeoutMs: checkedInteger("timeoutMs", timeoutMs, 1, MAX_TIMEOUT_MS),
    signal,
    fetch: options.fetch ?? fetch,
    clock,
  };
}

function accessOf(options: TableSchemaOptions): Access {
  const { token, clientId, clientSecret, subjectToken } = options;
  if (token === undefined) return { credentials: checkedCredentials({ ...options }) };
  if ([clientId, clientSecret, subjectToken].some((other) => other !== undefined)) {
    refuse("token", "either a token or a service principal's credentials", "both");
  }
  const text = isSecret(token) ? token.reveal() : token;
  if (typeof text !== "string" || !/^[\x21-\x7e]+$/.test(text)) {
    refuse("token", "a token", "something that is none");
  }
  return { token: new Secret(text) };
}

async function attempt(question: Question): Promise<TableSchema> {
  const { url, timeoutMs, signal, clock } = question;
  const authorization = await authorizationFor(question);
  const request = new AbortController();
  try {
    const answer = await within(ask(question, authorization, request.signal), {
      clock,
      ms: timeoutMs,
      signal,
      timeout: () =>
        new ConnectionError(`Unity Catalog at ${url} did not answer within ${timeoutMs} ms`, {
          details: { limit: timeoutMs },
        }),
    });
    return tableFrom(answer, question);
  } finally {
    request.abort();
  }
}

async function authorizationFor(question: Question): Promise<Secret> {
  const { access, tokenUrl, fetch, clock, timeoutMs, signal } = question;
  if ("token" in access) return new Secret(`Bearer ${access.token.reveal()}`);
  const client = { ...access, url: tokenUrl, fetch, clock };
  return (await requestToken(client, workspaceTokenForm(), { timeoutMs, signal })).authorization;
}

async function ask(
  { url, fetch }: Question,
  authorization: Secret,
  signal: AbortSignal,
): Promise<TableAnswer> {
  try {
    const response = await fetch(url, {
      headers: { authorization: authorization.reveal(), accept: "application/json" },
      redirect: "manual", // the token is for this workspace
      signal,
    });
    const { status, headers } = response;
    return {
      status,
      retryAfterMs: retryAfterMs(headers),
      body: await readText(response, MAX_ANSWER_BYTES),
    };
  } catch (cause) {
    if (isZerobusError(cause) && !cause.retryable) throw cause; // a proxy that refuses, say
    throw new ConnectionError(`the request to Unity Catalog at ${url} failed`, { cause });
  }
}
