/**
 * Names of columns, fields and messages.
 *
 * @module
 */
import { ConfigurationError } from "../core/errors.ts";

const VALID_NAME = /^[A-Za-z0-9_]+$/;

/** Whether the service takes the name: ASCII letters, digits and underscores, at least one. */
export function isValidName(name: string): boolean {
  return VALID_NAME.test(name);
}

/**
 * Holds column names to the service's rules.
 *
 * @param path where the names stand: the path of their struct, empty for the columns themselves.
 * @throws {ConfigurationError} for a name that is empty, has other characters than ASCII letters,
 * digits and underscores, or stands twice in the same struct.
 */
export function checkColumnNames(names: readonly string[], path: string): void {
  const seen = new Set<string>();
  for (const [index, name] of names.entries()) {
    const column = join(path, name);
    if (name === "") {
      const where = path === "" ? "" : ` of struct column "${path}"`;
      throw new ConfigurationError(
        `column ${index}${where} has an empty name: name it, or leave it out`,
        { details: { column } },
      );
    }
    if (!isValidName(name)) {
      throw new ConfigurationError(
        `column "${column}": a name may have ASCII letters, digits and underscores only: rename it`,
        { details: { column } },
      );
    }
    if (seen.has(name)) {
      throw new ConfigurationError(
        `column "${column}" occurs more than once: rename or drop one of them`,
        { details: { column } },
      );
    }
    seen.add(name);
  }
}

/** The path of a member: `address` and `street` give `address.street`. */
export function join(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

/** `unit_price` → `UnitPrice`, as protoc names the entries of a map field. */
export function pascalCase(name: string): string {
  return name.replace(/(?:^_*|_+)([^_]?)/g, (_, letter: string) => letter.toUpperCase());
}

/** `unit_price` → `unitPrice`, as protoc derives `json_name`. */
export function jsonName(name: string): string {
  return name.replace(/_+([^_]?)/g, (_, letter: string) => letter.toUpperCase());
}
