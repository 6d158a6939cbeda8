/**
 * Requests on an open stream.
 *
 * @module
 */
import { fromBinary } from "@bufbuild/protobuf";
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { deferred } from "../../../src/core/async.ts";
import { systemClock } from "../../../src/core/clock.ts";
import type { Connection, ServerMessage } from "../../../src/core/transport.ts";
import { ProtoEncodedRecordBatchSchema } from "../../../src/gen/zerobus_pb.ts";
import { test } from "../../harness/mod.ts";
import type { Exchange } from "./exchange.ts";
import { allMessages, errorOf, reasonOf, type Subject, withPeer } from "./subject.ts";

const MEGABYTE = 1024 * 1024;
/** Sizes around those at which lengths take one byte more. */
const SIZES = [0, 1, 100, 127, 128, 300, 16_383, 16_384, 70_000, 2_097_152, 12 * MEGABYTE];

/** Bytes that differ from place to place. */
export function pattern(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at++) bytes[at] = at * 31 + (at >> 8);
  return bytes;
}

/** Whether the bytes are those of the pattern. */
export function isPattern(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] !== ((at * 31 + (at >> 8)) & 0xff)) return false;
  }
  return true;
}

/** Offset and records of the next request. */
export async function nextBatch(exchange: Exchange): Promise<[bigint, Uint8Array] | undefined> {
  const message = await exchange.next();
  if (message === undefined) return undefined;
  assert(message.payload.case === "ingestRecordBatch");
  const { offsetId, batch } = message.payload.value;
  assert(batch.case === "protoEncodedBatch");
  return [offsetId, batch.value];
}

/** Sends requests of a megabyte one after the other. */
export async function sendMegabytes(connection: Connection, count: number): Promise<void> {
  const records = new Uint8Array(MEGABYTE);
  for (let offset = 0; offset < count; offset++) await connection.send({ offset, records });
}

