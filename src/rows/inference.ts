/**
 * Columns of rows, as the rows themselves say.
 *
 * @module
 */
import {
  Binary,
  Bool,
  type DataType,
  Float64,
  Int64,
  TimestampMicrosecond,
  Utf8,
} from "apache-arrow";
import { join } from "../schema/names.ts";
import { Ancestors, CycleError } from "./ancestors.ts";
import { isListLike, isObject } from "./build_column.ts";
import {
  listShape,
  mapShape,
  OPEN,
  type RowColumn,
  type Shape,
  structShape,
} from "./row_column.ts";

/** Nothing deeper is looked into; the service does not take it. */
const DEEPEST = 32;

const TYPES = {
  number: new Float64(),
  bigint: new Int64(),
  boolean: new Bool(),
  string: new Utf8(),
  date: new TimestampMicrosecond("UTC"),
  bytes: new Binary(),
} satisfies Record<string, DataType>;

/** What is known of a member's values: undefined until one of them has said something. */
type Guess =
  | { readonly kind: "scalar"; readonly type: DataType }
  | { readonly kind: "list"; readonly element: Node }
  | { readonly kind: "struct"; readonly members: Map<string, Node> }
  | { readonly kind: "map"; readonly key: Node; readonly value: Node };

interface Node {
  guess: Guess | undefined;
}

/** What rows have to say. */
export interface Lesson {
  /** The columns of all rows so far. */
  readonly columns: readonly RowColumn[];
  /** The rows, of those just looked at, that contain themselves. Not all of them is in the columns. */
  readonly endless: ReadonlySet<number>;
}

/**
 * Learns columns from values. The first value of a member that is not missing decides of what kind
 * it is, for good; members are added as they come, structs' included.
 *
 * Numbers are doubles and bigints are 64-bit integers, whatever their values; dates are timestamps
 * in UTC. Objects are structs, `Map`s are maps.
 */
export class Inference {
  readonly #members = new Map<string, Node>();
  readonly #ancestors = new Ancestors();
  #columns: readonly RowColumn[] | undefined;

  /** Looks at more rows, and says which columns there are by now. */
  learn(rows: readonly unknown[]): Lesson {
    const endless = new Set<number>();
    for (let index = 0; index < rows.length; index++) {
      const row = rows[index];
      this.#ancestors.clear();
      try {
        if (isObject(row)) this.#learnMembers(this.#members, row, 0);
      } catch (reason) {
        // Otherwise a member cannot be read, and its row fails when it is converted.
        if (reason instanceof CycleError) endless.add(index);
      }
    }
    return { columns: this.#columns ??= columnsOf(this.#members, ""), endless };
  }

  #learnMembers(members: Map<string, Node>, object: object, depth: number): void {
    this.#ancestors.enter(object);
    for (const name of Object.keys(object)) {
      const value = (object as Readonly<Record<string, unknown>>)[name];
      if (value === null || value === undefined) continue;
      let node = members.get(name);
      if (node === undefined) {
        members.set(name, node = { guess: undefined });
        this.#columns = undefined;
      }
      this.#learnValue(node, value, depth);
    }
    this.#ancestors.leave();
  }

  #learnValue(node: Node, value: unknown, depth: number): void {
    if (node.guess?.kind === "scalar" || value === null || value === undefined) return;
    if (node.guess === undefined) {
      node.guess = guessOf(value, depth);
      this.#columns = undefined;
    }
    // What does not fit the guess is found out when it is converted.
    switch (node.guess?.kind) {
      case "list":
        if (!Array.isArray(value)) return;
        this.#ancestors.enter(value);
        for (const element of value) this.#learnValue(node.guess.element, element, depth + 1);
        this.#ancestors.leave();
        return;
      case "map":
        if (!(value instanceof Map)) return;
        this.#ancestors.enter(value);
        for (const [key, meaning] of value) {
          this.#learnValue(node.guess.key, key, depth + 1);
          this.#learnValue(node.guess.value, meaning, depth + 1);
        }
        this.#ancestors.leave();
        return;
      case "struct":
        if (isObject(value)) this.#learnMembers(node.guess.members, value, depth + 1);
    }
  }
}

function guessOf(value: unknown, depth: number): Guess | undefined {
  switch (typeof value) {
    case "number":
    case "bigint":
    case "boolean":
    case "string":
      return { kind: "scalar", type: TYPES[typeof value as keyof typeof TYPES] };
    case "object":
      break;
    default:
      return undefined;
  }
  if (value instanceof Date) return { kind: "scalar", type: TYPES.date };
  if (isBytes(value)) return { kind: "scalar", type: TYPES.bytes };
  if (depth >= DEEPEST) return undefined;
  if (Array.isArray(value)) return { kind: "list", element: { guess: undefined } };
  if (isListLike(value)) {
    const type = isBigints(value) ? TYPES.bigint : TYPES.number;
    return { kind: "list", element: { guess: { kind: "scalar", type } } };
  }
  if (value instanceof Map) {
    return { kind: "map", key: { guess: undefined }, value: { guess: undefined } };
  }
  return isObject(value) ? { kind: "struct", members: new Map() } : undefined;
}

/** Arrays of other numbers are lists of these. */
function isBytes(value: unknown): boolean {
  return value instanceof Uint8Array || value instanceof ArrayBuffer || value instanceof DataView;
}

function isBigints(value: unknown): boolean {
  return value instanceof BigInt64Array || value instanceof BigUint64Array;
}

function columnsOf(members: ReadonlyMap<string, Node>, path: string): RowColumn[] {
  return [...members].map(([name, node]) => columnOf(name, join(path, name), true, node));
}

function columnOf(name: string, path: string, nullable: boolean, { guess }: Node): RowColumn {
  return { name, path, nullable, shape: shapeOf(guess, path) };
}

function shapeOf(guess: Guess | undefined, path: string): Shape {
  switch (guess?.kind) {
    case "scalar":
      return guess;
    case "list":
      return listShape(columnOf("item", `${path}[]`, true, guess.element));
    case "struct":
      return structShape(columnsOf(guess.members, path));
    case "map":
      return mapShape(
        columnOf("key", `${path}.key`, false, guess.key),
        columnOf("value", `${path}.value`, true, guess.value),
      );
    default:
      return OPEN;
  }
}
