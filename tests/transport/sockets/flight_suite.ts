/**
 * Arrow Flight: streams of record batches, whose acknowledgements count records.
 *
 * @module
 */
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { assert, assertEquals, assertLess, assertMatch, assertStrictEquals } from "@std/assert";
import { deferred } from "../../../src/core/async.ts";
import { systemClock } from "../../../src/core/clock.ts";
import type { Connection, OutgoingRequest } from "../../../src/core/transport.ts";
import { type FlightData, FlightDataSchema, PutResultSchema } from "../../../src/gen/flight_pb.ts";
import { test, testUnless } from "../../harness/mod.ts";
import { concatenated, envelope } from "./envelopes.ts";
import type { Exchange } from "./exchange.ts";
import type { Script } from "./peer.ts";
import { isPattern, pattern } from "./sending_suite.ts";
import { allMessages, errorOf, reasonOf, type Subject, withPeer } from "./subject.ts";

const SCHEMA = pattern(300);
const FORMAT = { format: { kind: "arrow", schema: SCHEMA } } as const;
/** Sizes of the buffers of a request: around those that are brought together, and none at all. */
const BODIES = [[], [0], [1, 0, 7], [16_383, 16_384, 5, 70_000], [3_000_000, 8], [10_000_000]];

const bytesOf = (value: unknown) =>
  value instanceof Uint8Array
    ? value
    : new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value));

/** The envelope of a reply with this metadata: text as it is, anything else as JSON. */
function result(metadata: unknown): Uint8Array<ArrayBuffer> {
  const message = create(PutResultSchema, { appMetadata: bytesOf(metadata) });
  return envelope(toBinary(PutResultSchema, message));
}

const READY = result({ ack_up_to_offset: -1, ack_up_to_records: 0 });
const durable = (offset: number, records: number, more: object = {}) =>
  result({ ack_up_to_offset: offset, ack_up_to_records: records, ...more });

/** The next message of the client. */
async function nextData(exchange: Exchange): Promise<FlightData | undefined> {
  const next = await exchange.nextEnvelope();
  if (next === undefined) return undefined;
  assertEquals(next.flags, 0);
  return fromBinary(FlightDataSchema, next.bytes);
}

/** Reads the schema and says that the stream is ready. */
async function accept(exchange: Exchange): Promise<FlightData> {
  const first = await nextData(exchange);
  assert(first !== undefined, "no schema came first");
  await exchange.write(READY);
  return first;
}

/** Accepts a stream, and takes everything that comes: a record for each message. */
async function serve(exchange: Exchange): Promise<void> {
  await accept(exchange);
  for (let count = 1; await nextData(exchange) !== undefined; count++) {
    await exchange.write(durable(count - 1, count));
  }
  exchange.end({ status: "OK" });
}

function request(offset: number, sizes: readonly number[] = [1_000_000]): OutgoingRequest {
  const buffers = sizes.map(pattern);
  const byteLength = sizes.reduce((sum, size) => sum + size, 0);
  return { offset, records: pattern(180), body: { buffers, byteLength } };
}

async function sendMany(connection: Connection): Promise<void> {
  for (let offset = 0; offset < 1_000; offset++) await connection.send(request(offset));
}

/** What does not say that a stream is ready. */
const NOT_READY: readonly [string, Script][] = [
  ["records that nobody sent", (exchange) => exchange.write(durable(-1, 3))],
  ["an offset that nobody sent", (exchange) => exchange.write(durable(0, 0))],
  ["an end", (exchange) => exchange.write(durable(-1, 0, { close_stream_duration_ms: 5 }))],
  ["half of it", (exchange) => exchange.write(result({ ack_up_to_offset: -1 }))],
  ["no JSON", (exchange) => exchange.write(result("ready"))],
  ["null", (exchange) => exchange.write(result("null"))],
  ["nothing", (exchange) => exchange.write(envelope(new Uint8Array(0)))],
  ["no message", (exchange) => exchange.write(envelope(Uint8Array.of(0xff, 0xff)))],
  ["an end without a status", (exchange) => Promise.resolve(exchange.endWithoutStatus())],
];

