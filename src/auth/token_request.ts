/**
 * One request to the workspace's token endpoint.
 *
 * @module
 */
import { within } from "../core/async.ts";
import type { Clock } from "../core/clock.ts";
import { TokenRefreshError } from "../core/errors.ts";
import type { Secret } from "../core/secret.ts";
import { readText } from "./read_answer.ts";
import { type IssuedToken, type TokenAnswer, tokenFrom } from "./token_answer.ts";

/** Who asks whom. */
export interface TokenClient {
  /** The token endpoint. */
  readonly url: string;
  /** Service principal. */
  readonly clientId: string;
  /** Its secret. */
  readonly clientSecret: Secret;
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
 * @throws {TokenRefreshError} when there is no answer in time, or none for a passing reason
 * @throws {AuthenticationError} when the endpoint refuses, or its answer is no token
 */
export async function requestToken(
  client: TokenClient,
  form: URLSearchParams,
  { timeoutMs, signal }: TokenRequestBound,
): Promise<IssuedToken> {
  const { url, clock, clientId } = client;
  const secret = client.clientSecret.reveal();
  const basic = base64(`${clientId}:${secret}`);
  const request = new AbortController();
  try {
    const answer = await within(exchange(client, form, basic, request.signal), {
      clock,
      ms: timeoutMs,
      signal,
      timeout: () =>
        new TokenRefreshError(`the token endpoint ${url} did not answer within ${timeoutMs} ms`, {
          details: { limit: timeoutMs },
        }),
    });
    return tokenFrom(answer, { url, credentials: spellings([basic, secret, clientId]) });
  } finally {
    request.abort();
  }
}

async function exchange(
  { url, fetch }: TokenClient,
  body: URLSearchParams,
  basic: string,
  signal: AbortSignal,
): Promise<TokenAnswer> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { authorization: `Basic ${basic}`, accept: "application/json" },
      body,
      // Never followed: the credentials are for this endpoint. "error" would do as well, but
      // workerd does not have it.
      redirect: "manual",
      signal,
    });
    const { status, headers } = response;
    return { status, headers, body: await readText(response, MAX_ANSWER_BYTES) };
  } catch (cause) {
    throw new TokenRefreshError(`the request to the token endpoint ${url} failed`, { cause });
  }
}

/** Base64 of the UTF-8 bytes, as HTTP Basic authentication wants user and password. */
function base64(text: string): string {
  const bytes = new TextEncoder().encode(text);
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

/** The given texts as they are, and as they look in URLs and forms. */
function spellings(texts: readonly string[]): string[] {
  return texts.flatMap((text) => [
    text,
    encodeURIComponent(text),
    new URLSearchParams({ text }).toString().slice("text=".length),
  ]);
}
