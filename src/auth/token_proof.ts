/**
 * Who asks for a token, and how that is proven.
 *
 * @module
 */
import { AuthenticationError, isZerobusError, TokenRefreshError } from "../core/errors.ts";
import { isSecret, type Secret } from "../core/secret.ts";

/** A token of an identity provider that the workspace trusts; asked for anew for every exchange. */
export type SubjectToken = () =>
  | string
  | Pick<Secret, "reveal">
  | Promise<string | Pick<Secret, "reveal">>;

/** A service principal with its secret, or a token from elsewhere (workload identity federation). */
export type TokenCredentials =
  | { readonly kind: "secret"; readonly clientId: string; readonly clientSecret: Secret }
  | {
    readonly kind: "federated";
    readonly clientId: string | undefined;
    readonly subjectToken: SubjectToken;
  };

/** What a request carries to prove it. */
export interface TokenProof {
  /** Request headers. */
  readonly headers: Readonly<Record<string, string>>;
  /** Fields of the form. */
  readonly fields: Readonly<Record<string, string>>;
  /** What must not be repeated anywhere. */
  readonly hidden: readonly string[];
}

/**
 * The proof for one request: HTTP Basic with the secret, or an exchange of tokens (RFC 8693).
 *
 * @throws {TokenRefreshError} when there is no subject token
 * @throws {AuthenticationError} when what there is, is no token
 */
export async function proofOf(credentials: TokenCredentials): Promise<TokenProof> {
  if (credentials.kind === "federated") return await exchangeOf(credentials);
  const { clientId } = credentials;
  const secret = credentials.clientSecret.reveal();
  const basic = base64(`${clientId}:${secret}`);
  return {
    headers: { authorization: `Basic ${basic}` },
    fields: { grant_type: "client_credentials" },
    hidden: [basic, secret, clientId],
  };
}

async function exchangeOf(
  { clientId, subjectToken }: Extract<TokenCredentials, { kind: "federated" }>,
): Promise<TokenProof> {
  const token = await textOf(subjectToken);
  return {
    headers: {},
    fields: {
      grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
      subject_token: token,
      subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
      ...(clientId === undefined ? {} : { client_id: clientId }),
    },
    hidden: clientId === undefined ? [token] : [token, clientId],
  };
}

async function textOf(subjectToken: SubjectToken): Promise<string> {
  let token: unknown;
  try {
    token = await subjectToken();
  } catch (cause) {
    if (isZerobusError(cause)) throw cause;
    throw new TokenRefreshError("subjectToken failed: there is no token to exchange", { cause });
  }
  const text = isSecret(token) ? token.reveal() : token;
  if (typeof text === "string" && /^[\x21-\x7e]+$/.test(text)) return text;
  throw new AuthenticationError("subjectToken returned something that is no token", {
    details: { field: "subjectToken" },
  });
}

/** Base64 of the UTF-8 bytes, as HTTP Basic authentication wants user and password. */
function base64(text: string): string {
  const bytes = new TextEncoder().encode(text);
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}
