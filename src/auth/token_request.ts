/**
 * One request to the workspace's token endpoint.
 *
 * @module
 */
import { within } from "../core/async.ts";
import type { Clock } from "../core/clock.ts";
import { isZerobusError, TokenRefreshError } from "../core/errors.ts";
import { readText } from "./read_answer.ts";
import { proofOf, type TokenCredentials } from "./token_proof.ts";
import { type IssuedToken, type TokenAnswer, tokenFrom } from "./token_answer.ts";

/** Who asks whom. */
export interface TokenClient {
  /** The token endpoint. */
  readonly url: string;
  /** Who asks. */
  readonly credentials: TokenCredentials;
  /** Sends the request. */
  readonly fetch: typeof fetch;
  /** Measures time-outs. */
  readonly clock: Clock;
}

/** What bounds a request. */
export interface TokenRequestBound {
  /** Longest time until the answer has been read, in milliseconds. */
  readonly timeoutMs: number;
  /** Cancels the request. */
  readonly signal: AbortSignal;
}

/** Far more than any token; what is longer is some web page. */
const MAX_ANSWER_BYTES = 64 * 1024;

/**
 * Asks for a token.
 *
 * @param form what for; how the caller proves who it is, is added
 * @throws {TokenRefreshError} when there is no answer in time, or none for a passing reason
 * @throws {AuthenticationError} when the endpoint refuses, or its answer is no token
 */
export async function requestToken(
  client: TokenClient,
  form: URLSearchParams,
  { timeoutMs, signal }: TokenRequestBound,
): Promise<IssuedToken> {
  const { url, clock } = client;
  const request = new AbortController();
  try {
    const { answer, hidden } = await within(exchange(client, form, request.signal), {
      clock,
      ms: timeoutMs,
      signal,
      timeout: () =>
        new TokenRefreshError(`the token endpoint ${url} did not answer within ${timeoutMs} ms`, {
          details: { limit: timeoutMs },
        }),
    });
    return tokenFrom(answer, { url, credentials: spellings(hidden) });
  } finally {
    request.abort();
  }
}

async function exchange(
  { url, credentials, fetch }: TokenClient,
  form: URLSearchParams,
  signal: AbortSignal,
): Promise<{ readonly answer: TokenAnswer; readonly hidden: readonly string[] }> {
  const { headers: proof, fields, hidden } = await proofOf(credentials);
  signal.throwIfAborted();
  const body = new URLSearchParams({ ...fields, ...Object.fromEntries(form) });
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { ...proof, accept: "application/json" },
      body,
      // Never followed: the credentials are for this endpoint. "error" would do as well, but
      // workerd does not have it.
      redirect: "manual",
      signal,
    });
    const { status, headers } = response;
    const text = await readText(response, MAX_ANSWER_BYTES);
    return { answer: { status, headers, body: text }, hidden };
  } catch (cause) {
    // A proxy that refuses, say: the next request would not fare better.
    if (isZerobusError(cause) && !cause.retryable) throw cause;
    throw new TokenRefreshError(`the request to the token endpoint ${url} failed`, { cause });
  }
}

/** The given texts as they are, and as they look in URLs and forms. */
function spellings(texts: readonly string[]): string[] {
  return texts.flatMap((text) => [
    text,
    encodeURIComponent(text),
    new URLSearchParams({ text }).toString().slice("text=".length),
  ]);
}
