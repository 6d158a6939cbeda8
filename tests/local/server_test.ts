import { createConnection } from "node:net";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { ConfigurationError } from "../../src/core/errors.ts";
import {
  type LocalZerobus,
  type LocalZerobusOptions,
  startLocalZerobus,
} from "../../src/local/mod.ts";
import { test } from "../harness/mod.ts";
import {
  authorization,
  batch,
  createStream,
  openStream,
  single,
  statusOf,
  TABLE,
  WIRES,
} from "./client.ts";
import { READING, reading } from "./reading.ts";

const STREAM_PATH = "/databricks.zerobus.Zerobus/EphemeralStream";

for (const wire of WIRES) {
  test(`${wire.name}: closing the server ends open streams with UNAVAILABLE`, async () => {
    await using local = await startLocalZerobus();
    const stream = openStream(local, { wire });
    stream.send(createStream(READING));
    await stream.receive();
    stream.send(single(0, reading(1)));
    await stream.receive();
    const [error] = await Promise.all([stream.outcome(), local.close()]);
    assertEquals(statusOf(error), "UNAVAILABLE");
    assertEquals(local.tables.get(TABLE)!.rowCount, 1);
    await assertRejects(() => fetch(local.url));
  });

  test(`${wire.name}: a client that goes away leaves its rows and nothing else`, async () => {
    await using local = await startLocalZerobus();
    const stream = openStream(local, { wire });
    stream.send(createStream(READING));
    await stream.receive();
    stream.send(single(0, reading(1)));
    await local.tables.get(TABLE)!.waitForRows(1);
    stream.abort();
    assertEquals(statusOf(await stream.outcome()), "CANCELED");
    // The server goes on.
    const next = openStream(local, { wire });
    next.send(createStream(READING));
    assertEquals((await next.receive()).case, "createStreamResponse");
    next.abort();
  });

  test(`${wire.name}: streams side by side, each with its own table and offsets`, async () => {
    await using local = await startLocalZerobus();
    const names = Array.from({ length: 8 }, (_, index) => `main.iot.table_${index}`);
    await Promise.all(names.map(async (tableName, index) => {
      const stream = openStream(local, { wire, tableName });
      stream.send(createStream(READING, tableName));
      await stream.receive();
      for (let offset = 0; offset <= index; offset++) {
        stream.send(batch(offset, [reading(offset), reading(index)]));
      }
      let acknowledged = -1n;
      while (acknowledged < BigInt(index)) {
        const response = await stream.receive();
        assert(response.case === "ingestRecordResponse");
        assert(response.value.durabilityAckUpToOffset > acknowledged);
        acknowledged = response.value.durabilityAckUpToOffset;
      }
      stream.end();
      assertEquals(statusOf(await stream.outcome()), "OK");
    }));
    assertEquals(names.map((name) => local.tables.get(name)!.rowCount), [
      2,
      4,
      6,
      8,
      10,
      12,
      14,
      16,
    ]);
    assertEquals(local.stats.streams, 8);
  });

  test(`${wire.name}: large requests, more than flow control lets through at once`, async () => {
    await using local = await startLocalZerobus({ maxRowsKept: 1 });
    const record = reading(1, "x".repeat(10_000_000));
    const stream = openStream(local, { wire });
    stream.send(createStream(READING));
    await stream.receive();
    const count = 5;
    for (let offset = 0; offset < count; offset++) stream.send(single(offset, record));
    stream.end();
    assertEquals(statusOf(await stream.outcome()), "OK");
    const table = local.tables.get(TABLE)!;
    assertEquals(table.byteCount, count * record.length);
    const [kept] = table.records();
    assertEquals(kept!.length, record.length);
    assert(kept!.every((byte, at) => byte === record[at]));
  });
}

const FETCHED: [
  name: string,
  path: string,
  init: RequestInit,
  status: number,
  message: string,
][] = [
  ["an unknown path", "/", {}, 404, "nothing at /"],
  ["GET on the stream", STREAM_PATH, {}, 405, "use POST"],
  ["JSON on the stream", STREAM_PATH, { method: "POST", body: "{}" }, 415, "content type"],
  [
    "gRPC over HTTP/1.1",
    STREAM_PATH,
    { method: "POST", body: "", headers: { "content-type": "application/grpc" } },
    505,
    "gRPC needs HTTP/2",
  ],
];

for (const [name, path, init, status, message] of FETCHED) {
  test(`plain HTTP: ${name} gets ${status}`, async () => {
    await using local = await startLocalZerobus();
    const response = await fetch(local.url + path, init);
    assertEquals(response.status, status);
    assertStringIncludes((await response.json()).message, message);
  });
}

/** Posts a body and returns the text of the whole answer, gRPC-Web trailers included. */
async function post(local: LocalZerobus, path: string, body: BodyInit): Promise<string> {
  const response = await fetch(local.url + path, {
    method: "POST",
    headers: {
      "content-type": "application/grpc-web+proto",
      ...authorization(local.issueToken(TABLE), TABLE),
    },
    body,
  });
  return decodeURIComponent(await response.text());
}

