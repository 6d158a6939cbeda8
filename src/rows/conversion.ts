/**
 * The conversion of some rows: what has gone wrong so far, and in which.
 *
 * @module
 */
import { ConversionError } from "../core/errors.ts";

/** A row that cannot be converted, and why. */
export interface RowProblem {
  /** Zero-based row, of all that were given. */
  readonly row: number;
  /** Why. */
  readonly error: ConversionError;
}

/** Collects problems, one a row: the first. */
export class Conversion {
  readonly #base: number;
  readonly #problems = new Map<number, RowProblem>();

  /** @param base what number the first of the rows has */
  constructor(base: number) {
    this.#base = base;
  }

  /** Whether a row, counted from the first of these, has a problem. */
  has(index: number): boolean {
    return this.#problems.has(index);
  }

  /** How many rows have one. */
  get count(): number {
    return this.#problems.size;
  }

  /** The problems, by row. */
  get problems(): RowProblem[] {
    return [...this.#problems.values()].sort((a, b) => a.row - b.row);
  }

  /** Notes what is wrong with a column of a row. `reason` names kinds, never values. */
  refuse(index: number, column: string, reason: string): void {
    const row = this.#base + index;
    const message = `row ${row}, column "${column}": ${reason}`;
    this.#add(index, new ConversionError(message, { details: { row, column } }));
  }

  /** Notes what is wrong with a row as a whole. */
  refuseRow(index: number, reason: string, cause?: unknown): void {
    const row = this.#base + index;
    this.#add(index, new ConversionError(`row ${row}: ${reason}`, { details: { row }, cause }));
  }

  #add(index: number, error: ConversionError): void {
    if (this.#problems.has(index)) return;
    this.#problems.set(index, { row: this.#base + index, error });
  }
}

/**
 * Values of one column, and which rows they are of: their own positions, or, inside lists and maps,
 * those in `rows`.
 */
export class Values {
  /** The values; null or undefined for a missing one. */
  readonly items: readonly unknown[];
  readonly #rows: Uint32Array | undefined;
  readonly #conversion: Conversion;
  readonly #path: string;

  /** Takes values as they are. */
  constructor(
    items: readonly unknown[],
    rows: Uint32Array | undefined,
    conversion: Conversion,
    path: string,
  ) {
    this.items = items;
    this.#rows = rows;
    this.#conversion = conversion;
    this.#path = path;
  }

  /** Whose value stands at a position. */
  rowAt(position: number): number {
    return this.#rows === undefined ? position : this.#rows[position]!;
  }

  /** Says that a value will not do. */
  refuse(position: number, reason: string): void {
    this.#conversion.refuse(this.rowAt(position), this.#path, reason);
  }

  /** Values of a member of these: there is one for each of them. */
  member(items: readonly unknown[], path: string): Values {
    return new Values(items, this.#rows, this.#conversion, path);
  }

  /** Values inside of these. */
  inside(items: readonly unknown[], rows: Uint32Array, path: string): Values {
    return new Values(items, rows, this.#conversion, path);
  }
}
