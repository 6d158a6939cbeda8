// deno-lint-ignore-file no-explicit-any -- the class of a buffer follows its array's type
/**
 * What this package needs of an Arrow record batch, by structure. A batch made by any copy or
 * version of apache-arrow fits, so nothing here (or anywhere else in the core) uses `instanceof`
 * on Arrow's classes.
 *
 * @module
 */
import { type Table, tableFromIPC } from "apache-arrow";
import { kindOf } from "./kind.ts";

/** An Arrow data type: `typeId` (apache-arrow's `Type`) plus what that type adds. */
export interface ArrowType {
  /** One of apache-arrow's `Type` numbers; the generic one, never a width-specific one. */
  readonly typeId: number;
  /** Fields of a list, struct, map or union. */
  readonly children?: readonly ArrowField[] | null;
  /** For people: what the type is called. */
  toString(): string;
}

/** A named, typed member of a schema or of a nested type. */
export interface ArrowField {
  /** Column name. */
  readonly name: string;
  /** Column type. */
  readonly type: ArrowType;
  /** Whether the column may hold nulls. */
  readonly nullable: boolean;
  /** Custom key-value pairs. */
  readonly metadata: ReadonlyMap<string, string>;
}

/** The columns of a batch. */
export interface ArrowSchema {
  /** In column order. */
  readonly fields: readonly ArrowField[];
  /** Custom key-value pairs. */
  readonly metadata: ReadonlyMap<string, string>;
}

/** The buffers of one array. Everything is relative to `offset`, as in the Arrow format. */
export interface ArrowData {
  /** The array's type. */
  readonly type: ArrowType;
  /** Number of values. */
  readonly length: number;
  /** Values to skip in the bit-packed buffers; apache-arrow has sliced the others already. */
  readonly offset: number;
  /** Number of nulls; counted on first use. */
  readonly nullCount: number;
  /** Arrays of a nested type's fields; some readers leave it out where there are none. */
  readonly children: readonly ArrowData[];
  /** The values; of nested types there are none here. */
  readonly values: any;
  /** 32-bit or 64-bit offsets of variable-length types. */
  readonly valueOffsets: any;
  /** Type ids of a union. */
  readonly typeIds: any;
  /** Validity, one bit a value, least significant first; absent or empty: all valid. */
  readonly nullBitmap: Uint8Array | null | undefined;
  /** Data buffers of the view types. */
  readonly variadicBuffers?: readonly Uint8Array[];
  /** The values that a dictionary array's indices mean. */
  readonly dictionary?: { readonly data: readonly ArrowData[] } | undefined;
}

/** A record batch: what {@linkcode isRecordBatch} accepts. */
export interface ArrowBatch {
  /** The columns. */
  readonly schema: ArrowSchema;
  /** A struct array whose children are the columns. */
  readonly data: ArrowData;
  /** Number of rows. */
  readonly numRows: number;
}

/** A table: record batches with one schema. */
export interface ArrowTable {
  /** The columns. */
  readonly schema: ArrowSchema;
  /** In row order. */
  readonly batches: readonly ArrowBatch[];
  /** Number of rows in all batches. */
  readonly numRows: number;
}

/** Whether a value has the structure of a record batch. */
export function isRecordBatch(value: unknown): value is ArrowBatch {
  return isObject(value) && isCount(value.numRows) && isSchema(value.schema) &&
    isObject(value.data) && Array.isArray(value.data.children);
}

/** Whether a value has the structure of a table. */
export function isTable(value: unknown): value is ArrowTable {
  return isObject(value) && isCount(value.numRows) && isSchema(value.schema) &&
    Array.isArray(value.batches) && value.batches.every(isRecordBatch);
}

/**
 * The record batches in whatever `sendBatch` accepts: a batch, a table, or the bytes of an Arrow
 * IPC stream or file.
 *
 * @throws {TypeError} for anything else, saying what it was; bytes that are no Arrow IPC data are
 * the same mistake.
 */
export function recordBatchesOf(input: unknown): readonly ArrowBatch[] {
  if (isTable(input)) return input.batches;
  if (isRecordBatch(input)) return [input];
  if (input instanceof Uint8Array) return tableFromBytes(input).batches;
  throw new TypeError(
    `expected an Arrow RecordBatch, a Table or Arrow IPC bytes, got ${kindOf(input)}`,
  );
}

/**
 * The table in Arrow IPC bytes, stream or file format.
 *
 * @throws {TypeError} when they are something else
 */
export function tableFromBytes(bytes: Uint8Array): Table {
  if (bytes.byteLength === 0) throw new TypeError("expected Arrow IPC bytes, got an empty array");
  // A file's footer is at its end; without it, apache-arrow finds a file without batches.
  if (hasMagic(bytes, 0) && !hasMagic(bytes, bytes.byteLength - MAGIC.length)) {
    throw new TypeError(
      `expected Arrow IPC bytes, got ${bytes.byteLength} bytes of a file that is cut off`,
    );
  }
  let table;
  try {
    table = tableFromIPC(bytes);
  } catch (cause) {
    throw new TypeError(
      `expected Arrow IPC bytes (stream or file format), got ${bytes.byteLength} bytes of ` +
        `something else`,
      { cause },
    );
  }
  if (table.schema.fields.length === 0 && table.batches.length === 0) {
    throw new TypeError(`expected Arrow IPC bytes, found no schema in ${bytes.byteLength} bytes`);
  }
  return table;
}

/** What Arrow files begin and end with. */
const MAGIC = new TextEncoder().encode("ARROW1");

function hasMagic(bytes: Uint8Array, at: number): boolean {
  return MAGIC.every((byte, index) => bytes[at + index] === byte);
}

/** Size of all buffers of an array, its children's and its dictionary's included, in bytes. */
export function byteLengthOf(data: ArrowData): number {
  let size = 0;
  for (const buffer of [data.values, data.valueOffsets, data.typeIds, data.nullBitmap]) {
    size += buffer?.byteLength ?? 0;
  }
  for (const buffer of data.variadicBuffers ?? []) size += buffer.byteLength;
  // apache-arrow leaves a hole for the elements of a fixed-size list that it fills up with nulls.
  for (const child of data.children ?? []) if (child !== undefined) size += byteLengthOf(child);
  for (const part of data.dictionary?.data ?? []) size += byteLengthOf(part);
  return size;
}

function isSchema(value: unknown): value is ArrowSchema {
  return isObject(value) && Array.isArray(value.fields);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
