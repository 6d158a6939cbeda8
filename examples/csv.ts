/**
 * Sends a CSV file to a table, from Node.
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
import { type DataType, DateDay, Float64, Table, Utf8, vectorFromArray } from "apache-arrow";
import { parse } from "csv-parse";

type Row = Record<string, unknown>;

/** How a column is read, and what it becomes. */
interface Column {
  readonly type: DataType;
  readonly read: (text: string) => unknown;
}

const date: Column = { type: new DateDay(), read: (text) => new Date(text) };
const number: Column = { type: new Float64(), read: Number };
const text: Column = { type: new Utf8(), read: (text) => text };

/** The columns of the file: change them for yours. */
const COLUMNS: Readonly<Record<string, Column>> = {
  date,
  precipitation: number,
  temp_max: number,
  temp_min: number,
  wind: number,
  weather: text,
};
const BATCH_ROWS = 10_000;

await using wrapper = await createWrapper(await loadConfiguration());
const writer = wrapper.writable().getWriter();
for (const file of process.argv.slice(2)) {
  await pipeline(createReadStream(file), parse({ columns: true, cast }), async (rows) => {
    for await (const batch of batchesOf(rows)) await writer.write(batch);
  });
}
await writer.close(); // every row is durable, or this throws
console.log("durable");

/** One cell; an empty one is null. */
function cast(text: string, { header, column, lines }: CellContext): unknown {
  if (header || text === "") return header ? text : null;
  const known = COLUMNS[column];
  if (known === undefined) throw new TypeError(`line ${lines}: there is no column "${column}"`);
  const value = known.read(text);
  if (typeof value !== "string" && Number.isNaN(Number(value))) {
    throw new TypeError(`line ${lines}: column "${column}" cannot be read`);
  }
  return value;
}

/** What the parser says of a cell. */
interface CellContext {
  readonly header: boolean;
  readonly column: string | number;
  readonly lines: number;
}

async function* batchesOf(rows: AsyncIterable<Row>): AsyncGenerator<Table> {
  let waiting: Row[] = [];
  for await (const row of rows) {
    waiting.push(row);
    if (waiting.length < BATCH_ROWS) continue;
    yield toTable(waiting);
    waiting = [];
  }
  if (waiting.length > 0) yield toTable(waiting);
}

function toTable(rows: readonly Row[]): Table {
  const columns = Object.entries(COLUMNS).map(([name, { type }]) => {
    return [name, vectorFromArray(rows.map((row) => row[name] ?? null), type)] as const;
  });
  return new Table(Object.fromEntries(columns));
}
