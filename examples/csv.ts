/**
 * Sends CSV files to a table, from Node.
 *
 * ```sh
 * node csv.js seattle-weather.csv
 * ```
 *
 * Where to is in the environment; `examples/server.ts` prints it for a local server.
 *
 * @module
 */
import { createReadStream } from "node:fs";
import process from "node:process";
import { pipeline } from "node:stream/promises";
import { createWrapper, loadConfiguration } from "@zerobus/wrapper/node";
import { DateDay, Field, Float64, Schema, Utf8 } from "apache-arrow";
import { parse } from "csv-parse";
import { report } from "./report.ts";

/** The columns of the file: change them for yours. */
const schema = new Schema([
  new Field("date", new DateDay(), true),
  new Field("precipitation", new Float64(), true),
  new Field("temp_max", new Float64(), true),
  new Field("temp_min", new Float64(), true),
  new Field("wind", new Float64(), true),
  new Field("weather", new Utf8(), true),
]);

await using wrapper = await createWrapper(await loadConfiguration());
for (const file of process.argv.slice(2)) {
  // Rows are read as there is room for them, however long the file is.
  await pipeline(createReadStream(file), parse({ columns: true, cast }), async (rows) => {
    report(file, await wrapper.sendRows<Record<string, unknown>>(rows, { schema }));
  });
}

/** One cell. What cannot be read stays text: its row then fails, and says why. */
function cast(text: string, { header, column }: { header: boolean; column: string | number }) {
  if (header) return text;
  if (text === "") return null;
  const type = schema.fields.find(({ name }) => name === column)?.type;
  const value = type instanceof Float64
    ? Number(text)
    : type instanceof DateDay
    ? new Date(text)
    : text;
  return typeof value === "string" || !Number.isNaN(Number(value)) ? value : text;
}
