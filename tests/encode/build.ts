/**
 * Batches and descriptors for tests, in few words.
 */
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  type DescriptorProto,
  DescriptorProtoSchema,
  type EnumDescriptorProtoSchema,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as FieldType,
  type FieldDescriptorProtoSchema,
} from "@bufbuild/protobuf/wkt";
import {
  type Data,
  type DataType,
  Field,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  vectorFromArray,
} from "apache-arrow";
import { encodeBatch, type EncodeBatchOptions } from "../../src/encode/encode_batch.ts";
import type { EncodedRows } from "../../src/encode/encoded_rows.ts";
import { planFor } from "../../src/schema/plan.ts";
import { type Decoded, decodeRecord, messageOf } from "../oracle/decode_records.ts";

/** A column: its array, and that it is not nullable if that is so. */
export type ColumnSource = Data | { readonly required: Data };

/** A batch of the columns. */
export function batchOf(columns: Readonly<Record<string, ColumnSource>>): RecordBatch {
  const fields: Field[] = [];
  const children: Data[] = [];
  for (const [name, source] of Object.entries(columns)) {
    const required = "required" in source;
    const data = required ? source.required : source;
    fields.push(new Field(name, data.type, !required));
    children.push(data);
  }
  const length = children[0]?.length ?? 0;
  const data = makeData({ type: new Struct(fields), length, nullCount: 0, children });
  return new RecordBatch(new Schema(fields), data);
}

/** An array of a type from plain values, null for null, by apache-arrow's builders. */
export function arrayOf(type: DataType, values: readonly unknown[]): Data {
  return vectorFromArray(values as never, type as never).data[0] as Data;
}

/** An array of a type from its buffers, as apache-arrow's `makeData` takes them. */
export function rawArray(type: DataType, props: Readonly<Record<string, unknown>>): Data {
  return makeData({ type, ...props } as never);
}

/**
 * An array of views: inline up to twelve bytes, beyond that each in a buffer of its own, which does
 * not begin with it.
 */
export function viewsOf(type: DataType, values: readonly Uint8Array[]): Data {
  const bytes = new Uint8Array(16 * values.length);
  const view = new DataView(bytes.buffer);
  const buffers: Uint8Array[] = [];
  for (const [index, value] of values.entries()) {
    view.setInt32(16 * index, value.length, true);
    if (value.length <= 12) bytes.set(value, 16 * index + 4);
    else {
      view.setInt32(16 * index + 8, buffers.length, true);
      view.setInt32(16 * index + 12, 2, true);
      buffers.push(Uint8Array.of(0xff, 0xff, ...value));
    }
  }
  return rawArray(type, { length: values.length, views: bytes, variadicBuffers: buffers });
}

/** The first bits of a validity bitmap. */
export function bits(...valid: readonly (0 | 1)[]): Uint8Array {
  const bytes = new Uint8Array((valid.length + 7) >> 3);
  for (const [index, bit] of valid.entries()) bytes[index >> 3]! |= bit << (index & 7);
  return bytes;
}

/** What was written: each record, and why rows failed. */
export interface Written {
  readonly records: readonly { [field: string]: Decoded }[];
  readonly failures: readonly string[];
}

/** Encodes a batch and has protobuf-es read the records. */
export function written(batch: RecordBatch, options: EncodeBatchOptions = {}): Written {
  const { descriptor } = planFor(batch.schema, options);
  const rows = encodeBatch(batch, options);
  return { records: decodeAll(descriptor, rows), failures: failuresOf(rows) };
}

/** All records, decoded. */
export function decodeAll(
  descriptor: DescriptorProto,
  rows: EncodedRows,
): { [field: string]: Decoded }[] {
  const message = messageOf(descriptor);
  return Array.from(
    { length: rows.rowCount },
    (_, index) => decodeRecord(message, rows.row(index)),
  );
}

/** The messages of the failed rows. */
export function failuresOf(rows: EncodedRows): string[] {
  return rows.failedRows.map(({ error }) => error.message);
}

/** What a column of one name, `v`, becomes: one value a row, undefined where the field is absent. */
export function columnWritten(source: ColumnSource, options: EncodeBatchOptions = {}): {
  values: (Decoded | undefined)[];
  failures: readonly string[];
} {
  const { records, failures } = written(batchOf({ v: source }), options);
  return { values: records.map((record) => record.v), failures };
}

type FieldInit = MessageInitShape<typeof FieldDescriptorProtoSchema>;

/** A descriptor called `Row`. */
export function descriptorOf(
  field: FieldInit[],
  rest: MessageInitShape<typeof DescriptorProtoSchema> = {},
): DescriptorProto {
  return create(DescriptorProtoSchema, { name: "Row", field, ...rest });
}

/** An optional field, unless `init` says otherwise. */
export function fieldOf(
  name: string,
  number: number,
  type: FieldType,
  init: FieldInit = {},
): FieldInit {
  return { name, number, type, label: Label.OPTIONAL, ...init };
}

/** An enumeration `Color` with `RED` = 0, `GREEN` = 5 and `BELOW` = −1. */
export const COLOR: MessageInitShape<typeof EnumDescriptorProtoSchema> = {
  name: "Color",
  value: [
    { name: "RED", number: 0 },
    { name: "GREEN", number: 5 },
    { name: "BELOW", number: -1 },
  ],
};

export { FieldType, Label };
