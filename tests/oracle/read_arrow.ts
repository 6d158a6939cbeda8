/**
 * Arrow IPC as flechette reads it: an implementation that shares nothing with the writer under test
 * nor with apache-arrow.
 */
import { type Column, type DataType, tableFromIPC, Type } from "@uwdata/flechette";
import { END_OF_STREAM, streamedMessage, streamedSchema } from "./ipc_stream.ts";
import type { IpcMessage } from "../../src/ipc/messages.ts";

/** What was read of a stream. */
export interface ReadTable {
  /** Name, nullability and type of every column. */
  readonly fields: readonly {
    readonly name: string;
    readonly nullable: boolean;
    readonly type: DataType;
    readonly metadata: ReadonlyMap<string, string> | null;
  }[];
  /** Number of rows in each message. */
  readonly counts: readonly number[];
  /** The rows; dates in days, times in microseconds. */
  readonly rows: readonly { readonly [column: string]: unknown }[];
}

/** Messages as one stream. */
export function streamOf(schema: Uint8Array, messages: readonly IpcMessage[]): Uint8Array {
  const parts = [streamedSchema(schema), ...messages.flatMap(streamedMessage), END_OF_STREAM];
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Reads a schema and the messages that follow it. */
export function readArrow(schema: Uint8Array, messages: readonly IpcMessage[]): ReadTable {
  const table = tableFromIPC(streamOf(schema, messages), { useBigInt: true, useMap: true });
  const { fields } = table.schema as unknown as Pick<ReadTable, "fields">;
  const columns = fields.map((_, index) => table.getChildAt(index) as Column<unknown>);
  const batches = columns.map((column) => [...column.data] as unknown as Batch[]);
  const counts = (batches[0] ?? []).map(({ length }) => length);
  const rows = counts.flatMap((count, message) =>
    Array.from({ length: count }, (_, row) =>
      Object.fromEntries(
        fields.map(({ name }, index) => [name, valueAt(batches[index]![message]!, row)]),
      ))
  );
  return { fields, counts, rows };
}

/** As much of a batch of flechette's as is read here. */
interface Batch {
  readonly length: number;
  readonly type: DataType;
  readonly values: ArrayLike<number | bigint>;
  readonly offsets: ArrayLike<number | bigint>;
  readonly children: readonly Batch[];
  readonly nullCount: number;
  isValid(index: number): boolean;
  at(index: number): unknown;
}

function valueAt(batch: Batch, index: number): unknown {
  if (batch.nullCount > 0 && !batch.isValid(index)) return null;
  const { type, values, offsets, children } = batch;
  const elements = () => {
    const [start, end] = [Number(offsets[index]), Number(offsets[index + 1])];
    return Array.from({ length: end - start }, (_, at) => start + at);
  };
  switch (type.typeId) {
    case Type.Date:
    case Type.Timestamp:
      return values[index]; // the getters make milliseconds of them
    case Type.Struct:
      return Object.fromEntries(
        type.children.map(({ name }, member) => [name, valueAt(children[member]!, index)]),
      );
    case Type.List:
      return elements().map((at) => valueAt(children[0]!, at));
    case Type.Map: {
      const [keys, items] = children[0]!.children as [Batch, Batch];
      return new Map(elements().map((at) => [valueAt(keys, at), valueAt(items, at)]));
    }
    default:
      return batch.at(index);
  }
}
