/**
 * Columns as JSON, in few words.
 *
 * @module
 */
import {
  type Data,
  type DataType,
  Field,
  Map_,
  type RecordBatch,
  Struct,
  Utf8,
} from "apache-arrow";
import { buildArray } from "../../src/core/build_array.ts";
import { withoutPauses } from "../../src/encode/cut_requests.ts";
import type { EncodedRows } from "../../src/encode/encoded_rows.ts";
import { encodeJsonRequests } from "../../src/encode/json/encode_json_requests.ts";
import { DEFAULT_LIMITS, type EncodeLimits } from "../../src/encode/limits.ts";
import { planFor } from "../../src/schema/plan.ts";
import { batchOf, type ColumnSource, rawArray } from "./build.ts";

/** Rows as requests of JSON. */
export function encode(batch: RecordBatch, limits: Partial<EncodeLimits> = {}): EncodedRows[] {
  const all = { ...DEFAULT_LIMITS, ...limits };
  return [...withoutPauses(encodeJsonRequests(planFor(batch.schema), batch, all))];
}

/** The records of requests, as text. */
export function texts(requests: readonly EncodedRows[]): string[] {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  return requests.flatMap((rows) =>
    Array.from({ length: rows.rowCount }, (_, index) => decoder.decode(rows.row(index)))
  );
}

/** What the values of a column `x` are, as text; undefined where there is none. */
export function columnTexts(column: ColumnSource): (string | undefined)[] {
  return texts(encode(batchOf({ x: column }))).map((text) =>
    text === "{}" ? undefined : text.slice('{"x":'.length, -1)
  );
}

/** An array of numbers as they are in memory. */
export function numbers(
  type: DataType,
  data: ArrayBufferView & { readonly length: number },
): Data {
  return rawArray(type, { length: data.length, data });
}

/** An array of text. */
export function utf8(...values: (string | null)[]): Data {
  return buildArray(new Utf8(), values);
}

/** 64-bit integers. */
export function longs(...values: bigint[]): BigInt64Array<ArrayBuffer> {
  return BigInt64Array.from(values);
}

/** Text as bytes. */
export function encoded(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** The type of maps. */
export function mapType(key: DataType, value: DataType): DataType {
  const fields = [new Field("key", key, false), new Field("value", value, true)];
  return new Map_(new Field("entries", new Struct(fields), false) as never);
}
