/**
 * Compressed messages, in both directions.
 *
 * @module
 */
import { gzipSync } from "node:zlib";
import { assert, assertEquals, assertLess, assertMatch } from "@std/assert";
import { deferred } from "../../../src/core/async.ts";
import { systemClock } from "../../../src/core/clock.ts";
import { test, testUnless } from "../../harness/mod.ts";
import { counting } from "./counting.ts";
import { endingBytes } from "./endings.ts";
import { concatenated, envelope, replyBytes } from "./envelopes.ts";
import { COMPRESSION_HEADERS } from "./exchange.ts";
import type { Fields } from "./lines.ts";
import { isPattern, nextBatch, pattern, sendMegabytes } from "./sending_suite.ts";
import { allMessages, errorOf, reasonOf, type Subject, withPeer } from "./subject.ts";

const GZIP = { compression: "gzip" } as const;
const SIZES = [0, 1, 900, 1_100, 70_000, 3_000_000];

const acknowledgement = (upTo: bigint) =>
  replyBytes({ case: "ingestRecordResponse", value: { durabilityAckUpToOffset: upTo } });
const created = replyBytes({ case: "createStreamResponse", value: { streamId: "one" } });
const compressed = (bytes: Uint8Array, flags = 0) => envelope(gzipSync(bytes), flags | 1);

/** Answers that cannot be read, with the fields that come before them. */
const BROKEN: readonly [string, Fields, Uint8Array, says: RegExp, status?: string][] = [
  [
    "compressed without a word on how",
    {},
    compressed(acknowledgement(4n)),
    /compressed message without a word on how/,
  ],
  [
    "compressed by the name of identity",
    { encoding: "identity" },
    compressed(acknowledgement(4n)),
    /compressed message without a word on how/,
  ],
  [
    "compressed in a way that was not offered",
    { encoding: "br" },
    compressed(acknowledgement(4n)),
    /compressed with "br", which was not offered/,
  ],
  [
    "damaged",
    { encoding: "gzip" },
    envelope(gzipSync(acknowledgement(4n)).subarray(3), 1),
    /compressed message, \d+ bytes, that is no gzip/,
  ],
  [
    "a bomb",
    { encoding: "gzip" },
    compressed(new Uint8Array(5_000_000)),
    /compressed message of more than 100000 bytes \(maxResponseBytes\)/,
    "RESOURCE_EXHAUSTED",
  ],
  [
    "compressed without content",
    { encoding: "gzip" },
    compressed(new Uint8Array([0xff, 0xff])),
    /no EphemeralStreamResponse/,
  ],
];

