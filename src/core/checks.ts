/**
 * Checks of single option values. Each either returns the value or throws a `ConfigurationError`
 * that names the field, what is wanted and what was found.
 *
 * @module
 */
import { kindOf } from "./kind.ts";
import { ConfigurationError } from "./errors.ts";
import { suggestion } from "./nearest.ts";
import { Problems } from "./problems.ts";

/** Throws the `ConfigurationError` for a field. */
export function refuse(field: string, wanted: string, found: string): never {
  throw new ConfigurationError(`${field}: expected ${wanted}, got ${found}`, {
    details: { field },
  });
}

/** How a value looks in a message: short, quoted, and only for fields that hold no secret. */
export function shown(value: unknown): string {
  if (typeof value === "string") {
    return value === ""
      ? "an empty string"
      : JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
  }
  if (typeof value === "number" || typeof value === "boolean" || value === undefined) {
    return String(value);
  }
  return kindOf(value);
}

/** An object whose keys are all known. */
export function checkedObject(
  field: string,
  value: unknown,
  known: readonly string[],
): Readonly<Record<string, unknown>> {
  const group = checkedGroup(field, value);
  checkKeys(field, group, known);
  return group;
}

/** An object, whatever its keys. */
export function checkedGroup(field: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    refuse(field, "an object", shown(value));
  }
  return value as Record<string, unknown>;
}

/** Refuses keys that are not known. Typing mistakes in option names end here. */
export function checkKeys(field: string, value: object, known: readonly string[]): void {
  const problems = new Problems();
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue;
    const path = field === "configuration" ? key : `${field}.${key}`;
    const message = `${path}: unknown option${suggestion(key, known)}; ` +
      `${field} takes ${known.join(", ")}`;
    problems.attempt(() => {
      throw new ConfigurationError(message, { details: { field: path } });
    }, undefined);
  }
  problems.end();
}

/** An integer within bounds. */
export function checkedInteger(field: string, value: unknown, min: number, max: number): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < min || value > max) {
    refuse(field, `an integer from ${min} to ${max}`, shown(value));
  }
  return value;
}

/** A boolean; no truthy stand-ins. */
export function checkedBoolean(field: string, value: unknown): boolean {
  if (typeof value !== "boolean") refuse(field, "true or false", shown(value));
  return value;
}

/** One of a few words. */
export function checkedChoice<T extends string>(
  field: string,
  value: unknown,
  choices: readonly T[],
): T {
  if (!choices.includes(value as T)) {
    refuse(field, `one of ${choices.map((choice) => `"${choice}"`).join(", ")}`, shown(value));
  }
  return value as T;
}

const HTTP_OR_OTHER = /^[a-z][a-z0-9+.-]*:\/\//i;
const LOOPBACK = /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i;

/**
 * An absolute `https` URL without a trailing slash; the scheme may be left out. `http` is let
 * through to loopback, or anywhere with `insecure`.
 */
export function checkedUrl(field: string, value: unknown, insecure: boolean): string {
  const wanted = "an https URL";
  if (typeof value !== "string" && !(value instanceof URL)) refuse(field, wanted, shown(value));
  const text = String(value).trim();
  if (text === "") refuse(field, wanted, "an empty string");
  let url: URL;
  try {
    url = new URL(HTTP_OR_OTHER.test(text) ? text : `https://${text}`);
  } catch {
    refuse(field, wanted, "text that is no URL");
  }
  // From here on the text may hold a password, so messages show parts of it only.
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    refuse(field, wanted, `scheme "${url.protocol.slice(0, -1)}"`);
  }
  if (url.username !== "" || url.password !== "") {
    refuse(field, `${wanted} without user name and password`, "one that has them");
  }
  if (url.search !== "" || url.hash !== "") {
    refuse(field, `${wanted} without query and fragment`, "one that has them");
  }
  if (url.protocol === "http:" && !insecure && !LOOPBACK.test(url.hostname)) {
    refuse(field, `${wanted} (plain http only to loopback, or with insecure: true)`, url.origin);
  }
  return url.href.replace(/\/+$/, "");
}
