/**
 * What the server says on an open stream, and how it ends it.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import { BinaryWriter } from "@bufbuild/protobuf/wire";
import { test } from "../../harness/mod.ts";
import { concatenated, envelope, replyFrame } from "./envelopes.ts";
import type { Exchange } from "./exchange.ts";
import { allMessages, errorOf, type Subject, withPeer } from "./subject.ts";

const acknowledgement = (upTo: bigint) =>
  replyFrame({ case: "ingestRecordResponse", value: { durabilityAckUpToOffset: upTo } });

/** Field 15, which this client does not know: in place of a payload, and beside one. */
const UNKNOWN = new BinaryWriter().tag(15, 2).string("later").finish();
const ACKNOWLEDGEMENT_WITH_UNKNOWN = new BinaryWriter()
  .tag(2, 2).fork().tag(1, 0).int64(7).tag(99, 2).string("later").join()
  .tag(15, 0).uint32(1)
  .finish();

const DURATIONS: readonly [{ seconds: bigint; nanos?: number } | undefined, ms: number][] = [
  [undefined, 0],
  [{ seconds: 0n }, 0],
  [{ seconds: -5n, nanos: -1 }, 0],
  [{ seconds: 1n, nanos: 500_000_000 }, 1_500],
  [{ seconds: 60n }, 60_000],
  [{ seconds: 315_576_000_000n }, 2 ** 31 - 1],
];

/** Bytes that break the contract. */
const BROKEN: readonly [string, Uint8Array, says: RegExp][] = [
  ["no offset", replyFrame({ case: "ingestRecordResponse", value: {} }), /without an offset/],
  ["an offset beyond 2^53", acknowledgement(2n ** 53n), /beyond any offset/],
  ["no message", envelope(new Uint8Array([0xff, 0xff])), /no EphemeralStreamResponse/],
  ["an unasked compression", envelope(new Uint8Array([1, 2, 3]), 0x01), /compressed/],
  [
    "a second name",
    replyFrame({ case: "createStreamResponse", value: { streamId: "again" } }),
    /named the stream twice/,
  ],
];

