/**
 * Many senders on a few wrappers.
 *
 * @module
 */
import type { Protocol, TransmissionResult, ZerobusWrapper } from "@zerobus/wrapper";
import { type RecordBatch, type Table, tableFromArrays } from "apache-arrow";
import type { Library, Road } from "../../tests/harness/environment.ts";
import { roadsOver } from "../../tests/harness/roads.ts";
import { type Tap, transportOf } from "../../tests/harness/tap.ts";
import type { Books } from "./books.ts";
import type { ServerFacts } from "./protocol.ts";

/** What the senders of a phase do. */
export interface SendingOptions {
  /** What sends. */
  readonly library: Library;
  /** Where to. */
  readonly server: ServerFacts;
  /** Names of the roads to send over, with commas between them; empty for all. */
  readonly roads: string;
  /** Table to write to. */
  readonly tableName: string;
  /** Where every row is written down. */
  readonly books: Books;
  /** Where everything is heard that the wrappers are told. */
  readonly tap: Tap;
  /** Numbers in [0, 1). */
  readonly random: () => number;
  /** One row in so many is one that the service refuses. */
  readonly poisonEvery: number;
  /** Aborts when it is enough. */
  readonly enough: AbortSignal;
  /** Told how many rows were reported failed, and why. */
  readonly onFailure: (rowCount: number, reason: string) => void;
}

const PROTOCOLS: readonly Protocol[] = ["grpc", "grpc-web", "connect", "rest"];
/** For each road. */
const SENDERS = 5;
const PIPES = 2;
const MOST_ROWS = 400;
/** Longest rest of a sender between batches: what keeps the run's memory in bounds. */
const MOST_REST_MS = 40;
/** Rest of a sender whose batch failed. */
const COMFORT_MS = 200;

/** Sends until it is enough; resolves when everything has been reported and closed. */
export async function send(options: SendingOptions): Promise<void> {
  const wanted = options.roads.split(",").filter((name) => name !== "");
  const roads = roadsOver(PROTOCOLS).filter(({ name }) =>
    wanted.length === 0 || wanted.includes(name)
  );
  if (roads.length === 0) throw new RangeError(`there are no roads ${options.roads}`);
  await Promise.all(roads.map((road) => sendOver(road, options)));
}

async function sendOver(road: Road, options: SendingOptions): Promise<void> {
  const { library, server, tableName, books, tap, enough } = options;
  const transport = transportOf(library, road.protocol, { endpoint: server.url });
  const wrapper = await library.createWrapper({
    endpoint: server.url,
    unityCatalogUrl: server.unityCatalogUrl,
    clientId: server.clientId,
    clientSecret: server.clientSecret,
    tableName,
    ...road.configuration,
    // What goes wrong is in the books.
    logger: { debug() {}, info() {}, warn() {}, error() {} },
    transport: tap.on(transport),
    retry: { maxAttempts: 30, baseDelayMs: 5, maxDelayMs: 500 },
    // The soak is about delivery under faults, of which there are more than it lets pass.
    backoff: { failureRate: false },
    stream: {
      streams: 2,
      maxRequestRecords: 100,
      maxInflightRequests: 50,
      connectTimeoutMs: 2_000,
      ackTimeoutMs: 1_000,
      flushTimeoutMs: 30_000,
    },
  });
  const settle = (from: number, result: TransmissionResult) => {
    let failed = 0;
    for (const row of result.successfulRows) books.report(from + row, "successful");
    for (const { row, error } of result.failedRows) {
      const isByItself = error.details.row !== undefined;
      books.report(from + row, isByItself ? "refused" : "failed");
      if (!isByItself) failed++;
    }
    if (failed === 0) return;
    options.onFailure(failed, String(result.error));
    noteHandedBack(wrapper, books);
  };
  await Promise.all([
    ...Array.from({ length: SENDERS }, () => sendOneByOne(wrapper, settle, options)),
    ...Array.from({ length: PIPES }, () => pipe(wrapper, settle, options)),
  ]);
  if (!enough.aborted) throw new Error("the senders stopped too early");
  // What it reports has been reported by the batches already.
  await wrapper.shutdown().catch(() => {});
  await transport.close();
  noteHandedBack(wrapper, books);
}

type Settle = (from: number, result: TransmissionResult) => void;

async function sendOneByOne(
  wrapper: ZerobusWrapper,
  settle: Settle,
  options: SendingOptions,
): Promise<void> {
  while (!options.enough.aborted) {
    const { from, batch } = nextBatch(options);
    const result = await wrapper.sendBatch(batch);
    settle(from, result);
    await rest(result.error !== undefined ? COMFORT_MS : options.random() * MOST_REST_MS);
  }
}

async function pipe(
  wrapper: ZerobusWrapper,
  settle: Settle,
  options: SendingOptions,
): Promise<void> {
  const starts = new Map<unknown, number>();
  let comfortMs = 0;
  const source = new ReadableStream<Table>({
    pull: async (controller) => {
      await rest(comfortMs + options.random() * MOST_REST_MS);
      comfortMs = 0;
      if (options.enough.aborted) return controller.close();
      const { from, batch } = nextBatch(options);
      starts.set(batch, from);
      controller.enqueue(batch);
    },
  }, { highWaterMark: 0 });
  await source.pipeTo(wrapper.writable({
    onResult: (result, batch) => {
      settle(starts.get(batch)!, result);
      starts.delete(batch);
      if (result.error !== undefined) comfortMs = COMFORT_MS;
    },
  }));
}

function nextBatch(options: SendingOptions): { from: number; batch: Table } {
  const { books, random, poisonEvery } = options;
  const rowCount = 1 + Math.floor(random() * MOST_ROWS);
  const from = books.open(rowCount);
  const n = Int32Array.from({ length: rowCount }, (_, row) => from + row);
  const poison = Array.from({ length: rowCount }, () => false);
  if (random() < rowCount / poisonEvery) {
    const row = Math.floor(random() * rowCount);
    poison[row] = true;
    books.poison(from + row);
  }
  return { from, batch: tableFromArrays({ n, poison }) };
}

function noteHandedBack(wrapper: ZerobusWrapper, books: Books): void {
  for (const batch of wrapper.unacknowledged() as RecordBatch[]) {
    for (const row of batch.getChild("n")!) books.handBack(row as number);
  }
}

function rest(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
