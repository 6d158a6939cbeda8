/**
 * Sends Parquet files to a table, from Bun; one row group is in memory at a time.
 *
 * ```sh
 * bun parquet.ts flights-3m.parquet
 * ```
 *
 * Where to is in the environment; `examples/server.ts` prints it for a local server.
 *
 * @module
 */
import process from "node:process";
import { createWrapper, loadConfiguration } from "@zerobus/wrapper/bun";
import {
  Bool,
  type DataType,
  Float32,
  Float64,
  Int32,
  Int64,
  Table,
  TimestampMillisecond,
  Utf8,
  type Vector,
  vectorFromArray,
} from "apache-arrow";
import {
  type AsyncBuffer,
  asyncBufferFromFile,
  parquetMetadataAsync,
  parquetRead,
  type SchemaElement,
} from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { progressBar } from "./progress.ts";

await using wrapper = await createWrapper(await loadConfiguration());
for (const path of process.argv.slice(2)) {
  const file = await asyncBufferFromFile(path);
  const { num_rows: rows } = await parquetMetadataAsync(file);
  const bar = progressBar(path.replace(/^.*[/\\]/, ""), Number(rows));
  let acknowledged = 0;
  await ReadableStream.from(rowGroupsOf(file)).pipeTo(wrapper.writable({
    onResult(result) {
      if (result.hasFailedRows()) throw result.failedRows[0]!.error;
      bar.show(acknowledged += result.successfulCount);
    },
  }));
  bar.end();
}

/** The row groups of a file without nested columns. */
async function* rowGroupsOf(file: AsyncBuffer): AsyncGenerator<Table> {
  const metadata = await parquetMetadataAsync(file);
  const types = metadata.schema.slice(1).map((column) => [column.name, typeOf(column)] as const);
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    const columns = new Map<string, Vector>();
    const options = { file, metadata, compressors, rowStart, rowEnd };
    await parquetRead({
      ...options,
      onChunk({ columnName, columnData }) {
        const type = types.find(([name]) => name === columnName)![1];
        const more = vectorFromArray(Array.from(columnData), type);
        columns.set(columnName, columns.get(columnName)?.concat(more) ?? more);
      },
    });
    yield new Table(Object.fromEntries(columns));
    rowStart = rowEnd;
  }
}

/** The Arrow type of what the reader makes of a column. */
function typeOf({ name, type, logical_type, converted_type }: SchemaElement): DataType {
  if (logical_type?.type === "TIMESTAMP") return new TimestampMillisecond();
  switch (converted_type ?? type) {
    case "BOOLEAN":
      return new Bool();
    case "INT32":
      return new Int32();
    case "INT64":
      return new Int64();
    case "FLOAT":
      return new Float32();
    case "DOUBLE":
      return new Float64();
    case "UTF8":
      return new Utf8();
    default:
      throw new TypeError(`column "${name}": add a case for ${converted_type ?? type} here`);
  }
}
