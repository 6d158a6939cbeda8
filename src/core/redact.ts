/**
 * A configuration that may be shown to somebody.
 *
 * @module
 */
import type { ResolvedConfiguration } from "./resolved_configuration.ts";
import { isSecret } from "./secret.ts";

/**
 * The configuration in force, defaults included, as plain values: secrets are `"[redacted]"`, and
 * what has no text of its own is named by its kind.
 *
 * @param own what the entry point adds, ready to be shown
 */
export function redacted(
  configuration: ResolvedConfiguration,
  own: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  const { observability, ...others } = shown(configuration) as Record<string, object>;
  const more = own.observability as object | undefined;
  return {
    ...others,
    ...shown(own) as object,
    observability: { ...observability, ...shown(more ?? {}) as object },
  };
}

function shown(value: unknown): unknown {
  if (isSecret(value)) return "[redacted]";
  if (typeof value === "function") return "[function]";
  if (Array.isArray(value)) return value.map(shown);
  if (typeof value !== "object" || value === null) return value;
  const { name } = value.constructor ?? {};
  if (name !== undefined && name !== "Object") return `[${name}]`;
  const hasBehaviour = Object.values(value).some((member) => typeof member === "function");
  if (hasBehaviour && !("kind" in value) && !("tableName" in value) && !("outputDir" in value)) {
    return "[object]";
  }
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(entries.map(([key, member]) => [key, shown(member)]));
}
