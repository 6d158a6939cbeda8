/**
 * Many senders on a few wrappers.
 *
 * @module
 */
import {
  createWrapper,
  type Protocol,
  type TransmissionResult,
  type ZerobusWrapper,
} from "@zerobus/wrapper/deno";
import { type RecordBatch, type Table, tableFromArrays } from "apache-arrow";
import type { Books } from "./books.ts";
import type { ServerFacts } from "./protocol.ts";

/** What the senders of a phase do. */
export interface SendingOptions {
  /** Where to. */
  readonly server: ServerFacts;
  /** Table to write to. */
  readonly tableName: string;
  /** Where every row is written down. */
  readonly books: Books;
  /** Numbers in [0, 1). */
  readonly random: () => number;
  /** Aborts when it is enough. */
  readonly enough: AbortSignal;
  /** Told how many rows were reported failed, and why. */
  readonly onFailure: (rowCount: number, reason: string) => void;
}

const PROTOCOLS: readonly Protocol[] = ["grpc", "grpc-web", "connect"];
/** For each protocol. */
const SENDERS = 5;
const PIPES = 2;
const MOST_ROWS = 400;
/** Longest rest of a sender between batches: what keeps the run's memory in bounds. */
const MOST_REST_MS = 40;
/** Rest of a sender whose batch failed. */
const COMFORT_MS = 200;

/** Sends until it is enough; resolves when everything has been reported and closed. */
export async function send(options: SendingOptions): Promise<void> {
  await Promise.all(PROTOCOLS.map((protocol) => sendOver(protocol, options)));
}

async function sendOver(protocol: Protocol, options: SendingOptions): Promise<void> {
  const { server, tableName, books, enough } = options;
  const wrapper = await createWrapper({
    endpoint: server.url,
    unityCatalogUrl: server.unityCatalogUrl,
    clientId: server.clientId,
    clientSecret: server.clientSecret,
    tableName,
    protocol,
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
    for (const row of result.successfulRows) books.report(from + row, true);
    for (const { row } of result.failedRows) books.report(from + row, false);
    if (result.failedCount === 0) return;
    options.onFailure(result.failedCount, String(result.error ?? result.failedRows[0]!.error));
    noteHandedBack(wrapper, books);
  };
  await Promise.all([
    ...Array.from({ length: SENDERS }, () => sendOneByOne(wrapper, settle, options)),
    ...Array.from({ length: PIPES }, () => pipe(wrapper, settle, options)),
  ]);
  if (!enough.aborted) throw new Error("the senders stopped too early");
  // What it reports has been reported by the batches already.
  await wrapper.shutdown().catch(() => {});
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
    await rest(result.failedCount > 0 ? COMFORT_MS : options.random() * MOST_REST_MS);
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
      if (result.failedCount > 0) comfortMs = COMFORT_MS;
    },
  }));
}

function nextBatch({ books, random }: SendingOptions): { from: number; batch: Table } {
  const rowCount = 1 + Math.floor(random() * MOST_ROWS);
  const from = books.open(rowCount);
  const n = Int32Array.from({ length: rowCount }, (_, row) => from + row);
  return { from, batch: tableFromArrays({ n }) };
}

function noteHandedBack(wrapper: ZerobusWrapper, books: Books): void {
  for (const batch of wrapper.unacknowledged() as RecordBatch[]) {
    for (const row of batch.getChild("n")!) books.handBack(row as number);
  }
}

function rest(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
