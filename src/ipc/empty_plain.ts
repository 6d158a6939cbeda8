/**
 * Arrays without values.
 *
 * @module
 */
import type { ColumnPlan } from "./column_plan.ts";
import type { Plain } from "./plain.ts";

/** No values, of the kind that the plan makes. */
export function emptyOf(plan: ColumnPlan): Plain {
  const common = { length: 0, nullCount: 0 };
  const children = plan.children.map(emptyOf);
  switch (plan.layout) {
    case "dictionary":
      return children[0]!;
    case "struct":
      return { kind: "struct", ...common, children };
    case "list":
    case "fixed_list":
      return { kind: "list", ...common, bounds: new Float64Array(1), children };
    case "map": {
      const entries: Plain = { kind: "struct", ...common, children };
      return { kind: "list", ...common, bounds: new Float64Array(1), children: [entries] };
    }
    case "bits":
      return { kind: "bits", ...common, values: new Uint8Array(0) };
    default: {
      const { wire } = plan;
      if (wire.kind === "utf8" || wire.kind === "binary") {
        return { kind: "blobs", ...common, bounds: new Float64Array(1), values: new Uint8Array(0) };
      }
      const width = wire.kind === "int" || wire.kind === "float" ? wire.bitWidth / 8 : 8;
      const bytes = wire.kind === "date" ? 4 : width;
      return { kind: "fixed", ...common, width: bytes, values: new Uint8Array(0) };
    }
  }
}
