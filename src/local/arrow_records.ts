/**
 * Arrow rows in a request, read by apache-arrow.
 *
 * @module
 */
import {
  type Data,
  type Field,
  type RecordBatch,
  type Table,
  tableFromIPC,
  Type,
} from "apache-arrow";
import { joined } from "../core/bytes.ts";
import { arrayProblem } from "./arrow_check.ts";
import type { Records } from "./records.ts";
import type { LocalRow, LocalValue } from "./row.ts";

/** Bytes that are no Arrow data. The message says why, and shows nothing of them. */
export class ArrowProblem extends Error {
  override name = "ArrowProblem";
}

const PREFIX_BYTES = 8;
const CONTINUATION = 0xffff_ffff;

/**
 * Reads a schema message.
 *
 * @throws {ArrowProblem} if it is none
 */
export function readSchema(header: Uint8Array): Table["schema"] {
  const { schema, batches } = read([header]);
  if (schema.fields.length === 0) throw new ArrowProblem("it is no Arrow schema with columns");
  if (batches.some(({ numRows }) => numRows > 0)) throw new ArrowProblem("it has rows");
  return schema;
}

/** The rows of a record batch message. */
export class ArrowRecords implements Records {
  readonly #batch: RecordBatch;
  readonly byteCount: number;

  /**
   * Reads and checks a message.
   *
   * @throws {ArrowProblem} if it is no record batch of the schema
   */
  constructor(schema: Uint8Array, header: Uint8Array, body: Uint8Array) {
    const { batches } = read([schema, header, body]);
    const [batch, ...more] = batches.filter(({ numRows }) => numRows > 0);
    if (batch === undefined || more.length > 0) throw new ArrowProblem("it is no batch with rows");
    for (const [index, field] of batch.schema.fields.entries()) {
      const data = batch.data.children[index];
      if (data?.length !== batch.numRows) {
        throw new ArrowProblem(`${field.name}: not a value a row`);
      }
      const problem = arrayProblem(field, data);
      if (problem !== undefined) throw new ArrowProblem(problem);
    }
    this.#batch = batch;
    this.byteCount = body.length;
  }

  get count(): number {
    return this.#batch.numRows;
  }

  row(index: number): LocalRow {
    const { schema, data } = this.#batch;
    return members(schema.fields, data, index);
  }

  record(index: number): Uint8Array {
    return new TextEncoder().encode(JSON.stringify(this.row(index), plainJson));
  }
}

/** Messages, the last of them with a body, as apache-arrow wants them: a stream. */
function read([schema, header, body]: readonly Uint8Array[]): Table {
  const parts = [schema!, ...(header === undefined ? [] : [header])].flatMap(framed);
  if (body !== undefined) parts.push(body);
  try {
    return tableFromIPC(joined(parts));
  } catch (cause) {
    throw new ArrowProblem("it cannot be read as Arrow IPC", { cause });
  }
}

function framed(message: Uint8Array): Uint8Array[] {
  const padding = -message.length & 7;
  const prefix = new Uint8Array(PREFIX_BYTES);
  new DataView(prefix.buffer).setUint32(0, CONTINUATION, true);
  new DataView(prefix.buffer).setUint32(4, message.length + padding, true);
  return [prefix, message, new Uint8Array(padding)];
}

function members(fields: readonly Field[], data: Data, index: number): LocalRow {
  return Object.fromEntries(
    fields.map(({ name }, member) => [name, valueAt(data.children[member]!, index)]),
  );
}

/** Values as they are: apache-arrow's getters make milliseconds of dates and times. */
function valueAt(data: Data, index: number): LocalValue {
  if (!data.getValid(index)) return null;
  const { type, values, valueOffsets, children } = data;
  const range = () => {
    const [start, end] = [Number(valueOffsets[index]), Number(valueOffsets[index + 1])];
    return Array.from({ length: end - start }, (_, at) => start + at);
  };
  switch (type.typeId) {
    case Type.Struct:
      return members(type.children, data, index);
    case Type.List:
      return range().map((at) => valueAt(children[0]!, at));
    case Type.Map: {
      const [keys, items] = children[0]!.children as [Data, Data];
      return new Map(range().map((at) => [valueAt(keys, at), valueAt(items, at)]));
    }
    case Type.Bool: {
      const bit = data.offset + index;
      return (values[bit >> 3]! >> (bit & 7) & 1) === 1;
    }
    case Type.Utf8:
    case Type.LargeUtf8:
      // A byte order mark at the front is a part of the text.
      return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytesAt(data, index));
    case Type.Binary:
    case Type.LargeBinary:
      return bytesAt(data, index).slice();
    default:
      return values[index];
  }
}

function bytesAt({ values, valueOffsets }: Data, index: number): Uint8Array {
  return values.subarray(Number(valueOffsets[index]), Number(valueOffsets[index + 1]));
}

/** What JSON has no word for. */
function plainJson(_: string, value: unknown): unknown {
  if (typeof value === "bigint") return `${value}n`;
  if (value instanceof Uint8Array) return { bytes: [...value] };
  if (value instanceof Map) return { entries: [...value] };
  return typeof value === "number" && !Number.isFinite(value) ? `${value}` : value;
}
