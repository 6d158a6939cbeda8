/**
 * An ingest stream with everything around it in the test's hands.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import type { RetryBounds } from "../../src/core/backoff.ts";
import {
  AuthenticationError,
  ConnectionError,
  TransmissionError,
  type ZerobusError,
} from "../../src/core/errors.ts";
import type { HeadersRequest } from "../../src/core/headers_provider.ts";
import { DEFAULT_RETRYABLE_STATUSES } from "../../src/core/status.ts";
import type { OutgoingRequest } from "../../src/core/transport.ts";
import { IngestStream } from "../../src/ingest/ingest_stream.ts";
import type { IngestLimits, IngestStreamOptions } from "../../src/ingest/options.ts";
import type { RequestPayload } from "../../src/ingest/payload.ts";
import { FakeClock, settle } from "./fake_clock.ts";
import { type MemoryConnection, MemoryTransport } from "./memory_transport.ts";

/** What a test wants different; everything else is the default below. */
export interface StageOptions
  extends Partial<Omit<IngestStreamOptions, "limits" | "retry" | "transport" | "clock">> {
  readonly limits?: Partial<IngestLimits>;
  readonly retry?: Partial<RetryBounds>;
}

/** One event of the observer: the hook's name and what it was given. */
export type ObservedEvent = readonly [hook: string, event: unknown];

/** The stream and its surroundings. */
export interface Stage {
  readonly clock: FakeClock;
  readonly transport: MemoryTransport;
  readonly stream: IngestStream;
  /** What the headers provider was asked. */
  readonly asked: HeadersRequest[];
  /** What the observer was told. */
  readonly events: ObservedEvent[];
  /** Ingests the numbered requests and lets things settle. */
  ingest(...ids: number[]): Promise<void>;
}

/** Sets the stage; the headers are `authorization: token-1`, `token-2`, and so on. */
export function stage(options: StageOptions = {}): Stage {
  const clock = new FakeClock();
  const transport = new MemoryTransport();
  const asked: HeadersRequest[] = [];
  const events: ObservedEvent[] = [];
  const hook = (name: string) => (event: unknown) => void events.push([name, event]);
  const stream = new IngestStream({
    tableName: "main.iot.readings",
    format: { kind: "protobuf", descriptor: Uint8Array.of(1, 2, 3) },
    headersProvider: (request) => {
      asked.push(request);
      return { authorization: `token-${asked.length}` };
    },
    recovery: true,
    retryableStatuses: DEFAULT_RETRYABLE_STATUSES,
    observer: {
      connecting: hook("connecting"),
      connected: hook("connected"),
      acknowledged: hook("acknowledged"),
      retrying: hook("retrying"),
      paused: hook("paused"),
      failed: hook("failed"),
    },
    ...options,
    transport,
    clock,
    retry: { maxAttempts: 5, baseDelayMs: 100, maxDelayMs: 30_000, ...options.retry },
    limits: {
      maxInflightRequests: 100,
      maxInflightBytes: 10_000,
      maxRequestBytes: 1_000_000,
      connectTimeoutMs: 15_000,
      ackTimeoutMs: 60_000,
      flushTimeoutMs: 300_000,
      pauseMaxMs: undefined,
      drainTimeoutMs: 500,
      idleTimeoutMs: Infinity,
      ...options.limits,
    },
  });
  const ingest = async (...ids: number[]) => {
    for (const id of ids) await stream.ingest(payload(id));
    await settle();
  };
  return { clock, transport, stream, asked, events, ingest };
}

/** A request of one record that carries a number. */
export function payload(id: number, size = 4): RequestPayload {
  const bytes = new Uint8Array(size);
  new DataView(bytes.buffer).setUint32(0, id);
  return { bytes, rowCount: 1 };
}

/** The number that a request carries. */
export function idOf(records: Uint8Array): number {
  return new DataView(records.buffer, records.byteOffset).getUint32(0);
}

/** The numbers of what arrived on a connection. */
export function received(connection: MemoryConnection): number[] {
  return connection.requests.map((request: OutgoingRequest) => idOf(request.records));
}

/** The numbers of what is not acknowledged. */
export function unacknowledged(stream: IngestStream): number[] {
  return stream.unacknowledged().map(({ records }) => idOf(records.bytes));
}

/** What a promise has come to by now. */
export async function outcomeOf<T>(
  promise: Promise<T>,
): Promise<{ status: "pending" } | PromiseSettledResult<T>> {
  const settled = Promise.allSettled([promise]).then(([outcome]) => outcome!);
  return await Promise.race([settled, settle().then(() => ({ status: "pending" as const }))]);
}

/** A promise whose rejection the test will look at later; until then it is nobody's alarm. */
export function held<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

/** Asserts that promises have not settled. */
export async function assertPending(...promises: Promise<unknown>[]): Promise<void> {
  for (const promise of promises) assertEquals((await outcomeOf(promise)).status, "pending");
}

/** Closes the stream, whatever is still in it, and asserts that nothing is left running. */
export async function strike({ stream, clock, transport }: Stage): Promise<void> {
  stream.abort();
  await settle();
  assertEquals(clock.timers, 0, "timers left");
  assertEquals(transport.connections.filter(({ dropped }) => !dropped).length, 0, "left open");
}

/** A failure that passes. */
export function unavailable(details: ZerobusError["details"] = {}): ConnectionError {
  return new ConnectionError("unavailable", { details: { status: "UNAVAILABLE", ...details } });
}

/** A failure that does not pass. */
export function invalid(): TransmissionError {
  return new TransmissionError("invalid", { details: { status: "INVALID_ARGUMENT" } });
}

/** Refused credentials. */
export function unauthenticated(): AuthenticationError {
  return new AuthenticationError("refused", { details: { status: "UNAUTHENTICATED" } });
}
