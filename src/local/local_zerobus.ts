/**
 * A Zerobus service in this process.
 *
 * @module
 */
import { honestBehaviour } from "./behaviour.ts";
import { listen } from "./listener.ts";
import { type LocalZerobusOptions, resolveOptions } from "./options.ts";
import { Service } from "./service.ts";
import { type LocalStats, newCounters } from "./stats.ts";
import type { LocalTable } from "./table.ts";
import { Tables } from "./tables.ts";
import { Tokens } from "./tokens.ts";

/** A running local Zerobus: what {@linkcode startLocalZerobus} gives. */
export interface LocalZerobus extends AsyncDisposable {
  /** Endpoint for streams: gRPC over HTTP/2, gRPC-Web and Connect over HTTP/1.1 and HTTP/2. */
  readonly url: string;
  /** Where tokens come from; the same URL. */
  readonly unityCatalogUrl: string;
  /** The client that gets tokens. */
  readonly clientId: string;
  /** Its secret. */
  readonly clientSecret: string;
  /** What landed, by full table name. */
  readonly tables: ReadonlyMap<string, LocalTable>;
  /** Totals, kept up to date. */
  readonly stats: LocalStats;
  /**
   * A token for one table without asking the token endpoint. `lifetimeMs` defaults to the server's;
   * with 0 the token has expired already.
   */
  issueToken(tableName: string, options?: { readonly lifetimeMs?: number }): string;
  /** Makes every token given out so far invalid. Open streams go on. */
  revokeTokens(): void;
  /**
   * Ends open streams with UNAVAILABLE, closes all connections and frees the port, in less than two
   * seconds even if clients do not cooperate. May be called again. What landed stays readable.
   */
  close(): Promise<void>;
}

/** How long streams have to end when the server closes. */
const CLOSE_MS = 1000;

/**
 * Starts a Zerobus service for development and tests, on Deno, Bun or Node.
 *
 * It enforces what the real one enforces (credentials, descriptor, offsets, sizes, every record a
 * valid message of the declared type), keeps the rows in memory and acknowledges them after that.
 *
 * @example
 * ```ts
 * await using local = await startLocalZerobus({ tables: ["main.iot.readings"] });
 * const { url: endpoint, unityCatalogUrl, clientId, clientSecret } = local;
 * ```
 *
 * @throws {ConfigurationError} for an option that cannot be, and whatever the operating system says
 * about the port.
 */
export async function startLocalZerobus(options: LocalZerobusOptions = {}): Promise<LocalZerobus> {
  const resolved = resolveOptions(options);
  const { auth, signal } = resolved;
  signal?.throwIfAborted();
  const stats = newCounters();
  const tokens = new Tokens(auth.tokenLifetimeMs);
  const tables = new Tables(resolved.tables, resolved.maxRowsKept);
  const service = new Service(resolved, tokens, { tables, stats, behaviour: honestBehaviour });
  const listener = await listen({
    ...resolved,
    onConnection: () => stats.connections++,
    onExchange: (exchange) => service.answer(exchange),
  });

  let closed: Promise<void> | undefined;
  const close = () => closed ??= closeAll();
  const onAbort = () => void close();
  async function closeAll(): Promise<void> {
    signal?.removeEventListener("abort", onAbort);
    listener.stop();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const timeout = new Promise<void>((resolve) => timer = setTimeout(resolve, CLOSE_MS));
    await Promise.race([service.stop(), timeout]);
    clearTimeout(timer);
    await listener.close();
    for (const table of tables.byName.values()) table.close();
  }
  signal?.addEventListener("abort", onAbort);
  if (signal?.aborted) onAbort();

  return {
    url: listener.url,
    unityCatalogUrl: listener.url,
    clientId: auth.clientId,
    clientSecret: auth.clientSecret,
    tables: tables.byName,
    stats,
    issueToken: (tableName, { lifetimeMs } = {}) => tokens.issue(tableName, lifetimeMs),
    revokeTokens: () => tokens.revoke(),
    close,
    [Symbol.asyncDispose]: close,
  };
}
