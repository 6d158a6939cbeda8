/**
 * Members that have no column.
 *
 * @module
 */
import { join } from "../schema/names.ts";
import { isObject } from "./build_column.ts";
import type { Conversion } from "./conversion.ts";
import type { RowColumn, Shape } from "./row_column.ts";

/** Refuses the rows that have something in a member without a column, at any depth. */
export function checkMembers(
  objects: readonly object[],
  indices: readonly number[],
  columns: readonly RowColumn[],
  conversion: Conversion,
): void {
  const members = new Members(columns, "");
  objects.forEach((object, at) => {
    const extra = members.extraOf(object);
    if (extra === undefined) return;
    conversion.refuse(
      indices[at]!,
      extra,
      "there is no such column: add it, leave the member out, or have such members dropped " +
        '(extraMembers: "drop")',
    );
  });
}

/** Looks into a value for the path of a member without a column. */
type Inside = (value: unknown) => string | undefined;

/** Members of objects of one kind. */
class Members {
  readonly #path: string;
  readonly #names: readonly string[];
  readonly #insides: readonly (Inside | undefined)[];
  readonly #positions: ReadonlyMap<string, number>;

  constructor(columns: readonly RowColumn[], path: string) {
    this.#path = path;
    this.#names = columns.map(({ name }) => name);
    this.#insides = columns.map(({ shape, path }) => insideOf(shape, path));
    this.#positions = new Map(this.#names.map((name, position) => [name, position]));
  }

  /** Path of the first member without a column. Missing values have nothing to lose. */
  extraOf(object: object): string | undefined {
    let expected = 0;
    for (const name in object) {
      // Most objects have their members in one order.
      const position = name === this.#names[expected] ? expected : this.#positions.get(name);
      expected++;
      const inside = position === undefined ? undefined : this.#insides[position];
      if (position !== undefined && inside === undefined) continue;
      if (!Object.hasOwn(object, name)) continue;
      const value = (object as Readonly<Record<string, unknown>>)[name];
      if (value === null || value === undefined) continue;
      if (position === undefined) return join(this.#path, name);
      const extra = inside?.(value);
      if (extra !== undefined) return extra;
    }
    return undefined;
  }
}

/** How to look into values of a shape; undefined where there is nothing to look into. */
function insideOf(shape: Shape, path: string): Inside | undefined {
  switch (shape.kind) {
    case "struct": {
      const members = new Members(shape.members, path);
      return (value) => isObject(value) ? members.extraOf(value) : undefined;
    }
    case "list": {
      const inside = insideOf(shape.element.shape, shape.element.path);
      return inside && ((value) => Array.isArray(value) ? firstOf(value, inside) : undefined);
    }
    case "map": {
      const inside = insideOf(shape.value.shape, shape.value.path);
      if (inside === undefined) return undefined;
      return (value) => {
        if (value instanceof Map) return firstOf(value.values(), inside);
        return isObject(value) ? firstOf(Object.values(value), inside) : undefined;
      };
    }
    default:
      return undefined;
  }
}

function firstOf(values: Iterable<unknown>, inside: Inside): string | undefined {
  for (const value of values) {
    const extra = inside(value);
    if (extra !== undefined) return extra;
  }
  return undefined;
}
