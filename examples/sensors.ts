/**
 * Invents readings of a thousand sensors and sends them, with a progress bar.
 *
 * ```sh
 * deno run -A sensors.ts 1000000
 * ```
 *
 * Where to is in the environment; `examples/server.ts` prints it for a local server.
 *
 * @module
 */
import { createWrapper, loadConfiguration } from "@zerobus/wrapper/deno";
import { Float64, makeData, makeVector, Table, TimestampMicrosecond } from "apache-arrow";
import { progressBar } from "./progress.ts";

const SENSORS = 1_000;
const BATCH_ROWS = 10_000;
const INTERVAL_MICROSECONDS = 1_000_000n;

const total = Number(Deno.args[0] ?? 200_000);
const bar = progressBar("sensors", total);
let acknowledged = 0;

await using wrapper = await createWrapper(await loadConfiguration());
// Every write waits for room in the window: memory stays the same however many rows there are.
await ReadableStream.from(readings(total)).pipeTo(wrapper.writable({
  onResult(result) {
    if (result.hasFailedRows()) throw result.failedRows[0]!.error;
    bar.show(acknowledged += result.successfulCount);
  },
}));
bar.end();

/** Batches of readings, second after second, each sensor wandering around a temperature of its own. */
function* readings(rows: number): Generator<Table> {
  const celsius = Float64Array.from({ length: SENSORS }, () => 15 + 10 * Math.random());
  const start = BigInt(Date.now()) * 1_000n;
  for (let first = 0; first < rows; first += BATCH_ROWS) {
    const length = Math.min(BATCH_ROWS, rows - first);
    const sensor = Int32Array.from({ length }, (_, row) => (first + row) % SENSORS);
    const time = BigInt64Array.from(sensor, (_, row) => {
      return start + BigInt(Math.floor((first + row) / SENSORS)) * INTERVAL_MICROSECONDS;
    });
    const value = Float64Array.from(sensor, (id) => celsius[id]! += Math.random() - 0.5);
    yield new Table({
      sensor: makeVector(sensor),
      time: makeVector(makeData({ type: new TimestampMicrosecond("UTC"), data: time })),
      celsius: makeVector(makeData({ type: new Float64(), data: value })),
    });
  }
}