/** Acknowledgements that are none. */
const BROKEN: readonly [string, Uint8Array][] = [
  ["text that is no JSON", result("{")],
  ["bytes that are no text", result(Uint8Array.of(0x22, 0xff, 0x22))],
  ["no number of records", result({ ack_up_to_offset: 1 })],
  ["no offset", result({ ack_up_to_records: 1 })],
  ["fewer than no records", durable(1, -1)],
  ["half a record", durable(1, 1.5)],
  ["records in words", result({ ack_up_to_offset: 1, ack_up_to_records: "2" })],
  ["records beyond 2^53", result('{"ack_up_to_offset":1,"ack_up_to_records":9007199254740993}')],
  ["an end in words", durable(1, 1, { close_stream_duration_ms: "soon" })],
  ["a list", result("[1, 2]")],
  ["no message", envelope(Uint8Array.of(0x0a, 9, 1))],
];

/** Registers the tests. */
export function flightSuite(subject: Subject): void {
  const name = `${subject.name}, Flight`;

  test(`${name}: a stream opens with the given headers and the schema`, async () => {
    let seen: unknown;
    await withPeer(subject, async (exchange) => {
      const first = await accept(exchange);
      const { path, headers } = exchange;
      seen = [path, headers.authorization, headers["x-custom"], first.dataHeader];
      assertEquals([first.appMetadata.length, first.dataBody.length], [0, 0]);
      assertEquals(first.$unknown, undefined, "no descriptor, nor anything else");
      assertEquals(await nextData(exchange), undefined);
      exchange.end({ status: "OK" });
    }, async ({ open }) => {
      const headers = new Headers({ authorization: "Bearer secret", "x-custom": "7" });
      const connection = await open({ ...FORMAT, headers });
      assertEquals(connection.streamId, "");
      connection.end();
      assertEquals(await allMessages(connection), { messages: [] });
    });
    assertEquals(seen, [
      "/arrow.flight.protocol.FlightService/DoPut",
      "Bearer secret",
      "7",
      SCHEMA,
    ]);
  });

  test(`${name}: requests arrive in order and intact, whatever their buffers`, async () => {
    const requests = BODIES.map((sizes, offset) => request(offset, sizes));
    await withPeer(subject, async (exchange) => {
      await accept(exchange);
      for (const [offset, sizes] of BODIES.entries()) {
        const { dataHeader, appMetadata, dataBody } = (await nextData(exchange))!;
        assertEquals(JSON.parse(new TextDecoder().decode(appMetadata)), { offset_id: offset });
        assertEquals(dataHeader, pattern(180));
        let at = 0;
        for (const size of sizes) assert(isPattern(dataBody.subarray(at, at += size)));
        assertEquals(dataBody.length, at);
        await exchange.write(durable(offset, 10 * (offset + 1)));
      }
      assertEquals(await nextData(exchange), undefined);
      exchange.end({ status: "OK" });
    }, async ({ open }) => {
      const connection = await open(FORMAT);
      await Promise.all(requests.map((each) => connection.send(each)));
      connection.end();
      const messages = BODIES.map((_, at) => ({ kind: "durable_records", count: 10 * (at + 1) }));
      assertEquals(await allMessages(connection), { messages } as unknown);
    });
    for (const { body } of requests) assert(body!.buffers.every(isPattern), "it was written to");
  });

  test(`${name}: replies are read however they are cut`, async () => {
    const frames = concatenated([
      READY,
      durable(0, 12),
      durable(0, 12, { close_stream_duration_ms: null, later: { than: "this" } }),
      durable(1, 20, { close_stream_duration_ms: 1_500 }),
      durable(1, 20, { close_stream_duration_ms: -3 }),
      durable(2, 21, { close_stream_duration_ms: 1e15 }),
    ]);
    const rows = (count: number) => ({ kind: "durable_records", count });
    const close = (durationMs: number) => ({ kind: "close", durationMs });
    const messages = [
      rows(12),
      rows(12),
      rows(20),
      close(1_500),
      rows(20),
      close(0),
      rows(21),
      close(2 ** 31 - 1),
    ];
    for (const step of [frames.length, 7, 1]) {
      await withPeer(subject, async (exchange) => {
        await nextData(exchange);
        for (let at = 0; at < frames.length; at += step) {
          await exchange.write(frames.subarray(at, at + step));
        }
        exchange.end({ status: "OK" });
      }, async ({ open }) => {
        assertEquals(await allMessages(await open(FORMAT)), { messages } as unknown);
      });
    }
  });

  for (const [what, answer] of NOT_READY) {
    test(`${name}: ${what} in place of being ready is a broken protocol`, async () => {
      await withPeer(subject, async (exchange) => {
        await nextData(exchange);
        await answer(exchange);
      }, async ({ open }) => {
        const error = await errorOf(open(FORMAT));
        assertEquals([error.name, error.retryable], ["ConnectionError", true]);
        assertEquals(error.details.status, "INTERNAL");
        assertMatch(error.message, /broke the protocol/);
      });
    });
  }

  for (const [what, bytes] of BROKEN) {
    test(`${name}: an acknowledgement with ${what} breaks the protocol`, async () => {
      await withPeer(subject, async (exchange) => {
        await accept(exchange);
        await exchange.write(durable(0, 4));
        await exchange.write(bytes);
        await exchange.gone();
      }, async ({ open }) => {
        const { messages, error } = await allMessages(await open(FORMAT));
        assertEquals(messages, [{ kind: "durable_records", count: 4 }]);
        const got = await errorOf(Promise.reject(error));
        assertEquals([got.name, got.retryable], ["ConnectionError", true]);
        assertMatch(got.message, /broke the protocol/);
      });
    });
  }

  test(`${name}: refusals of a stream and ends of an open one are told apart`, async () => {
    for (const isOpen of [false, true]) {
      await withPeer(subject, async (exchange) => {
        if (isOpen) await accept(exchange);
        exchange.end({ status: "INVALID_ARGUMENT", message: "not these columns" });
      }, async ({ open }) => {
        const opening = open(FORMAT);
        const heard = isOpen ? allMessages(await opening).then(({ error }) => error) : undefined;
        const error = await errorOf(heard?.then((reason) => Promise.reject(reason)) ?? opening);
        assertEquals(error.name, isOpen ? "TransmissionError" : "ConnectionError");
        assertEquals([error.retryable, error.details.status], [false, "INVALID_ARGUMENT"]);
        assertMatch(error.message, /not these columns/);
      });
    }
  });

  const noWait = "Deno" in globalThis && subject.tls && subject.protocol !== "grpc"
    ? "a TLS server on Deno takes everything, whether its sockets are paused or not"
    : undefined;
  testUnless(noWait, `${name}: a server that does not read makes send wait`, async () => {
    const read = deferred();
    await withPeer(subject, async (exchange) => {
      await accept(exchange);
      await read.promise;
      await exchange.gone();
    }, async ({ open }) => {
      const connection = await open(FORMAT);
      let taken = 0;
      const sent = (async () => {
        for (; taken < 500; taken++) await connection.send(request(taken));
      })().catch((reason) => reason);
      let before = -1;
      while (before !== taken) {
        before = taken;
        await systemClock.sleep(200);
      }
      assertLess(before, 100, "it was taken though nobody reads");
      read.resolve();
      connection.abort("enough");
      assertEquals(await sent, "enough");
    });
  });

  const ends: readonly [string, (exchange: Exchange) => void, name: string][] = [
    [
      "a status",
      (exchange) => exchange.end({ status: "RESOURCE_EXHAUSTED" }),
      "RESOURCE_EXHAUSTED",
    ],
    ["a reset", (exchange) => exchange.reset(), ""],
    ["an end without a status", (exchange) => exchange.endWithoutStatus(), ""],
    ["half an envelope", (exchange) => {
      exchange.write(durable(0, 1).subarray(0, 9));
      exchange.endWithoutStatus();
    }, ""],
  ];
  for (const [what, end, status] of ends) {
    test(`${name}: ${what} in the middle of a request is what send rejects with`, async () => {
      await withPeer(subject, async (exchange) => {
        await accept(exchange);
        await nextData(exchange);
        end(exchange);
      }, async ({ open }) => {
        const connection = await open(FORMAT);
        const error = await errorOf(sendMany(connection));
        assertEquals([error.name, error.retryable], ["ConnectionError", true], error.message);
        if (status !== "") assertEquals(error.details.status, status);
        assertStrictEquals((await allMessages(connection)).error, error);
        assertStrictEquals(await reasonOf(connection.send(request(9))), error);
      });
    });
  }

  test(`${name}: after the end nothing more is sent, and answers still come`, async () => {
    await withPeer(subject, serve, async ({ open }) => {
      const connection = await open(FORMAT);
      for (let offset = 0; offset < 5; offset++) await connection.send(request(offset, [9]));
      connection.end();
      assertEquals((await errorOf(connection.send(request(5)))).code, "closed");
      const { messages, error } = await allMessages(connection);
      assertEquals([messages.length, error], [5, undefined]);
    });
  });
}
