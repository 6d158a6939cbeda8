/**
 * Checks of a service principal's credentials. What is refused is never shown: a secret may have got
 * into the wrong field.
 *
 * @module
 */
import { refuse, shown } from "../core/checks.ts";
import { isSecret, Secret } from "../core/secret.ts";
import type { SubjectToken, TokenCredentials } from "./token_proof.ts";

/** A service principal with a secret, or whose tokens come from elsewhere. */
export function checkedCredentials(
  { clientId, clientSecret, subjectToken }: Readonly<Record<string, unknown>>,
): TokenCredentials {
  if (subjectToken === undefined) {
    return {
      kind: "secret",
      clientId: checkedClientId(clientId),
      clientSecret: checkedSecret(clientSecret),
    };
  }
  if (typeof subjectToken !== "function") {
    refuse("subjectToken", "a function that returns a token", typeof subjectToken);
  }
  if (clientSecret !== undefined) {
    refuse("subjectToken", "either a subjectToken or a clientSecret", "both");
  }
  return {
    kind: "federated",
    clientId: clientId === undefined ? undefined : checkedClientId(clientId),
    subjectToken: subjectToken as SubjectToken,
  };
}

/** The id of a service principal. */
function checkedClientId(clientId: unknown): string {
  // HTTP Basic authentication ends the user at the first colon.
  if (typeof clientId !== "string" || !/^[^:\p{Cc}]+$/u.test(clientId)) {
    const found = typeof clientId === "string" ? "other text" : shown(clientId);
    refuse("clientId", "a service principal's id, without colons and control characters", found);
  }
  return clientId;
}

/** The secret of a service principal. */
function checkedSecret(clientSecret: unknown): Secret {
  const text = isSecret(clientSecret) ? clientSecret.reveal() : clientSecret;
  if (typeof text !== "string" || text === "") {
    const found = text === undefined ? "undefined" : "something that is no text, or empty";
    refuse("clientSecret", "a service principal's secret", found);
  }
  return new Secret(text);
}
