/**
 * Whether an Arrow schema is one that a table takes.
 *
 * @module
 */
import type { Schema } from "apache-arrow";
import { fitsArrow, isTableType } from "./columns/fits_arrow.ts";
import type { ResolvedTable } from "./options.ts";

/** What can be wrong with a schema, as the service names it. */
export type SchemaCause =
  | "FIELD_NOT_IN_TABLE"
  | "MISSING_REQUIRED_COLUMN"
  | "FIELD_OUT_OF_ORDER"
  | "TYPE_INCOMPATIBLE";

/** Everything that is wrong with a schema, each thing once; nothing if a table takes it. */
export function schemaCauses(schema: Schema, { columns }: ResolvedTable): SchemaCause[] {
  const causes = new Set<SchemaCause>();
  for (const { name, type } of schema.fields) {
    const wanted = columns?.get(name)?.type;
    const fits = wanted === undefined ? isTableType(type) : fitsArrow(wanted, type);
    if (!fits) causes.add("TYPE_INCOMPATIBLE");
  }
  if (columns !== undefined) {
    const names = schema.fields.map(({ name }) => name);
    if (names.some((name) => !columns.has(name))) causes.add("FIELD_NOT_IN_TABLE");
    for (const [name, { nullable }] of columns) {
      if (!nullable && !names.includes(name)) causes.add("MISSING_REQUIRED_COLUMN");
    }
    const order = [...columns.keys()];
    const places = names.map((name) => order.indexOf(name)).filter((place) => place >= 0);
    if (places.some((place, index) => place < (places[index - 1] ?? 0))) {
      causes.add("FIELD_OUT_OF_ORDER");
    }
  }
  return [...causes];
}
