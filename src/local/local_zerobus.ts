/**
 * A Zerobus service in this process.
 *
 * @module
 */
import { FaultScript, type LocalFaults } from "./faults/fault_script.ts";
import { ScriptedBehaviour } from "./faults/scripted_behaviour.ts";
import { checkedBoolean, checkedInteger, checkedObject } from "../core/checks.ts";
import { pause } from "./faults/pause.ts";
import { listen } from "./listener.ts";
import { type LocalZerobusOptions, resolveOptions } from "./options.ts";
import { Service } from "./service.ts";
import { type LocalStats, newCounters } from "./stats.ts";
import type { LocalTable } from "./table.ts";
import { Tables } from "./tables.ts";
import { Tokens } from "./tokens.ts";

/** A running local Zerobus: what {@linkcode startLocalZerobus} gives. */
export interface LocalZerobus extends AsyncDisposable {
  /**
   * Endpoint: gRPC streams over HTTP/2, those of gRPC-Web and Connect, and REST, over HTTP/1.1 and
   * HTTP/2.
   */
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
  /** What is going to go wrong, and what has. */
  readonly faults: LocalFaults;
  /**
   * A token for one table without asking the token endpoint. `lifetimeMs` defaults to the server's;
   * with 0 the token has expired already.
   */
  issueToken(tableName: string, options?: { readonly lifetimeMs?: number }): string;
  /** Makes every token given out so far invalid. Open streams go on. */
  revokeTokens(): void;
  /**
   * Goes away as with {@linkcode LocalZerobus.close} and comes back on the same port: a deployment, a
   * crash. Tables, faults and totals stay, waiting for rows goes on. Calls while it is away join it.
   *
   * @throws {DOMException} `AbortError` when the server closes, or has closed.
   * @throws whatever the operating system says about the port; the server is closed then.
   */
  restart(options?: RestartOptions): Promise<void>;
  /**
   * Ends open streams with UNAVAILABLE, closes all connections and frees the port, in less than two
   * seconds even if clients do not cooperate. May be called again. What landed stays readable.
   */
  close(): Promise<void>;
}

/** How a local Zerobus comes back. */
export interface RestartOptions {
  /** Milliseconds between going and coming back; nobody listens meanwhile. Default 0. */
  readonly downMs?: number;
  /** Whether tokens stay valid. Default false: it knows none. */
  readonly keepTokens?: boolean;
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
 * import { createWrapper } from "@zerobus/wrapper";
 * import { startLocalZerobus } from "@zerobus/wrapper/testing";
 * import { assertEquals } from "@std/assert";
 * import { tableFromArrays } from "apache-arrow";
 *
 * await using local = await startLocalZerobus({
 *   faults: [{ kind: "reset", at: { requests: 1 } }], // the first request breaks the connection
 * });
 * const { url: endpoint, unityCatalogUrl, clientId, clientSecret } = local;
 * const tableName = "main.iot.readings";
 * await using wrapper = await createWrapper({
 *   ...{ endpoint, unityCatalogUrl, clientId, clientSecret, tableName },
 * });
 * await wrapper.sendBatch(tableFromArrays({ id: Int32Array.of(1, 2, 3) }));
 * assertEquals(local.tables.get(tableName)!.rowCount, 3);
 * assertEquals(local.faults.fired.reset, 1);
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
  const faults = new FaultScript(resolved.faults);
  const service = new Service(resolved, {
    tables,
    stats,
    tokens,
    faults,
    behave: (stream) => new ScriptedBehaviour(stream, faults),
  });
  const startListening = (port: number) =>
    listen({
      ...resolved,
      port,
      onConnection: () => stats.connections++,
      onExchange: (exchange) => service.answer(exchange),
    });
  let listener = await startListening(resolved.port);
  const { url } = listener;

  async function stopListening(): Promise<void> {
    listener.stop();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const timeout = new Promise<void>((resolve) => timer = setTimeout(resolve, CLOSE_MS));
    await Promise.race([service.stop(), timeout]);
    clearTimeout(timer);
    await listener.close();
  }

  const closing = new AbortController();
  let closed: Promise<void> | undefined;
  let restarting: Promise<void> | undefined;
  const close = () => closed ??= closeAll();
  const onAbort = () => void close();
  async function closeAll(): Promise<void> {
    closing.abort(new DOMException("the local Zerobus closed", "AbortError"));
    signal?.removeEventListener("abort", onAbort);
    await restarting?.catch(() => {});
    await stopListening();
    for (const table of tables.byName.values()) table.close();
  }
  signal?.addEventListener("abort", onAbort);
  if (signal?.aborted) onAbort();

  async function comeBack({ downMs, keepTokens }: Required<RestartOptions>): Promise<void> {
    await stopListening();
    if (!keepTokens) tokens.revoke();
    await pause(downMs, closing.signal);
    try {
      listener = await startListening(listener.port);
    } catch (reason) {
      // Not awaited: closing waits for this.
      onAbort();
      throw reason;
    }
  }
  const restart = async (restartOptions: RestartOptions = {}) => {
    const resolvedRestart = resolveRestart(restartOptions);
    closing.signal.throwIfAborted();
    restarting ??= comeBack(resolvedRestart).finally(() => restarting = undefined);
    await restarting;
  };

  return {
    url,
    unityCatalogUrl: url,
    clientId: auth.clientId,
    clientSecret: auth.clientSecret,
    tables: tables.byName,
    stats,
    faults,
    issueToken: (tableName, { lifetimeMs } = {}) => tokens.issue(tableName, lifetimeMs),
    revokeTokens: () => tokens.revoke(),
    restart,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function resolveRestart(options: RestartOptions): Required<RestartOptions> {
  const { downMs = 0, keepTokens = false } = checkedObject("restart", options, [
    "downMs",
    "keepTokens",
  ]);
  return {
    downMs: checkedInteger("restart.downMs", downMs, 0, 2 ** 31 - 1),
    keepTokens: checkedBoolean("restart.keepTokens", keepTokens),
  };
}
