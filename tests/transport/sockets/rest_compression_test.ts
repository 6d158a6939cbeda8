/**
 * Compressed bodies over REST, and what servers make of them.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import { test } from "../../harness/mod.ts";
import type { Exchange } from "./exchange.ts";
import { JSON_TYPE, records, withConnection } from "./rest_stage.ts";
import { allMessages, errorOf } from "./subject.ts";

const GZIP = { compression: "gzip" } as const;
const BIG = { text: "much of the same ".repeat(1_000) };
const SMALL = { text: "little" };

/** What a server has seen of a request. */
type Seen = readonly [encoding: string | undefined, isSmaller: boolean];

async function seenIn(exchange: Exchange): Promise<Seen> {
  const size = Number(exchange.headers["content-length"]);
  const text = await exchange.text();
  return [exchange.headers["content-encoding"], size < text.length];
}

const refusal = (exchange: Exchange, status: number) =>
  exchange.answer(status, JSON_TYPE, '{"error_code":"MALFORMED_REQUEST","message":"bad bytes"}');

test("REST, compressed: large bodies are gzip, small ones are as they are", async () => {
  const seen: Seen[] = [];
  await withConnection(async (exchange) => {
    seen.push(await seenIn(exchange));
    await exchange.answer(200, JSON_TYPE, "{}");
  }, async (connection) => {
    for (const [offset, row] of [BIG, SMALL, BIG].entries()) {
      await connection.send({ offset, records: records(row) });
    }
    connection.end();
    assertEquals((await allMessages(connection)).messages.length, 3);
  }, GZIP);
  assertEquals(seen, [["gzip", true], [undefined, false], ["gzip", true]]);
});

for (const status of [415, 400, 422, 501]) {
  test(`REST, compressed: HTTP ${status} to the first one is answered with a plain one, for good`, async () => {
    const seen: Seen[] = [];
    await withConnection(async (exchange) => {
      const [encoding] = seen[seen.push(await seenIn(exchange)) - 1]!;
      if (encoding === "gzip") await refusal(exchange, status);
      else await exchange.answer(200, JSON_TYPE, "{}");
    }, async (connection) => {
      await connection.send({ offset: 0, records: records(BIG) });
      await connection.send({ offset: 1, records: records(BIG) });
      connection.end();
      assertEquals((await allMessages(connection)).messages.length, 2);
    }, GZIP);
    assertEquals(seen, [["gzip", true], [undefined, false], [undefined, false]]);
  });
}

test("REST, compressed: records that are refused either way are no matter of compression", async () => {
  const seen: Seen[] = [];
  await withConnection(async (exchange) => {
    seen.push(await seenIn(exchange));
    await refusal(exchange, 400);
  }, async (connection) => {
    const error = await errorOf(connection.send({ offset: 0, records: records(BIG) }));
    assertEquals([error.name, error.details.status], ["TransmissionError", "INVALID_ARGUMENT"]);
    assertMatch(error.message, /bad bytes/);
  }, GZIP);
  assertEquals(seen, [["gzip", true], [undefined, false]]);
});

test("REST, compressed: a server that took one has other reasons to refuse the next", async () => {
  const seen: Seen[] = [];
  await withConnection(async (exchange) => {
    if (seen.push(await seenIn(exchange)) > 1) await refusal(exchange, 400);
    else await exchange.answer(200, JSON_TYPE, "{}");
  }, async (connection) => {
    await connection.send({ offset: 0, records: records(BIG) });
    const error = await errorOf(connection.send({ offset: 1, records: records(BIG) }));
    assertEquals(error.name, "TransmissionError");
  }, GZIP);
  assertEquals(seen, [["gzip", true], ["gzip", true]]);
});
