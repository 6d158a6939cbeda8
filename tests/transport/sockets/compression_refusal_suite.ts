/**
 * Servers that do not take compressed messages.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import { test } from "../../harness/mod.ts";
import { counting } from "./counting.ts";
import { COMPRESSION_HEADERS } from "./exchange.ts";
import type { Script } from "./peer.ts";
import { nextBatch, pattern } from "./sending_suite.ts";
import { allMessages, errorOf, type Subject, withPeer } from "./subject.ts";

const GZIP = { compression: "gzip" } as const;

/** Registers the tests. */
export function compressionRefusalSuite(subject: Subject): void {
  const { name, protocol } = subject;
  const { encoding, accepted } = COMPRESSION_HEADERS[protocol];

  const refusals: Record<string, Script> = {
    "UNIMPLEMENTED with a list": (exchange) => {
      exchange.headWith({ [accepted]: "identity, br" });
      return Promise.resolve(exchange.end({ status: "UNIMPLEMENTED" }));
    },
    "UNIMPLEMENTED": async (exchange) => {
      await exchange.nextEnvelope();
      exchange.end({ status: "UNIMPLEMENTED" });
    },
    "HTTP 415": (exchange) => exchange.answer(415, {}),
  };
  if (protocol !== "connect") {
    refusals["UNIMPLEMENTED in the head"] = (exchange) =>
      Promise.resolve(exchange.refuse({ status: "UNIMPLEMENTED" }, { [accepted]: "identity" }));
  }
  for (const [how, refuse] of Object.entries(refusals)) {
    test(`${name}, compressed: ${how} is answered with a plain stream, and remembered`, async () => {
      const seen: (string | undefined)[] = [];
      await withPeer(subject, async (exchange) => {
        seen.push(exchange.headers[encoding]);
        if (exchange.headers[encoding] !== undefined) return await refuse(exchange);
        await exchange.accept();
        await exchange.serve();
      }, async ({ open }) => {
        for (let stream = 0; stream < 2; stream++) {
          const connection = await open();
          await connection.send({ offset: 0, records: pattern(100_000) });
          connection.end();
          assertEquals((await allMessages(connection)).messages.length, 1);
        }
      }, GZIP);
      assertEquals(seen, ["gzip", undefined, undefined]);
    });
  }

  test(`${name}, compressed: what is refused without compression, too, is not blamed on it`, async () => {
    const seen: (string | undefined)[] = [];
    await withPeer(subject, (exchange) => {
      seen.push(exchange.headers[encoding]);
      return Promise.resolve(exchange.end({ status: "UNIMPLEMENTED", message: "no such method" }));
    }, async ({ open }) => {
      for (let attempt = 0; attempt < 2; attempt++) {
        const error = await errorOf(open());
        assertEquals([error.details.status, error.retryable], ["UNIMPLEMENTED", false]);
        assertMatch(error.message, /no such method/);
      }
    }, GZIP);
    assertEquals(seen, ["gzip", undefined, "gzip", undefined]);
  });

  test(`${name}, compressed: other refusals are not tried again`, async () => {
    for (const status of ["INVALID_ARGUMENT", "NOT_FOUND", "UNAVAILABLE"] as const) {
      await withPeer(subject, (exchange) => Promise.resolve(exchange.end({ status })), async (
        { open, peer },
      ) => {
        assertEquals((await errorOf(open())).details.status, status);
        assertEquals(peer.connections, 1);
      }, GZIP);
    }
  });

  test(`${name}, compressed: a list without gzip on an open stream is heeded at once`, async () => {
    const flags: number[] = [];
    await withPeer(subject, async (exchange) => {
      exchange.headWith({ [accepted]: "identity" });
      const counted = counting(exchange, flags);
      await counted.accept();
      while (await nextBatch(counted) !== undefined);
      exchange.end({ status: "OK" });
    }, async ({ open }) => {
      const connection = await open();
      await connection.send({ offset: 0, records: pattern(50_000) });
      connection.end();
      assertEquals(await allMessages(connection), { messages: [] });
    }, GZIP);
    assertEquals(flags, [1, 0]);
  });

  test(`${name}, compressed: UNIMPLEMENTED on an open stream is a reason to come back plain`, async () => {
    const seen: (string | undefined)[] = [];
    await withPeer(subject, async (exchange) => {
      seen.push(exchange.headers[encoding]);
      await exchange.accept();
      await exchange.nextEnvelope();
      exchange.end({ status: "UNIMPLEMENTED", message: "no decompressor" });
    }, async ({ open }) => {
      for (
        const [errorName, retryable] of [["ConnectionError", true], ["TransmissionError", false]]
      ) {
        const connection = await open();
        await connection.send({ offset: 0, records: pattern(50_000) });
        const { error } = await allMessages(connection);
        const got = await errorOf(Promise.reject(error));
        assertEquals([got.name, got.retryable], [errorName, retryable]);
      }
    }, GZIP);
    assertEquals(seen, ["gzip", undefined]);
  });
}
