/**
 * The real data of the examples: 200,000 flights from the npm package vega-datasets.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { type RecordBatch, tableFromIPC } from "apache-arrow";

/** Columns of a flight: delay in minutes, distance in miles, time of day in hours. */
export const FLIGHT_COLUMNS = ["delay", "distance", "time"] as const;

/** All flights as one record batch. */
export async function readFlights(): Promise<RecordBatch> {
  const file = new URL("../node_modules/vega-datasets/data/flights-200k.arrow", import.meta.url);
  const [batch] = tableFromIPC(await readFile(file)).batches;
  if (batch === undefined) throw new Error("flights-200k.arrow holds no batch");
  return batch;
}

/** The batch in slices of at most `rows` rows; no data is copied. */
export function* slicesOf(batch: RecordBatch, rows: number): Generator<RecordBatch> {
  for (let from = 0; from < batch.numRows; from += rows) {
    yield batch.slice(from, Math.min(from + rows, batch.numRows));
  }
}

/** Sum of a numeric column of a batch. */
export function sumOf(batch: RecordBatch, column: string): number {
  let sum = 0;
  for (const value of batch.getChild(column) ?? []) sum += Number(value ?? 0);
  return sum;
}
