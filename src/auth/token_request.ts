/**
 * One request to the workspace's token endpoint.
 *
 * @module
 */
import { within } from "../core/async.ts";
import type { Clock } from "../core/clock.ts";
import { TokenRefreshError } from "../core/errors.ts";
import type { Secret } from "../core/secret.ts";
import { type IssuedToken, type TokenAnswer, tokenFrom } from "./token_answer.ts";
import { tokenForm } from "./token_form.ts";

/** Who asks whom. */
export interface TokenClient {
  /** The token endpoint. */
  readonly url: string;
  /** Workspace that the Zerobus endpoint belongs to. */
  readonly workspaceId: string;
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
 * Asks for a token for one table.
 *
 * @throws {ConfigurationError} for a table name without three parts, before anything is sent
 * @throws {TokenRefreshError} when there is no answer in time, or none for a passing reason
 * @throws {AuthenticationError} when the endpoint refuses, or its answer is no token
 */
export async function requestToken(
  client: TokenClient,
  tableName: string,
  { timeoutMs, signal }: TokenRequestBound,
): Promise<IssuedToken> {
  const { url, clock, clientId } = client;
  const form = tokenForm(tableName, client.workspaceId);
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
    return { status, headers, body: await readText(response) };
  } catch (cause) {
    throw new TokenRefreshError(`the request to the token endpoint ${url} failed`, { cause });
  }
}

/** The body, or nothing when it is too long to be an answer. */
async function readText(response: Response): Promise<string | undefined> {
  const reader = response.body?.getReader();
  if (reader === undefined) return "";
  const decoder = new TextDecoder();
  let text = "";
  for (let size = 0;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    size += value.byteLength;
    if (size > MAX_ANSWER_BYTES) return undefined; // the rest ends with the request
    text += decoder.decode(value, { stream: true });
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
