/**
 * Checks of a service principal's credentials. What is refused is never shown: a secret may have got
 * into the wrong field.
 *
 * @module
 */
import { refuse, shown } from "../core/checks.ts";
import { isSecret, Secret } from "../core/secret.ts";

/** The id of a service principal. */
export function checkedClientId(clientId: unknown): string {
  // HTTP Basic authentication ends the user at the first colon.
  if (typeof clientId !== "string" || !/^[^:\p{Cc}]+$/u.test(clientId)) {
    const found = typeof clientId === "string" ? "other text" : shown(clientId);
    refuse("clientId", "a service principal's id, without colons and control characters", found);
  }
  return clientId;
}

/** The secret of a service principal. */
export function checkedSecret(clientSecret: unknown): Secret {
  const text = isSecret(clientSecret) ? clientSecret.reveal() : clientSecret;
  if (typeof text !== "string" || text === "") {
    const found = text === undefined ? "undefined" : "something that is no text, or empty";
    refuse("clientSecret", "a service principal's secret", found);
  }
  return new Secret(text);
}
