/**
 * Headers from OAuth client credentials.
 *
 * @module
 */
import { checkedInteger, checkedUrl, refuse, shown } from "../core/checks.ts";
import { type Clock, systemClock } from "../core/clock.ts";
import type { HeadersProvider } from "../core/headers_provider.ts";
import { isZerobusError, ZerobusError } from "../core/errors.ts";
import type { Secret } from "../core/secret.ts";
import { TABLE_NAME_HEADER } from "./connection_headers.ts";
import { checkedCredentials } from "./credentials.ts";
import { TokenCache } from "./token_cache.ts";
import { tokenForm } from "./token_form.ts";
import type { SubjectToken } from "./token_proof.ts";
import { requestToken } from "./token_request.ts";

/** Options of {@linkcode oauthHeadersProvider}. */
export interface OauthHeadersOptions {
  /**
   * Zerobus endpoint, such as `https://1234567890.zerobus.us-west-2.cloud.databricks.com`. Only the
   * first label of its host matters here: it is the workspace id.
   */
  readonly endpoint: string | URL;
  /** Workspace URL, such as `https://my-workspace.cloud.databricks.com`. */
  readonly unityCatalogUrl: string | URL;
  /** Service principal's id. Needed with `clientSecret`, possible with `subjectToken`. */
  readonly clientId?: string | undefined;
  /** Service principal's secret. It is never printed, logged or serialized. */
  readonly clientSecret?: string | Secret | undefined;
  /**
   * In place of a secret, a token of an identity provider that the workspace trusts (workload
   * identity federation): asked for whenever a token is needed, and exchanged for one (RFC 8693).
   */
  readonly subjectToken?: SubjectToken | undefined;
  /** Workspace id. Default: the first label of the endpoint's host. */
  readonly workspaceId?: string | undefined;
  /** Longest wait for the token endpoint, in milliseconds. Default 30,000. */
  readonly requestTimeoutMs?: number | undefined;
  /** Allow a plain `http` workspace URL to hosts other than loopback. Default false. */
  readonly insecure?: boolean | undefined;
  /** Sends the token requests. Default: the runtime's own. */
  readonly fetch?: typeof fetch | undefined;
  /** Told of every token request that is over: why it failed, if it did. */
  readonly onToken?: ((error: ZerobusError | undefined) => void) | undefined;
  /** Time, for tests. Default: the system's. */
  readonly clock?: Clock | undefined;
}

const DEFAULT_REQUEST_TIMEOUT_MS = 30_000;
const MAX_REQUEST_TIMEOUT_MS = 2 ** 31 - 1;

/**
 * A {@linkcode HeadersProvider} that gets its tokens from the workspace, by OAuth client credentials
 * or in exchange for tokens of another identity provider, each scoped to the table it is for.
 *
 * Tokens are cached by table and replaced 5 minutes before they expire (a token that lives less
 * than 10 minutes: after half its life). Concurrent callers share one request. While an old token
 * lives, a failing or hanging refresh goes unnoticed; a token that the service refuses is not used
 * again. Share one provider among everything that uses the same credentials.
 *
 * The returned provider rejects with
 * - `ConfigurationError` for a table name without three parts,
 * - `AuthenticationError` when the endpoint refuses the credentials or answers with no token,
 * - `TokenRefreshError` (retryable) when it is unreachable, overloaded or too slow,
 * - the signal's reason when the caller's signal aborts.
 *
 * @example
 * ```ts
 * import { createWrapper, oauthHeadersProvider } from "@zerobus/wrapper";
 *
 * const endpoint = "https://1234567890.zerobus.us-west-2.cloud.databricks.com";
 * const headersProvider = oauthHeadersProvider({
 *   endpoint,
 *   unityCatalogUrl: "https://my-workspace.cloud.databricks.com",
 *   clientId: "service principal",
 *   clientSecret: "secret",
 * });
 * // Two tables, one cache of tokens.
 * await using readings = await createWrapper({
 *   endpoint,
 *   headersProvider,
 *   tableName: "main.iot.readings",
 * });
 * await using alarms = await createWrapper({
 *   endpoint,
 *   headersProvider,
 *   tableName: "main.iot.alarms",
 * });
 * ```
 *
 * @throws {ConfigurationError} for an option that cannot work
 */
export function oauthHeadersProvider(options: OauthHeadersOptions): HeadersProvider {
  const { clock = systemClock, requestTimeoutMs = DEFAULT_REQUEST_TIMEOUT_MS } = options;
  const { unityCatalogUrl, insecure = false } = options;
  const client = {
    url: `${checkedUrl("unityCatalogUrl", unityCatalogUrl, insecure)}/oidc/v1/token`,
    credentials: checkedCredentials({ ...options }),
    fetch: options.fetch ?? fetch,
    clock,
  };
  const workspaceId = checkedWorkspaceId(options);
  const tokens = new TokenCache({
    fetchToken: async (tableName, bound) => {
      const form = tokenForm(tableName, workspaceId);
      return await told(options.onToken, requestToken(client, form, bound));
    },
    requestTimeoutMs: checkedInteger(
      "requestTimeoutMs",
      requestTimeoutMs,
      1,
      MAX_REQUEST_TIMEOUT_MS,
    ),
    clock,
  });
  return async ({ tableName, rejected, signal }) => {
    const refused = rejected?.get("authorization") ?? null;
    const authorization = await tokens.authorization(tableName, refused, signal);
    return { authorization: authorization.reveal(), [TABLE_NAME_HEADER]: tableName };
  };
}

/** Tells how a request ends. One that nobody waits for any more is no failure. */
async function told<T>(onToken: OauthHeadersOptions["onToken"], request: Promise<T>): Promise<T> {
  try {
    const token = await request;
    onToken?.(undefined);
    return token;
  } catch (reason) {
    if (isZerobusError(reason)) onToken?.(ZerobusError.from(reason));
    throw reason;
  }
}

function checkedWorkspaceId({ endpoint, workspaceId }: OauthHeadersOptions): string {
  if (workspaceId === undefined) {
    // Nothing is sent to the endpoint from here, so its scheme does not matter.
    return new URL(checkedUrl("endpoint", endpoint, true)).hostname.split(".", 1)[0]!;
  }
  if (typeof workspaceId !== "string" || !/^[\w-]+$/.test(workspaceId)) {
    refuse("workspaceId", "ASCII letters, digits and hyphens", shown(workspaceId));
  }
  return workspaceId;
}
