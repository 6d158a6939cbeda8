/**
 * Token endpoints in trouble.
 *
 * @module
 */
import type { FaultKind } from "./fault.ts";
import type { FaultScript } from "./fault_script.ts";

const KINDS = [
  "token_error",
  "token_hang",
  "token_garbage",
] as const satisfies readonly FaultKind[];

/** What the endpoint answers instead of a token. */
export type TokenTrouble =
  | "hang"
  | {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly text: string;
  };

/** What goes wrong with this token request, if anything. */
export function tokenTrouble(
  script: FaultScript,
  tableName: string | undefined,
): TokenTrouble | undefined {
  const fault = script.take(tableName, { kinds: KINDS });
  switch (fault?.kind) {
    case "token_hang":
      return "hang";
    case "token_garbage":
      return {
        status: 200,
        headers: { "content-type": "text/html" },
        text: "<html>Sign in</html>",
      };
    case "token_error": {
      const { status, retryAfterSeconds } = fault;
      const text = JSON.stringify({ error: "scripted", error_description: "a scripted fault" });
      const retryAfter: Record<string, string> = retryAfterSeconds === undefined
        ? {}
        : { "retry-after": String(retryAfterSeconds) };
      return { status, headers: { "content-type": "application/json", ...retryAfter }, text };
    }
    case undefined:
      return undefined;
  }
}
