/**
 * The tables that exist.
 *
 * @module
 */
import type { ResolvedTable } from "./options.ts";
import { TableStore } from "./table.ts";

/** Tables by full name: the declared ones, or whichever are asked for if none were declared. */
export class Tables {
  readonly #stores = new Map<string, TableStore>();
  readonly #undeclared: Omit<ResolvedTable, "name"> | undefined;

  /** `maxRowsKept` is for tables that nobody declared. */
  constructor(declared: readonly ResolvedTable[] | undefined, maxRowsKept: number) {
    for (const table of declared ?? []) this.#stores.set(table.name, new TableStore(table));
    this.#undeclared = declared === undefined ? { maxRowsKept, columns: undefined } : undefined;
  }

  /** All of them. */
  get byName(): ReadonlyMap<string, TableStore> {
    return this.#stores;
  }

  /** The table of this name, or nothing if there is none and none may be made. */
  find(name: string): TableStore | undefined {
    const existing = this.#stores.get(name);
    if (existing !== undefined || this.#undeclared === undefined) return existing;
    const table = new TableStore({ name, ...this.#undeclared });
    this.#stores.set(name, table);
    return table;
  }
}
