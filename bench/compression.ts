/**
 * What gzip costs and saves, and the speed of a network below which it pays.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import process from "node:process";
import { type RecordBatch, tableFromIPC } from "apache-arrow";
import type { Compression } from "../src/core/compression.ts";
import { RECORD_FORMATS, type RecordFormat } from "../src/core/record_format.ts";
import { fetchClient } from "../src/transport/fetch_client.ts";
import { grpcWebTransport } from "../src/transport/grpc_web_transport.ts";
import type { HttpClient } from "../src/transport/http_client.ts";
import { CORPORA } from "./corpora/corpora.ts";
import type { Report } from "./result.ts";
import { type CreateWrapper, type ServerAddress, TABLE } from "./sending.ts";

/** Narrow, wide numbers, strings, nested: all random, which gzip likes least. */
const CORPUS_NAMES: readonly string[] = ["a", "b", "c", "d"];
const RUNS = 4;

/** What sending a batch once takes, on average. */
interface Cost {
  readonly wireBytes: number;
  /** This process alone, all threads; the server is another. */
  readonly cpuMs: number;
}

/** Runs the benchmark on each corpus, and on flights that took place. */
export async function compressionBenchmark(
  create: CreateWrapper,
  server: ServerAddress,
  flightsPath: string,
  report: Report,
): Promise<void> {
  const corpora = CORPORA.filter(({ name }) => CORPUS_NAMES.includes(name));
  const flights = {
    name: "flights",
    title: "delay, distance and time of flights, 200,000 rows",
    make: () => tableFromIPC(flightsBytes).batches[0]!,
  };
  const flightsBytes = await readFile(flightsPath);
  for (const { name, title, make } of [...corpora, flights]) {
    const batch = make();
    for (const recordFormat of RECORD_FORMATS) {
      const costs = async (compression: Compression) =>
        await costOf(create, server, { recordFormat, compression }, batch);
      const plain = await costs("none");
      const gzip = await costs("gzip");
      report({
        group: `compression ${name}`,
        title,
        candidate: recordFormat,
        values: {
          "B/row": plain.wireBytes / batch.numRows,
          "B/row gzip": gzip.wireBytes / batch.numRows,
          "× smaller": plain.wireBytes / gzip.wireBytes,
          "CPU s/Mrow": plain.cpuMs / batch.numRows * 1_000,
          "CPU s gzip": gzip.cpuMs / batch.numRows * 1_000,
          // A slower network takes longer for what is not compressed than a processor for gzip, and
          // one works while the other does.
          "Mbit/s": plain.wireBytes * 8 / 1_000 / gzip.cpuMs,
        },
      });
    }
  }
}

async function costOf(
  create: CreateWrapper,
  server: ServerAddress,
  { recordFormat, compression }: {
    readonly recordFormat: RecordFormat;
    readonly compression: Compression;
  },
  batch: RecordBatch,
): Promise<Cost> {
  let wireBytes = 0;
  const httpClient = counting((bytes) => wireBytes += bytes);
  const transport = grpcWebTransport({ endpoint: server.endpoint, httpClient, compression });
  await using wrapper = await create({ ...server, tableName: TABLE, transport, recordFormat });
  const send = async () => {
    const { error, failedCount } = await wrapper.sendBatch(batch);
    if (failedCount > 0) throw error ?? new Error(`${failedCount} rows failed`);
  };
  await send();
  wireBytes = 0;
  const cpu = process.cpuUsage();
  for (let run = 0; run < RUNS; run++) await send();
  const { user, system } = process.cpuUsage(cpu);
  const cost = { wireBytes: wireBytes / RUNS, cpuMs: (user + system) / 1_000 / RUNS };
  await wrapper.shutdown();
  await transport.close();
  return cost;
}

/** A client that tells how many bytes it was given to send. */
function counting(count: (bytes: number) => void): HttpClient {
  const send = fetchClient();
  return (request) => send({ ...request, body: counted(request.body, count) });
}

async function* counted(
  body: AsyncIterable<Uint8Array>,
  count: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    count(chunk.length);
    yield chunk;
  }
}