/** Registers the tests. */
export function compressionSuite(subject: Subject): void {
  const { name, protocol } = subject;
  const { encoding, accepted } = COMPRESSION_HEADERS[protocol];
  const fieldsOf = ({ encoding: value }: Fields): Fields =>
    value === undefined ? {} : { [encoding]: value };

  test(`${name}, compressed: requests arrive in order and intact, whatever their size`, async () => {
    const flags: number[] = [];
    const sent = SIZES.map(pattern);
    await withPeer(subject, async (exchange) => {
      assertEquals([exchange.headers[encoding], exchange.headers[accepted]], ["gzip", "gzip"]);
      const counted = counting(exchange, flags);
      await counted.accept();
      for (let at = 0; at < SIZES.length; at++) {
        const [offset, records] = await nextBatch(counted) ?? [];
        assertEquals([offset, records?.length], [BigInt(at), SIZES[at]]);
        assert(isPattern(records!), `request ${at}`);
        await exchange.acknowledge(at);
      }
      assertEquals(await exchange.next(), undefined);
      exchange.end({ status: "OK" });
    }, async ({ open }) => {
      const connection = await open();
      await Promise.all(sent.map((records, offset) => connection.send({ offset, records })));
      connection.end();
      assertEquals((await allMessages(connection)).messages.length, SIZES.length);
    }, GZIP);
    // What opens the stream always is; after it nothing below 1,024 bytes.
    assertEquals(flags, [1, 0, 0, 0, 1, 1, 1]);
    assert(sent.every(isPattern), "a buffer was written to");
  });

  test(`${name}, compressed: what would grow is sent as it is`, async () => {
    const flags: number[] = [];
    const noise = crypto.getRandomValues(new Uint8Array(50_000));
    await withPeer(subject, async (exchange) => {
      const counted = counting(exchange, flags);
      await counted.accept();
      for (let batch; (batch = await nextBatch(counted)) !== undefined;) {
        assertEquals(batch[1], noise);
      }
      exchange.end({ status: "OK" });
    }, async ({ open }) => {
      const connection = await open();
      for (let offset = 0; offset < 3; offset++) await connection.send({ offset, records: noise });
      connection.end();
      assertEquals(await allMessages(connection), { messages: [] });
    }, GZIP);
    assertEquals(flags, [1, 0, 0, 0]);
  });

  test(`${name}, compressed: buffers of a request are one message`, async () => {
    const buffers = [pattern(5), pattern(40_000), new Uint8Array(0), pattern(17)];
    let message: Uint8Array | undefined;
    await withPeer(subject, async (exchange) => {
      exchange.headWith({ [encoding]: "gzip" });
      await exchange.nextEnvelope();
      const ready = new TextEncoder().encode('{"ack_up_to_offset":-1,"ack_up_to_records":0}');
      await exchange.write(envelope(concatenated([Uint8Array.of(10, ready.length), ready])));
      const { flags, bytes } = (await exchange.nextEnvelope())!;
      assertEquals(flags, 1);
      message = new Uint8Array(
        await new Response(
          new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(
            new DecompressionStream("gzip"),
          ),
        ).arrayBuffer(),
      );
      exchange.end({ status: "OK" });
    }, async ({ open }) => {
      const connection = await open({ format: { kind: "arrow", schema: pattern(9) } });
      const byteLength = buffers.reduce((sum, { length }) => sum + length, 0);
      await connection.send({ offset: 0, records: pattern(30), body: { buffers, byteLength } });
      connection.end();
      assertEquals(await allMessages(connection), { messages: [] });
    }, GZIP);
    const body = concatenated(buffers);
    assertEquals(message?.subarray(-body.length), body);
  });

  const noWait = "Deno" in globalThis && subject.tls && protocol !== "grpc"
    ? "a TLS server on Deno takes everything, whether its sockets are paused or not"
    : undefined;
  testUnless(
    noWait,
    `${name}, compressed: a server that does not read makes send wait`,
    async () => {
      const read = deferred();
      await withPeer(subject, async (exchange) => {
        await exchange.accept();
        await read.promise;
        await exchange.serve();
      }, async ({ open }) => {
        const connection = await open();
        // It shrinks by a tenth only, so that the buffers on its way are soon full.
        const noise = crypto.getRandomValues(new Uint8Array(65_536));
        const records = concatenated([...Array<Uint8Array>(9).fill(noise), new Uint8Array(65_536)]
          .map((part, at) => part.map((byte) => byte ^ at)));
        let taken = 0;
        const sending = (async () => {
          for (; taken < 500; taken++) await connection.send({ offset: taken, records });
        })();
        const sent = sending.then(() => "sent", (reason) => reason);
        let before = -1;
        while (before !== taken) {
          before = taken;
          await systemClock.sleep(300);
        }
        assertLess(before, 500, "all of it was taken though nobody reads");
        read.resolve();
        for await (const message of connection.messages) {
          if (message.kind === "acknowledgement" && message.upTo === before + 1) break;
        }
        connection.abort("enough");
        assertEquals(await sent, "enough");
      }, GZIP);
    },
  );

  test(`${name}, compressed: abort ends what is being compressed`, async () => {
    const reason = new Error("changed my mind");
    await withPeer(subject, async (exchange) => {
      await exchange.accept();
      await exchange.gone();
    }, async ({ open }) => {
      const connection = await open();
      const sent = reasonOf(sendMegabytes(connection, 1_000));
      const others = [1, 2, 3].map((offset) =>
        reasonOf(connection.send({ offset, records: pattern(9_000_000) }))
      );
      await systemClock.sleep(5);
      connection.abort(reason);
      assertEquals(await Promise.all([sent, ...others]), [reason, reason, reason, reason]);
      assertEquals((await allMessages(connection)).error, reason);
    }, GZIP);
  });

  test(`${name}, compressed: answers are decompressed, the last word included`, async () => {
    for (const split of [false, true]) {
      await withPeer(subject, async (exchange) => {
        await exchange.next();
        exchange.headWith({ [encoding]: "gzip" });
        const frames = concatenated([
          compressed(created),
          compressed(acknowledgement(0n)),
          envelope(acknowledgement(1n)),
          envelope(new Uint8Array(0), 1), // nothing, and not even packed
          compressed(acknowledgement(2n)),
        ]);
        if (!split) await exchange.write(frames);
        else for (const byte of frames) await exchange.write(Uint8Array.of(byte));
        if (protocol === "grpc") return exchange.end({ status: "UNAVAILABLE", message: "bye" });
        const last = endingBytes(protocol, { status: "UNAVAILABLE", message: "bye" });
        await exchange.write(compressed(last.subarray(5), last[0]));
        exchange.endWithoutStatus();
      }, async ({ open }) => {
        const connection = await open();
        assertEquals(connection.streamId, "one");
        const { messages, error } = await allMessages(connection);
        assertEquals(messages, [0, 1, 2].map((upTo) => ({ kind: "acknowledgement", upTo })));
        assertEquals(
          (await errorOf(Promise.reject(error))).message,
          "the stream ended (UNAVAILABLE): bye",
        );
      }, GZIP);
    }
  });

  for (const [what, fields, bytes, says, status = "INTERNAL"] of BROKEN) {
    test(`${name}, compressed: an answer that is ${what} breaks the stream`, async () => {
      await withPeer(subject, async (exchange) => {
        exchange.headWith(fieldsOf(fields));
        await exchange.accept();
        await exchange.write(bytes);
        await exchange.gone();
      }, async ({ open }) => {
        const { messages, error } = await allMessages(await open());
        const got = await errorOf(Promise.reject(error));
        assertEquals([messages, got.name, got.retryable], [[], "ConnectionError", true]);
        assertEquals(got.details.status, status);
        assertMatch(got.message, says);
      }, { ...GZIP, maxResponseBytes: 100_000 });
    });
  }

  test(`${name}: a client that compresses nothing announces nothing, and takes nothing`, async () => {
    await withPeer(subject, async (exchange) => {
      assertEquals([exchange.headers[encoding], exchange.headers[accepted]], [
        undefined,
        undefined,
      ]);
      exchange.headWith({ [encoding]: "gzip" });
      await exchange.accept();
      await exchange.write(compressed(acknowledgement(0n)));
      await exchange.gone();
    }, async ({ open }) => {
      const { error } = await allMessages(await open());
      assertMatch((await errorOf(Promise.reject(error))).message, /"gzip", which was not offered/);
    });
  });
}
