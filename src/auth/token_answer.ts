/**
 * What the token endpoint's answers mean.
 *
 * @module
 */
import { AuthenticationError, type ErrorDetails, TokenRefreshError } from "../core/errors.ts";
import { Secret } from "../core/secret.ts";
import { retryAfterMs } from "./read_answer.ts";

/** An answer, read to its end. */
export interface TokenAnswer {
  /** HTTP status. */
  readonly status: number;
  /** HTTP headers. */
  readonly headers: Headers;
  /** The body; absent when it was longer than any token. */
  readonly body: string | undefined;
}

/** A token as it was issued. */
export interface IssuedToken {
  /** Value for the `authorization` header. */
  readonly authorization: Secret;
  /** Life from the moment it was asked for, in milliseconds; absent when the endpoint gave none. */
  readonly lifetimeMs: number | undefined;
}

/** Who answered, and what must not be repeated of the answer. */
export interface TokenEndpoint {
  /** For messages. */
  readonly url: string;
  /** What the request carried. */
  readonly credentials: readonly string[];
}

const TOKEN = /^[\x21-\x7e]+$/;

/**
 * The token in an answer.
 *
 * @throws {TokenRefreshError} for 429 and 5xx: the endpoint may answer better later
 * @throws {AuthenticationError} for any other refusal, and for an answer without a usable token
 */
export function tokenFrom(answer: TokenAnswer, endpoint: TokenEndpoint): IssuedToken {
  const { status } = answer;
  const fields = jsonObject(answer.body);
  if (status < 200 || status > 299) throw refusal(answer, fields, endpoint);
  const token = fields.access_token;
  if (typeof token !== "string" || !TOKEN.test(token)) {
    // No part of the body is shown: whatever it is, a credential may be in it.
    const what = token === undefined ? "no access_token" : "an access_token that is no token";
    throw new AuthenticationError(
      `the token endpoint ${endpoint.url} answered with ${what}; check unityCatalogUrl`,
      { details: { field: "unityCatalogUrl", httpStatus: status } },
    );
  }
  return {
    authorization: new Secret(`Bearer ${token}`),
    lifetimeMs: lifetimeMs(fields.expires_in),
  };
}

function refusal(
  { status, headers }: TokenAnswer,
  fields: Readonly<Record<string, unknown>>,
  { url, credentials }: TokenEndpoint,
): AuthenticationError | TokenRefreshError {
  const reason = [
    shownText(fields.error, 64, credentials),
    shownText(fields.error_description, 200, credentials),
  ]
    .filter((text) => text !== "").join(": ");
  const said = reason === "" ? `${status}` : `${status}, ${reason}`;
  const details: ErrorDetails = { httpStatus: status };
  if (status === 429 || status > 499) {
    const retryAfter = retryAfterMs(headers);
    return new TokenRefreshError(`the token endpoint ${url} cannot issue a token now (${said})`, {
      details: retryAfter === undefined ? details : { ...details, retryAfterMs: retryAfter },
    });
  }
  if (status < 400) {
    return new AuthenticationError(
      `the token endpoint ${url} answered with a redirect (${said}), which is not followed; ` +
        `check unityCatalogUrl`,
      { details: { ...details, field: "unityCatalogUrl" } },
    );
  }
  return new AuthenticationError(
    `the token endpoint ${url} refused to issue a token (${said}); check clientId, clientSecret, ` +
      `unityCatalogUrl and the service principal's grants on the table`,
    { details },
  );
}

/** Text of somebody else's making: without the credentials it may repeat, short, printable. */
function shownText(value: unknown, longest: number, credentials: readonly string[]): string {
  if (typeof value !== "string") return "";
  // Before anything else is cut or replaced: half a secret would no longer be recognized.
  let text = value;
  for (const credential of credentials) text = text.replaceAll(credential, "[redacted]");
  text = text.replace(/[^\x20-\x7e]+/g, " ").trim();
  return text.length > longest ? `${text.slice(0, longest)}...` : text;
}

function jsonObject(body: string | undefined): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body ?? "");
    return typeof value === "object" && value !== null ? value as Record<string, unknown> : {};
  } catch {
    return {};
  }
}

/** Some endpoints put the number in quotes. */
function lifetimeMs(expiresIn: unknown): number | undefined {
  const seconds = typeof expiresIn === "string" && /^\d{1,15}$/.test(expiresIn)
    ? Number(expiresIn)
    : expiresIn;
  return typeof seconds === "number" && Number.isFinite(seconds) && seconds > 0
    ? seconds * 1000
    : undefined;
}
