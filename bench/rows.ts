/**
 * What it costs to send plain objects instead of Arrow batches.
 *
 * @module
 */
import type { RecordBatch } from "apache-arrow";
import { columnsOfSchema } from "../src/rows/columns_of_schema.ts";
import { convertRows } from "../src/rows/convert_rows.ts";
import { batchOf, counter, float64, text } from "./corpora/columns.ts";
import { Random } from "./corpora/random.ts";
import { measure } from "./measure.ts";
import type { Report } from "./result.ts";
import { type CreateWrapper, type ServerAddress, TABLE } from "./sending.ts";

const ROWS = 10_000;
const BATCHES = 10;
const ROUNDS = 5;

/** Runs `rows`. */
export async function rowsBenchmark(
  create: CreateWrapper,
  server: ServerAddress,
  report: Report,
): Promise<void> {
  const columns = { id: counter, celsius: float64, label: text(8, 24) };
  const batch = batchOf(new Random(7), ROWS, columns);
  const schema = batch.schema;
  const rows = batch.toArray().map((row) => ({ ...row.toJSON() }));
  const many = Array.from({ length: BATCHES }, () => rows).flat();

  const parsed = columnsOfSchema(schema as never);
  const build = measure(() => void convertRows(rows, parsed, "error", 0)).bestMs;
  report({
    group: "rows, converted",
    title: "three columns, 10,000 objects to a batch",
    candidate: "rows to a batch",
    values: { "ns/row": build * 1e6 / ROWS },
  });

  for (const recordFormat of ["protobuf", "json", "arrow"] as const) {
    await using wrapper = await create({ ...server, tableName: TABLE, recordFormat });
    const candidates: Readonly<Record<string, () => Promise<unknown>>> = {
      "sendBatch": () =>
        Promise.all(Array.from({ length: BATCHES }, () => wrapper.sendBatch(batch as RecordBatch))),
      "sendRows with a schema": () => wrapper.sendRows(many, { schema }),
      "sendRows without one": () => wrapper.sendRows(many),
      "batchWriter": async () => {
        const writer = wrapper.batchWriter({ schema });
        for (const row of many) {
          if (writer.pending % 1_000 === 0) await writer.ready;
          writer.write(row);
        }
        await writer.close();
      },
    };
    const best = new Map<string, number>();
    for (let round = -1; round < ROUNDS; round++) {
      for (const [name, send] of Object.entries(candidates)) {
        const started = performance.now();
        await send();
        const took = performance.now() - started;
        if (round >= 0) best.set(name, Math.min(best.get(name) ?? Infinity, took));
      }
    }
    const least = best.get("sendBatch")!;
    for (const [candidate, ms] of best) {
      report({
        group: `rows, ${recordFormat}`,
        title: "100,000 rows of three columns to a local Zerobus",
        candidate,
        values: { "rows/s": ROWS * BATCHES / ms * 1_000, "× sendBatch's time": ms / least },
      });
    }
  }
}
