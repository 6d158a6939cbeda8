/**
 * Sends a file with an object of JSON a line, or what another program prints like that, from Node.
 *
 * ```sh
 * node json_lines.js readings.jsonl
 * journalctl --follow --output json | node json_lines.js
 * ```
 *
 * Where to is in the environment; `examples/server.ts` prints it for a local server.
 *
 * @module
 */
import { createReadStream } from "node:fs";
import process from "node:process";
import { createInterface } from "node:readline/promises";
import { createWrapper, loadConfiguration } from "@zerobus/wrapper/node";

await using wrapper = await createWrapper(await loadConfiguration());
const result = await wrapper.sendRows(objects(), { lingerMs: 1_000 });
for (const { row, error } of result.failedRows) console.error(`line ${row + 1}: ${error.code}`);
console.log(`${result.successfulCount} of ${result.totalRows} lines are durable`);
if (result.error !== undefined) throw result.error;

/** The object of every line; rows are taken no faster than they can be sent. */
async function* objects(): AsyncGenerator<object> {
  const [file] = process.argv.slice(2);
  const input = file === undefined ? process.stdin : createReadStream(file);
  for await (const line of createInterface({ input })) yield JSON.parse(line);
}
