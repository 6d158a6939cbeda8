/**
 * The main job, end to end, with nothing but this repository: 200,000 real flights and a batch of
 * odd types go to a local Zerobus, and what landed there is compared with what was sent.
 *
 * ```sh
 * deno task demo
 * ```
 *
 * @module
 */
import { createWrapper, type Protocol, type TransmissionResult } from "@zerobus/wrapper/deno";
import { type LocalZerobus, startLocalZerobus } from "@zerobus/wrapper/testing";
import type { RecordBatch } from "apache-arrow";
import { FLIGHT_COLUMNS, readFlights, slicesOf, sumOf } from "./flights.ts";
import { BAD_ROW, oddBatch } from "./odd_batch.ts";
import { progressBar } from "./progress.ts";

const PROTOCOLS: readonly Protocol[] = ["grpc", "grpc-web", "connect", "rest"];
const BATCH_ROWS = 5_000;
const FLIGHTS = "demo.air.flights";
const ODD = "demo.air.odd_types";

interface Report {
  protocol: Protocol;
  results: TransmissionResult[];
  seconds: number;
}

await using local = await startLocalZerobus({ tables: tableNames() });
console.log(`Local Zerobus at ${local.url} (gRPC, gRPC-Web, Connect, REST, OAuth on one port)\n`);
const flights = await readFlights();
const reports: Report[] = [];
const problems: string[] = [];

for (const protocol of PROTOCOLS) {
  const report = await sendFlights(protocol);
  reports.push(report);
  problems.push(...compareSums(protocol));
}
printReports(reports);
problems.push(...await sendOddTypes());

if (problems.length === 0) {
  console.log("\nEverything that was sent has landed, and nothing else.");
} else {
  console.error(`\n${problems.length} difference(s):\n  ${problems.join("\n  ")}`);
  Deno.exitCode = 1;
}

/** Each protocol writes to a table of its own, so that each can be verified by itself. */
function tableNames(): string[] {
  return [ODD, ...PROTOCOLS.map(flightsTable)];
}

function flightsTable(protocol: Protocol): string {
  return `${FLIGHTS}_${protocol.replace("-", "_")}`;
}

function connect(tableName: string, protocol: Protocol) {
  const { url, unityCatalogUrl, clientId, clientSecret } = local;
  return createWrapper({
    endpoint: url,
    unityCatalogUrl,
    clientId,
    clientSecret,
    tableName,
    protocol,
  });
}

async function sendFlights(protocol: Protocol): Promise<Report> {
  await using wrapper = await connect(flightsTable(protocol), protocol);
  const results: TransmissionResult[] = [];
  const startedAt = performance.now();
  const bar = progressBar(protocol.padEnd(9), flights.numRows);
  let acknowledged = 0;
  const batches = ReadableStream.from(slicesOf(flights, BATCH_ROWS));
  await batches.pipeTo(wrapper.writable({
    onResult: (result) => {
      results.push(result);
      bar.show(acknowledged += result.successfulCount);
    },
  }));
  const seconds = (performance.now() - startedAt) / 1000;
  bar.end();
  return { protocol, results, seconds };
}

/** Per-column sums of what landed against those of the file. */
function compareSums(protocol: Protocol): string[] {
  const table = landed(local, flightsTable(protocol));
  const differences: string[] = [];
  if (table.rowCount !== flights.numRows) {
    differences.push(`${protocol}: ${table.rowCount} rows landed, ${flights.numRows} were sent`);
  }
  const sums = new Map<string, number>(FLIGHT_COLUMNS.map((column) => [column, 0]));
  for (const row of table.rows()) {
    for (const column of FLIGHT_COLUMNS) {
      // JSON has the digits that single precision needs, and no more.
      sums.set(column, sums.get(column)! + Math.fround(Number(row[column] ?? 0)));
    }
  }
  for (const column of FLIGHT_COLUMNS) {
    const [sent, arrived] = [sumOf(flights, column), sums.get(column)!];
    if (sent !== arrived) differences.push(`${protocol}: sum(${column}) ${arrived}, not ${sent}`);
  }
  return differences;
}

async function sendOddTypes(): Promise<string[]> {
  await using wrapper = await connect(ODD, "grpc");
  const batch: RecordBatch = oddBatch().batches[0]!;
  const result = await wrapper.sendBatch(batch);
  console.log(
    `\nA batch with nested, list, map, decimal, dictionary and timestamp columns:\n` +
      `  ${result.totalRows} rows sent, ${result.successfulCount} acknowledged, ` +
      `${result.failedCount} failed`,
  );
  for (const message of result.errorMessages()) console.log(`  ${message}`);
  for (const row of landed(local, ODD).rows()) console.log("  landed:", row);
  const asExpected = result.failedCount === 1 && result.failedRows[0]?.row === BAD_ROW &&
    landed(local, ODD).rowCount === result.successfulCount;
  return asExpected ? [] : ["the batch of odd types did not end as expected"];
}

function landed(local: LocalZerobus, table: string) {
  const found = local.tables.get(table);
  if (found === undefined) throw new Error(`table ${table} is not on the local server`);
  return found;
}

function printReports(reports: readonly Report[]): void {
  console.log("\nprotocol     sent  acknowledged  failed      rows/s   MB/s  p50 ms  p95 ms");
  for (const { protocol, results, seconds } of reports) {
    const total = (pick: (result: TransmissionResult) => number) =>
      results.reduce((sum, result) => sum + pick(result), 0);
    const latencies = results.map(({ latencyMs }) => latencyMs).sort((a, b) => a - b);
    const quantile = (q: number) =>
      latencies[Math.min(latencies.length - 1, Math.floor(q * latencies.length))]!;
    console.log([
      protocol.padEnd(9),
      total((result) => result.totalRows).toLocaleString("en").padStart(8),
      total((result) => result.successfulCount).toLocaleString("en").padStart(14),
      total((result) => result.failedCount).toString().padStart(8),
      Math.round(total((result) => result.totalRows) / seconds).toLocaleString("en").padStart(12),
      (total((result) => result.encodedBytes) / 1e6 / seconds).toFixed(1).padStart(7),
      quantile(0.5).toFixed(1).padStart(8),
      quantile(0.95).toFixed(1).padStart(8),
    ].join(""));
  }
}
