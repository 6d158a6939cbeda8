/**
 * Tokens, kept while they live.
 *
 * @module
 */
import { unlessAborted } from "../core/async.ts";
import type { Clock } from "../core/clock.ts";
import { isZerobusError, TokenRefreshError } from "../core/errors.ts";
import type { Secret } from "../core/secret.ts";
import type { IssuedToken } from "./token_answer.ts";
import type { TokenRequestBound } from "./token_request.ts";

/** Fetches a new token for a table. */
export type FetchToken = (tableName: string, bound: TokenRequestBound) => Promise<IssuedToken>;

/** What a {@linkcode TokenCache} is made of. */
export interface TokenCacheOptions {
  /** Where tokens come from. */
  readonly fetchToken: FetchToken;
  /** Longest wait for a token when there is none to fall back on, in milliseconds. */
  readonly requestTimeoutMs: number;
  /** Measures lives and waits. */
  readonly clock: Clock;
}

/** A token is replaced this long before it expires, or after half its life if that is later. */
const REFRESH_LEAD_MS = 5 * 60_000;
/** Longest wait for a new token while the old one would do. */
const REFRESH_TIMEOUT_MS = 5_000;
/** After a failed refresh, this share of the old token's remaining life goes by until the next. */
const REFRESH_PAUSE_SHARE = 1 / 5;
/** ... but at least this time. */
const REFRESH_PAUSE_MIN_MS = 1_000;

interface CachedToken {
  readonly authorization: Secret;
  readonly expiresAt: number;
  /** Until then it is given out without a question; never later than `expiresAt`. */
  refreshAt: number;
}

/** A request under way, and how many callers wait for it. */
interface Flight {
  readonly authorization: Promise<Secret>;
  readonly cancellation: AbortController;
  waiting: number;
}

/** What is known of one table. */
interface Entry {
  token: CachedToken | undefined;
  flight: Flight | undefined;
}

/**
 * One token for each table. A token scoped to one table is worthless for another, so none is ever
 * shared between tables; callers for the same table share one request.
 */
export class TokenCache {
  readonly #options: TokenCacheOptions;
  readonly #entries = new Map<string, Entry>();

  /** An empty cache. */
  constructor(options: TokenCacheOptions) {
    this.#options = options;
  }

  /**
   * The `authorization` header for a table. A token is fetched when there is none, when the one
   * there is approaches its end, or when it is the one that the service has refused. As long as the
   * old one lives and was not refused, a failing or hanging fetch does no harm: the old one is used
   * on, and the next fetch waits a while.
   *
   * @param refused the `authorization` header that the service has refused, if it has
   * @param signal ends this caller's wait; the request goes on for others, and ends with the last
   */
  async authorization(
    tableName: string,
    refused: string | null,
    signal: AbortSignal,
  ): Promise<Secret> {
    signal.throwIfAborted();
    const entry = this.#entryFor(tableName);
    if (entry.token?.authorization.reveal() === refused) entry.token = undefined;
    const { token } = entry;
    if (token !== undefined && this.#options.clock.now() < token.refreshAt) {
      return token.authorization;
    }
    const flight = entry.flight ??= this.#start(entry, tableName);
    flight.waiting++;
    try {
      return await unlessAborted(flight.authorization, signal);
    } finally {
      if (--flight.waiting === 0) {
        flight.cancellation.abort(); // of no effect when it is over
        entry.flight = undefined;
      }
    }
  }

  #start(entry: Entry, tableName: string): Flight {
    const cancellation = new AbortController();
    const authorization = this.#fetch(entry, tableName, cancellation.signal);
    return { authorization, cancellation, waiting: 0 };
  }

  async #fetch(entry: Entry, tableName: string, signal: AbortSignal): Promise<Secret> {
    const { clock, fetchToken } = this.#options;
    const start = clock.now(); // the life of the new token counts from here, not from its arrival
    try {
      const timeoutMs = this.#timeoutMs(entry.token, start);
      const { authorization, lifetimeMs } = await fetchToken(tableName, { timeoutMs, signal });
      if (lifetimeMs === undefined) return authorization;
      const expiresAt = start + lifetimeMs;
      if (expiresAt <= clock.now()) {
        throw new TokenRefreshError(
          `the token endpoint issued a token that had expired when it arrived (expires_in ` +
            `${lifetimeMs / 1000} s)`,
        );
      }
      const refreshAt = expiresAt - Math.min(REFRESH_LEAD_MS, lifetimeMs / 2);
      entry.token = { authorization, expiresAt, refreshAt };
      return authorization;
    } catch (reason) {
      // Looked up anew: meanwhile, the old token may have expired or been refused.
      const remainingMs = (entry.token?.expiresAt ?? 0) - clock.now();
      if (entry.token === undefined || remainingMs <= 0 || signal.aborted) throw reason;
      entry.token.refreshAt = clock.now() + Math.min(remainingMs, pauseMs(reason, remainingMs));
      return entry.token.authorization;
    }
  }

  /** Short while an old token is there to go on with, provided it outlives the wait. */
  #timeoutMs(old: CachedToken | undefined, now: number): number {
    const { requestTimeoutMs } = this.#options;
    const covered = old !== undefined && old.expiresAt - now > REFRESH_TIMEOUT_MS;
    return covered ? Math.min(REFRESH_TIMEOUT_MS, requestTimeoutMs) : requestTimeoutMs;
  }

  #entryFor(tableName: string): Entry {
    let entry = this.#entries.get(tableName);
    if (entry === undefined) {
      entry = { token: undefined, flight: undefined };
      this.#entries.set(tableName, entry);
    }
    return entry;
  }
}

/** Longer while there is time, shorter towards the end, and what the endpoint asks for. */
function pauseMs(reason: unknown, remainingMs: number): number {
  const asked = isZerobusError(reason) ? reason.details.retryAfterMs ?? 0 : 0;
  return Math.max(asked, remainingMs * REFRESH_PAUSE_SHARE, REFRESH_PAUSE_MIN_MS);
}
