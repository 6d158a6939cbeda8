/**
 * Whether a schema is one.
 *
 * @module
 */
import type { ArrowField, ArrowSchema } from "../core/arrow.ts";
import { ConfigurationError } from "../core/errors.ts";
import { kindOf } from "../core/kind.ts";
import { join } from "./names.ts";

const sound = new WeakSet<ArrowSchema>();

/**
 * Looks at everything that is called a field, once for a schema.
 *
 * @throws {ConfigurationError} naming position and kind of what is none
 */
export function checkSchema(schema: ArrowSchema): void {
  if (typeof schema !== "object" || schema === null || !Array.isArray(schema.fields)) {
    throw none("schema", "an Arrow Schema", schema, {});
  }
  if (sound.has(schema)) return;
  checkFields(schema.fields, "");
  sound.add(schema);
}

function checkFields(fields: readonly unknown[], path: string): void {
  for (const [index, field] of fields.entries()) {
    const where = path === "" ? `schema: field ${index}` : `schema: field ${index} of "${path}"`;
    const { name, type } = (field ?? {}) as Partial<ArrowField>;
    if (typeof name !== "string") throw none(where, "an Arrow Field", field, {});
    const column = join(path, name);
    if (typeof type?.typeId !== "number") {
      throw none(`${where}, "${name}"`, "one with an Arrow type", type, { column });
    }
    checkFields(type.children ?? [], column);
  }
}

function none(
  where: string,
  wanted: string,
  found: unknown,
  details: { readonly column?: string },
): ConfigurationError {
  return new ConfigurationError(`${where}: expected ${wanted}, got ${kindOf(found)}`, {
    details: { field: "schema", ...details },
  });
}
