/**
 * Shows what is in debug files:
 *
 *     deno task inspect <path or pattern> [--rows 10] [--delimited] [--descriptor file] [--to file]
 *
 * Arrow streams (`.arrows`, compressed or not) and Protobuf records (`.pb`, by their descriptor):
 * schema, number of rows, and the first rows as a table. `--to` writes the rows of a Protobuf file
 * as an Arrow stream.
 *
 * @module
 */
import {
  type ProtobufFileOptions,
  protoToArrowIpc,
  readArrowDebugFiles,
  readProtoDebugFile,
} from "@zerobus/wrapper/deno";
import type { RecordBatch, Schema } from "apache-arrow";
import { parseArgs } from "node:util";

const USAGE =
  "inspect <path or pattern> [--rows 10] [--delimited] [--descriptor file] [--to file.arrows]";
/** Widest cell that is shown. */
const MAX_WIDTH = 32;

const { values, positionals: [path] } = parseArgs({
  args: Deno.args.filter((arg) => arg !== "--"),
  allowPositionals: true,
  options: {
    rows: { type: "string", default: "10" },
    delimited: { type: "boolean", default: false },
    descriptor: { type: "string" },
    to: { type: "string" },
  },
});
if (path === undefined) {
  console.error(USAGE);
  Deno.exit(2);
}
try {
  await inspect(path);
} catch (reason) {
  console.error(reason instanceof Error ? reason.message : reason);
  Deno.exit(1);
}

async function inspect(path: string): Promise<void> {
  const isProtobuf = /\.pb(?:\.gz)?$/.test(path);
  const options: ProtobufFileOptions = {
    framing: values.delimited ? "delimited" : "batch",
    descriptor: values.descriptor,
    onCutOff: (bytes) => console.log(`The last record is cut off: ${bytes} bytes of it are there.`),
  };
  const files: string[] = [];
  const batches = isProtobuf ? readProtoDebugFile(path, options) : readArrowDebugFiles(path, {
    onFile: (file) => void files.push(file),
    onCutOff: (file) => console.log(`The last batch of ${file} is cut off.`),
  });
  await show(batches);
  if (!isProtobuf) console.log(`${files.length} file(s):\n  ${files.join("\n  ")}`);
  if (values.to !== undefined) {
    if (!isProtobuf) throw new Error("--to converts Protobuf files; this is Arrow already");
    console.log(`${await protoToArrowIpc(path, values.to, options)} rows written to ${values.to}`);
  }
}

async function show(batches: AsyncIterable<RecordBatch>): Promise<void> {
  const wanted = Number(values.rows);
  const first: Record<string, unknown>[] = [];
  let schema: Schema | undefined;
  let [rows, count] = [0, 0];
  for await (const batch of batches) {
    schema ??= batch.schema;
    for (let row = 0; row < batch.numRows && first.length < wanted; row++) {
      first.push(batch.get(row)?.toJSON() ?? {});
    }
    rows += batch.numRows;
    count++;
  }
  const columns = schema?.fields.map(({ name }) => name) ?? [];
  for (const { name, type, nullable } of schema?.fields ?? []) {
    console.log(`  ${name}: ${type}${nullable ? "" : " not null"}`);
  }
  console.log(`\n${rows} rows in ${count} batches`);
  printTable([columns, ...first.map((row) => columns.map((column) => cell(row[column])))]);
}

function cell(value: unknown): string {
  const text = value instanceof Uint8Array
    ? `0x${Array.from(value, (byte) => byte.toString(16).padStart(2, "0")).join("")}`
    : String(value ?? "null");
  return text.length > MAX_WIDTH ? `${text.slice(0, MAX_WIDTH - 1)}…` : text;
}

function printTable(lines: readonly (readonly string[])[]): void {
  const widths = lines[0]!.map((_, column) =>
    Math.max(...lines.map((line) => line[column]!.length))
  );
  for (const line of lines) {
    console.log(line.map((text, column) => text.padEnd(widths[column]!)).join("  ").trimEnd());
  }
}
