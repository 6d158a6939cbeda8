/**
 * `fetch` over sockets of our own, against a server that misbehaves.
 *
 * @module
 */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { socketFetch } from "../../src/runtime/sockets/socket_fetch.ts";
import { test } from "../harness/mod.ts";

/** A server that answers as it is told, and knows who is connected. */
async function startServer(answer: (response: ServerResponse) => void) {
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    request.resume();
    answer(response);
  });
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket)).on("error", () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    /** Waits until nobody is connected; the test's own limit bounds it. */
    async left(): Promise<void> {
      while (sockets.size > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

const send = socketFetch({});
const INIT = { method: "POST", body: "x" };

/** A head, some of the body, and then nothing. */
function stall(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/plain" });
  response.write("some");
}

/** Lets go of what nobody holds, where an engine can be asked to. */
async function collectGarbage(): Promise<void> {
  for (let round = 0; round < 3; round++) {
    try {
      setFlagsFromString("--expose-gc");
      runInNewContext("gc")();
    } catch {
      // Not V8, or not to be asked: the test is a little weaker there.
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

test("socket fetch: an answer is read to its end, and the connection goes", async () => {
  await using server = await startServer((response) => response.end("all of it"));
  const response = await send(server.url, INIT);
  assertEquals([response.status, await response.text()], [200, "all of it"]);
  await server.left();
});

for (const status of [204, 205, 304]) {
  test(`socket fetch: ${status} is an answer without a body`, async () => {
    await using server = await startServer((response) => response.writeHead(status).end());
    const response = await send(server.url, { ...INIT, redirect: "manual" });
    assertEquals([response.status, await response.text()], [status, ""]);
    await server.left();
  });
}

test("socket fetch: redirects are refused, or shown to whoever wants to see them", async () => {
  await using server = await startServer((response) =>
    response.writeHead(302, { location: "http://127.0.0.1:9/" }).end("elsewhere")
  );
  const error = await assertRejects(() => send(server.url, { ...INIT, redirect: "error" }));
  assertMatch(String(error), /refused a redirect \(HTTP 302\)/);
  await server.left();
  const response = await send(server.url, { ...INIT, redirect: "manual" });
  assertEquals([response.status, await response.text()], [302, "elsewhere"]);
  await server.left();
});

test("socket fetch: who does not want the rest is not sent it", async () => {
  await using server = await startServer(stall);
  const { body } = await send(server.url, INIT);
  const reader = body!.getReader();
  await reader.read();
  await reader.cancel();
  await server.left();
});

test("socket fetch: an abort ends a body that does not come, garbage collected or not", async () => {
  await using server = await startServer(stall);
  const abort = new AbortController();
  const { body } = await send(server.url, { ...INIT, signal: abort.signal });
  const reader = body!.getReader();
  await reader.read();
  await collectGarbage();
  const reading = assertRejects(() => reader.read());
  abort.abort(new Error("enough"));
  await reading;
  await server.left();
});

test("socket fetch: an abort ends the wait for an answer, with its reason", async () => {
  await using server = await startServer(() => {});
  const abort = new AbortController();
  const sending = assertRejects(
    () => send(server.url, { ...INIT, signal: abort.signal }),
    Error,
    "enough",
  );
  setTimeout(() => abort.abort(new Error("enough")), 20);
  await sending;
  await server.left();
  await assertRejects(() => send(server.url, { ...INIT, signal: abort.signal }), Error, "enough");
});
