/**
 * What is encoded. `rivals/rows.rs` makes the same values in the same order.
 *
 * @module
 */
import type { RecordBatch } from "apache-arrow";
import {
  batchOf,
  bool,
  type ColumnMaker,
  counter,
  float32,
  float64,
  int32,
  list,
  map,
  nullable,
  struct,
  text,
  timestamp,
  wideInt64,
} from "./columns.ts";
import { Random } from "./random.ts";

/** A named batch. */
export interface Corpus {
  /** One letter, or the name of a file. */
  readonly name: string;
  /** For people. */
  readonly title: string;
  /** Makes it, or a corpus of its kind with fewer rows; the same every time. */
  make(rows?: number): RecordBatch;
}

/** The corpora that are made of random numbers. */
export const CORPORA: readonly Corpus[] = [
  seeded("a", "id int64, name utf8, value int64", 100_000, {
    id: counter,
    name: text(8, 24),
    value: wideInt64,
  }),
  seeded("b", "50 float64, 50 int64", 10_000, {
    ...repeated("f", 50, float64),
    ...repeated("i", 50, wideInt64),
  }),
  seeded("c", "5 strings of about 200 bytes", 50_000, repeated("s", 5, text(150, 250))),
  seeded("d", "struct, list and map, a tenth of them null", 50_000, {
    place: nullable(struct({ x: float64, y: nullable(float64), label: text(8, 16) })),
    counts: nullable(list(wideInt64, 5)),
    tags: nullable(map(text(8, 12), wideInt64, 3)),
  }),
  seeded("e", "20 mixed columns, records of 1 KB", 100_000, {
    ...repeated("i", 4, wideInt64),
    ...repeated("n", 3, int32),
    ...repeated("f", 4, float64),
    g: float32,
    ...repeated("b", 2, bool),
    at: timestamp,
    ...repeated("short", 2, text(8, 24)),
    ...repeated("text", 2, text(60, 140)),
    long: text(500, 900),
  }),
];

function seeded(
  name: string,
  title: string,
  rows: number,
  columns: Readonly<Record<string, ColumnMaker>>,
): Corpus {
  return {
    name,
    title: `${title}, ${rows.toLocaleString("en")} rows`,
    make: (count = rows) => batchOf(new Random(name.charCodeAt(0) * 0x9e3779b), count, columns),
  };
}

function repeated(prefix: string, count: number, column: ColumnMaker): Record<string, ColumnMaker> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`${prefix}${index}`, column]),
  );
}