/** Registers the tests. */
export function sendingSuite(subject: Subject): void {
  const { name } = subject;

  test(`${name}: requests arrive in order and intact, whatever their size`, async () => {
    const sent = SIZES.map(pattern);
    const acknowledged: ServerMessage[] = [];
    await withPeer(subject, async (exchange) => {
      await exchange.accept();
      for (let at = 0; at < SIZES.length; at++) {
        const batch = await nextBatch(exchange);
        assertEquals([batch?.[0], batch?.[1].length], [BigInt(at), SIZES[at]]);
        assert(isPattern(batch?.[1] as Uint8Array), `request ${at}`);
        await exchange.acknowledge(at);
      }
      assertEquals(await exchange.next(), undefined);
      exchange.end({ status: "OK" });
    }, async ({ open }) => {
      const connection = await open();
      for (const [offset, records] of sent.entries()) await connection.send({ offset, records });
      connection.end();
      acknowledged.push(...(await allMessages(connection)).messages);
    });
    assertEquals(acknowledged.length, SIZES.length);
    assertEquals(sent.map(({ length }) => length), SIZES, "a buffer was taken away");
    assert(sent.every(isPattern), "a buffer was written to");
  });

  test(`${name}: the batch field is the service's message`, async () => {
    const records = new Uint8Array([10, 2, 7, 8, 10, 0, 10, 1, 9]);
    await withPeer(subject, async (exchange) => {
      await exchange.accept();
      const [, bytes] = await nextBatch(exchange) ?? [];
      const batch = fromBinary(ProtoEncodedRecordBatchSchema, bytes as Uint8Array);
      assertEquals(batch.records.map((record) => [...record]), [[7, 8], [], [9]]);
      await exchange.serve();
    }, async ({ open }) => {
      const connection = await open();
      await connection.send({ offset: 2 ** 40 + 1, records });
      connection.end();
      assertEquals(await allMessages(connection), { messages: [] });
    });
  });

  test(`${name}: concurrent senders are served in their order`, async () => {
    const offsets: bigint[] = [];
    await withPeer(subject, async (exchange) => {
      await exchange.accept();
      for (let batch; (batch = await nextBatch(exchange)) !== undefined;) offsets.push(batch[0]);
      exchange.end({ status: "OK" });
    }, async ({ open }) => {
      const connection = await open();
      const records = pattern(1_000);
      await Promise.all(
        Array.from({ length: 100 }, (_, offset) => connection.send({ offset, records })),
      );
      connection.end();
      assertEquals(await allMessages(connection), { messages: [] });
    });
    assertEquals(offsets, Array.from({ length: 100 }, (_, offset) => BigInt(offset)));
  });

  test(`${name}: a server that does not read makes send wait`, async () => {
    const read = deferred();
    await withPeer(subject, async (exchange) => {
      await exchange.accept();
      await read.promise;
      await exchange.serve();
    }, async ({ open }) => {
      const connection = await open();
      const sent = sendMegabytes(connection, 1_000).then(() => "sent", (reason) => reason);
      // Without back-pressure all of it would be taken within a fraction of this time.
      assertEquals(await Promise.race([sent, systemClock.sleep(500)]), undefined);
      read.resolve();
      for await (const message of connection.messages) {
        if (message.kind === "acknowledgement" && message.upTo === 50) break;
      }
      connection.abort("enough");
      assertEquals(await sent, "enough");
    });
  });

  test(`${name}: a status that comes while sending is what send rejects with`, async () => {
    await withPeer(subject, async (exchange) => {
      await exchange.accept();
      await exchange.next();
      exchange.end({ status: "INVALID_ARGUMENT", message: "bad record" });
    }, async ({ open }) => {
      const connection = await open();
      const error = await errorOf(sendMegabytes(connection, 1_000));
      assertEquals([error.name, error.details.status], ["TransmissionError", "INVALID_ARGUMENT"]);
      assertStrictEquals((await allMessages(connection)).error, error);
      assertStrictEquals(
        await reasonOf(connection.send({ offset: 9, records: pattern(1) })),
        error,
      );
    });
  });

  test(`${name}: a reset while sending is what send rejects with`, async () => {
    await withPeer(subject, async (exchange) => {
      await exchange.accept();
      await exchange.next();
      exchange.reset();
    }, async ({ open }) => {
      const connection = await open();
      const error = await errorOf(sendMegabytes(connection, 1_000));
      assertEquals([error.name, error.retryable], ["ConnectionError", true]);
      assertStrictEquals((await allMessages(connection)).error, error);
    });
  });

  test(`${name}: after the end nothing more is sent, and answers still come`, async () => {
    await withPeer(subject, async (exchange) => {
      await exchange.accept();
      while (await exchange.next() !== undefined);
      await exchange.acknowledge(0);
      exchange.end({ status: "OK" });
    }, async ({ open }) => {
      const connection = await open();
      await connection.send({ offset: 0, records: pattern(10) });
      connection.end();
      connection.end();
      const late = connection.send({ offset: 1, records: pattern(10) });
      assertEquals((await errorOf(late)).code, "closed");
      assertEquals((await allMessages(connection)).messages, [
        { kind: "acknowledgement", upTo: 0 },
      ]);
    });
  });

  test(`${name}: abort ends everything at once, with its reason`, async () => {
    const reason = new Error("changed my mind");
    const left = deferred();
    for (const how of ["abort", "signal"]) {
      await withPeer(subject, async (exchange) => {
        await exchange.accept();
        await exchange.acknowledge(5);
        await exchange.gone();
        left.resolve();
      }, async ({ open }) => {
        const controller = new AbortController();
        const connection = await open({ signal: controller.signal });
        const sent = reasonOf(sendMegabytes(connection, 1_000));
        const heard = allMessages(connection);
        if (how === "abort") connection.abort(reason);
        else controller.abort(reason);
        connection.abort(new Error("once is enough"));
        assertStrictEquals(await sent, reason);
        assertStrictEquals((await heard).error, reason);
        const late = connection.send({ offset: 0, records: pattern(1) });
        assertStrictEquals(await reasonOf(late), reason);
        await left.promise;
      });
    }
  });

  test(`${name}: closing the transport ends its streams`, async () => {
    await withPeer(subject, async (exchange) => {
      await exchange.accept();
      await exchange.gone();
    }, async ({ transport, open }) => {
      const connections = [await open(), await open()];
      const heard = connections.map(allMessages);
      await transport.close();
      for (const { error } of await Promise.all(heard)) {
        assertEquals((await errorOf(Promise.reject(error))).code, "closed");
      }
    });
  });

  test(`${name}: streams do not disturb each other`, async () => {
    await withPeer(subject, async (exchange) => {
      await exchange.accept(exchange.headers["x-name"]);
      await exchange.serve();
    }, async ({ open, peer }) => {
      const streams = await Promise.all(
        ["a", "b", "c"].map((id) => open({ headers: new Headers({ "x-name": id }) })),
      );
      assertEquals(streams.map(({ streamId }) => streamId), ["a", "b", "c"]);
      assertEquals(peer.connections, 3);
      streams[0]?.abort();
      for (const stream of streams.slice(1)) {
        const heard = allMessages(stream);
        await sendMegabytes(stream, 5);
        stream.end();
        assertEquals((await heard).messages.length, 5);
      }
    });
  });
}