const BODIES: [name: string, body: number[], message: string][] = [
  ["no message at all", [], "grpc-status: 0"],
  ["a prefix cut short", [0, 0], "ended in the middle"],
  ["a message cut short", [0, 0, 0, 0, 9, 1], "ended in the middle"],
  ["a compressed message", [1, 0, 0, 0, 1, 0], "a message is compressed, and no header says how"],
  ["unknown flags", [2, 0, 0, 0, 1, 0], "unknown flags 2"],
  ["a message that is none", [0, 0, 0, 0, 1, 0xff], "does not parse"],
  ["an announced 4 GiB", [0, 0xff, 0xff, 0xff, 0xff], "4294967295 bytes, the limit is 10485760"],
];

for (const [name, body, message] of BODIES) {
  test(`body: ${name}`, async () => {
    await using local = await startLocalZerobus();
    assertStringIncludes(await post(local, STREAM_PATH, Uint8Array.from(body)), message);
  });
}

test("another method of the service is UNIMPLEMENTED", async () => {
  await using local = await startLocalZerobus();
  const answer = await post(local, "/databricks.zerobus.Zerobus/PersistentStream", "");
  assertStringIncludes(answer, "grpc-status: 12");
});

/** Writes raw bytes to the port; ends with what comes back, as text. */
async function* sendRaw(local: LocalZerobus, text: string): AsyncGenerator<string> {
  const { hostname, port } = new URL(local.url);
  const socket = createConnection(Number(port), hostname);
  socket.write(text, "latin1");
  try {
    for await (const chunk of socket) yield String(chunk);
  } finally {
    socket.destroy();
  }
}

const REQUEST_HEAD = `POST ${STREAM_PATH} HTTP/1.1\r\nhost: x\r\n` +
  "content-type: application/grpc-web+proto\r\n";

test("headers come before the first message", async () => {
  await using local = await startLocalZerobus({ auth: { required: false } });
  const answer = sendRaw(local, `${REQUEST_HEAD}transfer-encoding: chunked\r\n\r\n`);
  let head = "";
  while (!head.includes("\r\n\r\n")) head += (await answer.next()).value;
  await answer.return(undefined);
  assertStringIncludes(head, "HTTP/1.1 200 ");
  assertStringIncludes(head.toLowerCase(), "content-type: application/grpc-web+proto");
});

const GARBAGE: Record<string, string> = {
  "nothing": "",
  "one byte of the HTTP/2 preface": "P",
  "the HTTP/2 preface and garbage":
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\xff\xff\xff\xff\xff\xff\xff\xff\xff",
  "half of the HTTP/2 preface, then garbage": "PRI * HTTP/1.1\r\n\r\n",
  "no HTTP at all": "\x16\x03\x01\x00\xff\r\n\r\n",
  "a chunked body that is none": `${REQUEST_HEAD}transfer-encoding: chunked\r\n\r\nzz\r\n\r\n`,
  "a body that never comes": `${REQUEST_HEAD}content-length: 100\r\n\r\n`,
};

for (const [name, text] of Object.entries(GARBAGE)) {
  test(`garbage on the port: ${name}`, async () => {
    await using local = await startLocalZerobus();
    const answer = sendRaw(local, text);
    const answered = answer.next().catch(() => undefined);
    const stream = openStream(local);
    stream.send(createStream(READING));
    assertEquals((await stream.receive()).case, "createStreamResponse");
    stream.abort();
    await local.close();
    await answered;
    await answer.return(undefined);
  });
}

test("closing is idempotent, also when idle connections are open", async () => {
  const local = await startLocalZerobus();
  await (await fetch(local.url)).body?.cancel();
  await Promise.all([local.close(), local.close()]);
  await local.close();
  await local[Symbol.asyncDispose]();
});

test("a signal closes the server", async () => {
  const controller = new AbortController();
  const local = await startLocalZerobus({ signal: controller.signal });
  controller.abort();
  await local.close();
  await assertRejects(() => fetch(local.url));
  await assertRejects(() => startLocalZerobus({ signal: controller.signal }), DOMException);
});

test("the same port can be used again at once, but not twice", async () => {
  const first = await startLocalZerobus();
  const port = Number(new URL(first.url).port);
  await assertRejects(() => startLocalZerobus({ port }), Error, "EADDRINUSE");
  await first.close();
  await using second = await startLocalZerobus({ port });
  assertEquals(second.url, first.url);
});

const BAD_OPTIONS: [options: Record<string, unknown>, field: string][] = [
  [{ ports: 1 }, "options.ports"],
  [{ port: 65_536 }, "port"],
  [{ hostname: "" }, "hostname"],
  [{ tls: { cert: "", key: "k" } }, "tls.cert"],
  [{ tls: { cert: "c" } }, "tls.key"],
  [{ auth: { clientId: 1 } }, "auth.clientId"],
  [{ auth: { clientSecret: "" } }, "auth.clientSecret"],
  [{ auth: { tokenLifetimeMs: 0 } }, "auth.tokenLifetimeMs"],
  [{ auth: { required: 1 } }, "auth.required"],
  [{ tables: ["a.b.c", "a.b"] }, "tables[1].name"],
  [{ tables: [{ name: "a.b.c", maxRowsKept: -1 }] }, "tables[0].maxRowsKept"],
  [{ maxRowsKept: 0.5 }, "maxRowsKept"],
  [{ maxRequestBytes: 0 }, "maxRequestBytes"],
];

for (const [options, field] of BAD_OPTIONS) {
  test(`options: ${JSON.stringify(options)} is refused`, async () => {
    const error = await assertRejects(
      () => startLocalZerobus(options as LocalZerobusOptions),
      ConfigurationError,
    );
    assertEquals(error.details.field, field);
  });
}