/** Registers the tests. */
export function messagesSuite(subject: Subject): void {
  const { name } = subject;

  /**
   * What a client gets of bytes, and of whatever the script does after them. They go out when the
   * client is known to have the stream.
   */
  async function received(
    bytes: readonly Uint8Array[],
    then: (exchange: Exchange) => void = (exchange) => exchange.end({ status: "OK" }),
    maxResponseBytes?: number,
  ) {
    let result: Awaited<ReturnType<typeof allMessages>> = { messages: [] };
    await withPeer(subject, async (exchange) => {
      await exchange.accept();
      await exchange.next();
      for (const chunk of bytes) await exchange.write(chunk);
      then(exchange);
    }, async ({ open }) => {
      const connection = await open();
      await connection.send({ offset: 0, records: new Uint8Array([10, 0]) });
      result = await allMessages(connection);
    }, maxResponseBytes === undefined ? {} : { maxResponseBytes });
    return result;
  }

  test(`${name}: acknowledgements and close signals arrive in order`, async () => {
    const frames = [
      acknowledgement(0n),
      acknowledgement(41n),
      ...DURATIONS.map(([duration]) =>
        replyFrame({
          case: "closeStreamSignal",
          value: duration === undefined ? {} : { duration },
        })
      ),
      acknowledgement(BigInt(Number.MAX_SAFE_INTEGER)),
    ];
    const expected = [
      { kind: "acknowledgement", upTo: 0 },
      { kind: "acknowledgement", upTo: 41 },
      ...DURATIONS.map(([, durationMs]) => ({ kind: "close", durationMs })),
      { kind: "acknowledgement", upTo: Number.MAX_SAFE_INTEGER },
    ];
    assertEquals(await received(frames), { messages: expected } as unknown);
    assertEquals(await received([concatenated(frames)]), { messages: expected } as unknown);
    const single = concatenated(frames);
    const bytes = Array.from(single, (_, at) => single.subarray(at, at + 1));
    assertEquals(await received(bytes), { messages: expected } as unknown);
  });

  test(`${name}: many acknowledgements wait for a slow reader`, async () => {
    const frames = Array.from({ length: 5_000 }, (_, offset) => acknowledgement(BigInt(offset)));
    const { messages, error } = await received([concatenated(frames)]);
    assertEquals(error, undefined);
    assertEquals(
      messages.map((message) => message.kind === "acknowledgement" ? message.upTo : -1),
      frames.map((_, offset) => offset),
    );
  });

  test(`${name}: what the client does not know is passed over`, async () => {
    assertEquals(
      await received([envelope(UNKNOWN), envelope(ACKNOWLEDGEMENT_WITH_UNKNOWN)]),
      { messages: [{ kind: "acknowledgement", upTo: 7 }] },
    );
  });

  for (const [what, bytes, says] of BROKEN) {
    test(`${name}: a message with ${what} breaks the protocol`, async () => {
      const { messages, error } = await received([acknowledgement(3n), bytes]);
      assertEquals(messages, [{ kind: "acknowledgement", upTo: 3 }]);
      const got = await errorOf(Promise.reject(error));
      assertEquals([got.name, got.retryable], ["ConnectionError", true]);
      assertEquals(got.details.status, "INTERNAL");
      assertMatch(got.message, says);
    });
  }

  test(`${name}: a message beyond maxResponseBytes ends the stream`, async () => {
    const big = new BinaryWriter().tag(15, 2).bytes(new Uint8Array(5_000)).finish();
    assertEquals(await received([envelope(big)]), { messages: [] });
    const { error } = await received([envelope(big)], undefined, 1_000);
    const got = await errorOf(Promise.reject(error));
    assertEquals(got.name, "ConnectionError");
    assertMatch(got.message, /message size 500\d is larger than configured readMaxBytes 1000/);
  });

  test(`${name}: after a status come the messages before it, then its error`, async () => {
    const message = "offset 3 after 1. Error Code: 4002, Error State: 1";
    const { messages, error } = await received(
      [acknowledgement(1n)],
      (exchange) => exchange.end({ status: "INVALID_ARGUMENT", message }),
    );
    assertEquals(messages, [{ kind: "acknowledgement", upTo: 1 }]);
    const got = await errorOf(Promise.reject(error));
    assertEquals([got.name, got.retryable], ["TransmissionError", false]);
    assertEquals(got.details, { status: "INVALID_ARGUMENT", serviceCode: 4002 });
  });

  test(`${name}: a status that ends an open stream is a retryable error or not`, async () => {
    const { error } = await received(
      [],
      (exchange) => exchange.end({ status: "UNAVAILABLE", message: "too old" }),
    );
    const got = await errorOf(Promise.reject(error));
    assertEquals([got.name, got.retryable], ["ConnectionError", true]);
    assertEquals(got.message, "the stream ended (UNAVAILABLE): too old");
  });

  test(`${name}: an open stream that ends without a status is a broken one`, async () => {
    const { error } = await received([], (exchange) => exchange.endWithoutStatus());
    const got = await errorOf(Promise.reject(error));
    assertEquals([got.name, got.retryable], ["ConnectionError", true]);
  });

  test(`${name}: an end within an envelope is a broken stream`, async () => {
    const { messages, error } = await received(
      [acknowledgement(2n), acknowledgement(3n).subarray(0, 7)],
      (exchange) => exchange.endWithoutStatus(),
    );
    assertEquals(messages, [{ kind: "acknowledgement", upTo: 2 }]);
    const got = await errorOf(Promise.reject(error));
    assertEquals([got.name, got.retryable], ["ConnectionError", true], got.message);
  });

  test(`${name}: a reset is a lost connection`, async () => {
    const { error } = await received([], (exchange) => exchange.reset());
    const got = await errorOf(Promise.reject(error));
    assertEquals([got.name, got.retryable], ["ConnectionError", true]);
    assertMatch(got.message, /the connection to https?:\S+ was lost/);
  });

  test(`${name}: a stream that the server ended takes no requests`, async () => {
    await withPeer(subject, async (exchange) => {
      await exchange.accept();
      exchange.end({ status: "OK" });
    }, async ({ open }) => {
      const connection = await open();
      assertEquals(await allMessages(connection), { messages: [] });
      const sent = connection.send({ offset: 0, records: new Uint8Array(10) });
      const error = await errorOf(sent);
      assertEquals([error.name, error.retryable, error.details.status], [
        "ConnectionError",
        true,
        "OK",
      ]);
      connection.end();
      connection.abort();
    });
  });
}
