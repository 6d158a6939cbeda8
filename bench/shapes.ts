/**
 * Batches of odd shapes: very wide ones, very small ones, many of them, of many schemas.
 *
 * @module
 */
import { RecordBatch, Schema } from "apache-arrow";
import { BufferPool } from "../src/encode/buffer_pool.ts";
import { encodeRequests } from "../src/encode/encode_requests.ts";
import { DEFAULT_LIMITS } from "../src/encode/limits.ts";
import { planFor } from "../src/schema/plan.ts";
import { batchOf, float64, text, wideInt64 } from "./corpora/columns.ts";
import { CORPORA } from "./corpora/corpora.ts";
import { Random } from "./corpora/random.ts";
import { measure } from "./measure.ts";
import type { Report } from "./result.ts";

/** For each shape. */
const LONGEST_MS = 700;
const SMALL_BATCHES = 2_000;

/** Measures every shape. */
export function shapesBenchmark(report: Report): void {
  const pool = new BufferPool(64 * 1024 * 1024);
  const add = (candidate: string, batches: Iterable<RecordBatch>): void => {
    let bytes = 0;
    let count = 0;
    const { medianMs } = measure(() => {
      bytes = count = 0;
      for (const batch of batches) {
        count++;
        for (const rows of encodeRequests(planFor(batch.schema), batch, DEFAULT_LIMITS, 0, pool)) {
          bytes += rows.bytes.length;
          pool.release(rows);
        }
      }
    }, LONGEST_MS);
    report({
      group: "shapes",
      title: "odd shapes",
      candidate,
      values: { "µs/batch": 1_000 * medianMs / count, "MB/s": bytes / 1_000 / medianMs },
    });
  };

  const wide = named(2_000, 500);
  add("100 columns, 10,000 rows", [named(100, 10_000)]);
  add("2,000 columns, 500 rows", [wide]);
  add("2,000 columns, 1 row", slices(wide, 1).slice(0, 200));

  const narrow = named(20, SMALL_BATCHES);
  const single = slices(narrow, 1);
  add("1 row, one schema", single);
  add("8 rows, one schema", slices(narrow, 8));
  add("1 row, schemas read anew", anew(single));
  for (const schemas of [64, 65, 1_000]) {
    const batches = Array.from({ length: schemas }, (_, at) => named(20, 1, `s${at}_`));
    add(`1 row, ${schemas} schemas in turns`, repeated(batches, SMALL_BATCHES));
    add("  the same, read anew", anew(repeated(batches, SMALL_BATCHES)));
  }

  const { make } = CORPORA.find(({ name }) => name === "e")!;
  const large = slices(make(), 10_000);
  add("1 GB in batches of 10 MB", repeated(large, 100));
}

function named(columns: number, rows: number, prefix: string = "c"): RecordBatch {
  const kinds = [wideInt64, float64, wideInt64, float64, text(4, 12)];
  return batchOf(
    new Random(0x5eed),
    rows,
    Object.fromEntries(
      Array.from({ length: columns }, (_, at) => [`${prefix}${at}`, kinds[at % kinds.length]!]),
    ),
  );
}

function slices(batch: RecordBatch, rows: number): RecordBatch[] {
  const count = Math.ceil(batch.numRows / rows);
  return Array.from({ length: count }, (_, at) => batch.slice(at * rows, (at + 1) * rows));
}

function repeated(batches: readonly RecordBatch[], count: number): RecordBatch[] {
  return Array.from({ length: count }, (_, at) => batches[at % batches.length]!);
}

/**
 * The batches with schema objects of their own, every time that they are iterated over, as if each
 * had come with a message of its own.
 */
function anew(batches: readonly RecordBatch[]): Iterable<RecordBatch> {
  return {
    *[Symbol.iterator]() {
      for (const { schema, data } of batches) {
        yield new RecordBatch(new Schema(schema.fields), data);
      }
    },
  };
}
