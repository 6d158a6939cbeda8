/**
 * The tokens that a local Zerobus has given out.
 *
 * @module
 */
import { Code, ConnectError } from "@connectrpc/connect";

/**
 * Mints tokens, each good for one table (or for the catalog alone) and for some time, and recognises
 * them again.
 */
export class Tokens {
  readonly #lifetimeMs: number;
  readonly #issued = new Map<string, { readonly tableName: string; readonly expiresAt: number }>();

  /** `lifetimeMs` is the life of a token for which none is given. */
  constructor(lifetimeMs: number) {
    this.#lifetimeMs = lifetimeMs;
  }

  /** A new token; without a name, one that writes to no table. */
  issue(tableName: string, lifetimeMs: number = this.#lifetimeMs): string {
    const now = Date.now();
    for (const [token, { expiresAt }] of this.#issued) {
      if (expiresAt <= now) this.#issued.delete(token);
    }
    const token = `local-${crypto.randomUUID()}`;
    this.#issued.set(token, { tableName, expiresAt: now + lifetimeMs });
    return token;
  }

  /** Forgets the token that a header carries. */
  reject(authorization: string | undefined): void {
    this.#issued.delete(bearerToken(authorization) ?? "");
  }

  /** Forgets every token. */
  revoke(): void {
    this.#issued.clear();
  }

  /**
   * Whether the headers of a stream allow it to write to the table they name.
   *
   * @throws {ConnectError} UNAUTHENTICATED for a missing, unknown or expired token,
   * PERMISSION_DENIED for one that was given out for another table.
   */
  check(authorization: string | undefined, tableName: string): void {
    const problem = this.problemOf(authorization);
    if (problem !== undefined) throw new ConnectError(problem, Code.Unauthenticated);
    const issued = this.#issued.get(bearerToken(authorization)!)!;
    if (issued.tableName !== tableName || tableName === "") {
      const good = issued.tableName === "" ? "no table" : `table ${issued.tableName}`;
      throw new ConnectError(
        `the token is for ${good}, the stream for ${tableName || "none"}`,
        Code.PermissionDenied,
      );
    }
  }

  /** Why a header shows no token that is alive, whatever it was given out for. */
  problemOf(authorization: string | undefined): string | undefined {
    const token = bearerToken(authorization);
    if (token === undefined) return "the authorization header has no bearer token";
    const issued = this.#issued.get(token);
    const isAlive = issued !== undefined && issued.expiresAt > Date.now();
    return isAlive ? undefined : "the token is unknown or has expired";
  }
}

function bearerToken(authorization: string | undefined): string | undefined {
  return /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1];
}
