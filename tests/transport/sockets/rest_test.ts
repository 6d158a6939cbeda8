/**
 * The REST transport against real sockets.
 *
 * @module
 */
import { assertEquals, assertStrictEquals, assertStringIncludes } from "@std/assert";
import { deferred } from "../../../src/core/async.ts";
import type { Connection } from "../../../src/core/transport.ts";
import { restTransport } from "../../../src/transport/rest_transport.ts";
import { test } from "../../harness/mod.ts";
import type { Exchange } from "./exchange.ts";
import { startPeer } from "./peer.ts";
import { JSON_TYPE, opening, records, TOKEN, withConnection } from "./rest_stage.ts";
import { allMessages, errorOf, reasonOf } from "./subject.ts";

const durable = async (exchange: Exchange) => {
  await exchange.text();
  await exchange.answer(200, JSON_TYPE, "{}");
};

test("REST: a request is a POST of an array to the table, with the headers it was given", async () => {
  const seen: unknown[] = [];
  await withConnection(async (exchange) => {
    const { "content-type": type, authorization, "user-agent": agent } = exchange.headers;
    const length = Number(exchange.headers["content-length"]);
    const body = await exchange.text();
    seen.push([exchange.path, type, authorization, JSON.parse(body)]);
    assertEquals(length, new TextEncoder().encode(body).length);
    assertStringIncludes(agent!, "zerobus-wrapper-ts/");
    await exchange.answer(200, JSON_TYPE, "{}");
  }, async (connection) => {
    await connection.send({ offset: 0, records: records({ n: 1 }, { n: "zwei €" }) });
    connection.end();
    assertEquals(await allMessages(connection), {
      messages: [{ kind: "acknowledgement", upTo: 0 }],
    });
  });
  assertEquals(seen, [[
    "/zerobus/v1/tables/main.iot.readings/insert",
    "application/json",
    `Bearer ${TOKEN}`,
    [{ n: 1 }, { n: "zwei €" }],
  ]]);
});

test("REST: requests go one after the other, and are acknowledged in order", async () => {
  let open = 0;
  const order: number[] = [];
  await withConnection(async (exchange) => {
    assertEquals(++open, 1);
    const [{ n }] = JSON.parse(await exchange.text());
    order.push(n);
    open--;
    await exchange.answer(200, JSON_TYPE, "{}");
  }, async (connection) => {
    const numbers = Array.from({ length: 20 }, (_, n) => n);
    await Promise.all(
      numbers.map((n) => connection.send({ offset: n, records: records({ n }) })),
    );
    connection.end();
    const { messages } = await allMessages(connection);
    assertEquals(messages, numbers.map((upTo) => ({ kind: "acknowledgement", upTo })));
    assertEquals(order, numbers);
  });
});

for (const [name, head] of [["before", false], ["in the middle of", true]] as const) {
  test(`REST: a connection that breaks ${name} the answer leaves open what was stored`, async () => {
    await withConnection(async (exchange) => {
      await exchange.text();
      if (head) {
        exchange.head(200, { ...JSON_TYPE, "content-length": "2" });
        await exchange.write(new TextEncoder().encode("{"));
      }
      exchange.reset();
    }, async (connection) => {
      const error = await errorOf(connection.send({ offset: 0, records: records({ n: 1 }) }));
      assertEquals([error.name, error.retryable], ["ConnectionError", true]);
      assertEquals(error.details.status, "UNAVAILABLE");
      assertStringIncludes(error.message, "may have been stored");
      assertEquals((await allMessages(connection)).messages, []);
    });
  });
}

const ENDINGS: Record<string, (connection: Connection, all: AllEndings) => unknown> = {
  "dropping the connection": (connection, { reason }) => connection.abort(reason),
  "the signal it was opened with": (_, { stop, reason }) => stop.abort(reason),
  "closing the transport": (_, { close }) => close(),
};

interface AllEndings {
  readonly reason: Error;
  readonly stop: AbortController;
  close(): Promise<void>;
}

for (const [name, end] of Object.entries(ENDINGS)) {
  test(`REST: ${name} cancels the request on its way, and those that wait`, async () => {
    const stop = new AbortController();
    const reason = new Error("enough");
    const arrived = deferred();
    const left = deferred();
    let requests = 0;
    await withConnection(async (exchange) => {
      requests++;
      await exchange.text();
      exchange.head(200, JSON_TYPE);
      arrived.resolve();
      await exchange.gone();
      left.resolve();
    }, async (connection, { close }) => {
      const sent = [0, 1].map((offset) => connection.send({ offset, records: records({ n: 1 }) }));
      const reasons = Promise.all(sent.map(reasonOf));
      await arrived.promise;
      await end(connection, { reason, stop, close });
      const [first, second] = await reasons;
      assertStrictEquals(first, second);
      if (name !== "closing the transport") assertStrictEquals(first, reason);
      await left.promise;
      assertEquals((await allMessages(connection)).messages, []);
      assertEquals(requests, 1);
    }, { request: opening({ signal: stop.signal }) });
  });
}

test("REST: after its end a connection takes no requests, and answers still count", async () => {
  const answer = deferred();
  await withConnection(async (exchange) => {
    await exchange.text();
    await answer.promise;
    await exchange.answer(200, JSON_TYPE, "{}");
  }, async (connection) => {
    const sent = connection.send({ offset: 0, records: records({ n: 1 }) });
    connection.end();
    const late = await errorOf(connection.send({ offset: 1, records: records({ n: 2 }) }));
    assertEquals(late.code, "closed");
    answer.resolve();
    await sent;
    const { messages, error } = await allMessages(connection);
    assertEquals([messages, error], [[{ kind: "acknowledgement", upTo: 0 }], undefined]);
  });
});

test("REST: nothing but JSON travels, and nothing is asked before there is a request", async () => {
  await using peer = await startPeer({ protocol: "connect" }, durable);
  const transport = restTransport({ endpoint: peer.url });
  const format = { kind: "protobuf", descriptor: new Uint8Array() } as const;
  const error = await errorOf(transport.open(opening({ format })));
  assertEquals([error.name, error.details.field], ["ConfigurationError", "recordFormat"]);
  const reason = new Error("no");
  const signal = AbortSignal.abort(reason);
  assertStrictEquals(await reasonOf(transport.open(opening({ signal }))), reason);
  const connection = await transport.open(opening());
  connection.abort();
  await transport.close();
  assertEquals((await errorOf(transport.open(opening()))).code, "closed");
  assertEquals(peer.connections, 0);
});

test("REST: an endpoint that nobody listens on is named", async () => {
  const peer = await startPeer({ protocol: "connect" }, durable);
  await peer[Symbol.asyncDispose]();
  const transport = restTransport({ endpoint: peer.url });
  const connection = await transport.open(opening());
  const error = await errorOf(connection.send({ offset: 0, records: records({ n: 1 }) }));
  assertEquals([error.retryable, error.details.status], [true, "UNAVAILABLE"]);
  assertStringIncludes(error.message, `cannot connect to ${peer.url}`);
  await transport.close();
});
