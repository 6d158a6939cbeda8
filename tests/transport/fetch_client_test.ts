/**
 * The client over fetch, with a fetch that does what the test says.
 *
 * @module
 */
import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { fetchClient } from "../../src/transport/fetch_client.ts";
import type { HttpResponse } from "../../src/transport/http_client.ts";
import { test } from "../harness/mod.ts";

/** What fetch was called with. */
interface Call {
  readonly url: unknown;
  readonly init: RequestInit & { readonly duplex?: string };
  readonly body: ReadableStream<Uint8Array>;
}

/** A request whose body logs how it is used. */
function exchange(chunks: readonly Uint8Array[] = []) {
  const log: string[] = [];
  const controller = new AbortController();
  const rest = [...chunks];
  const body: AsyncIterable<Uint8Array> = {
    [Symbol.asyncIterator]: () => ({
      next(): Promise<IteratorResult<Uint8Array>> {
        log.push("next");
        const value = rest.shift();
        return Promise.resolve(
          value === undefined ? { done: true, value: undefined } : { done: false, value },
        );
      },
      return(): Promise<IteratorResult<Uint8Array>> {
        log.push("return");
        return Promise.resolve({ done: true, value: undefined });
      },
    }),
  };
  const header = new Headers({ a: "1" });
  const { signal } = controller;
  /** Sends the request to a fetch that answers at once. */
  async function send(response = new Response(null)): Promise<[Call, HttpResponse]> {
    const calls: Call[] = [];
    const client = fetchClient((url, init = {}) => {
      calls.push({ url, init, body: init.body as ReadableStream<Uint8Array> });
      return Promise.resolve(response);
    });
    const answer = await client({
      url: "https://z.example/x",
      method: "POST",
      header,
      body,
      signal,
    });
    return [calls[0] as Call, answer];
  }
  return { send, log, header, controller };
}

test("a request streams in both directions and is not redirected", async () => {
  const { send, header, controller } = exchange();
  const [{ url, init }] = await send();
  assertEquals(url, "https://z.example/x");
  assertEquals([init.method, init.duplex, init.redirect === "follow"], ["POST", "half", false]);
  assertStrictEquals(init.headers, header);
  assertStrictEquals(init.signal, controller.signal);
});

test("the body is asked for a chunk only when the wire wants one", async () => {
  const chunks = [new Uint8Array([1]), new Uint8Array([2])];
  const { send, log } = exchange(chunks);
  const [{ body }] = await send();
  assertEquals(log, []);
  const reader = body.getReader();
  assertStrictEquals((await reader.read()).value, chunks[0]);
  assertEquals(log, ["next"]);
  assertStrictEquals((await reader.read()).value, chunks[1]);
  assertEquals((await reader.read()).done, true);
  assertEquals(log, ["next", "next", "next"]);
});

test("a wire that wants no more tells the body", async () => {
  const { send, log } = exchange([new Uint8Array([1])]);
  const [{ body }] = await send();
  await body.cancel();
  assertEquals(log, ["return"]);
});

test("aborting breaks the body off", async () => {
  const { send, controller } = exchange([new Uint8Array([1])]);
  const [{ body }] = await send();
  const reason = new Error("enough");
  controller.abort(reason);
  assertStrictEquals(await assertRejects(() => body.getReader().read()), reason);
});

test("the response is what fetch answered", async () => {
  const response = new Response("hello", { status: 418, headers: { b: "2" } });
  const [, answer] = await exchange().send(response);
  assertEquals([answer.status, answer.header.get("b")], [418, "2"]);
  let text = "";
  for await (const chunk of answer.body) text += new TextDecoder().decode(chunk);
  assertEquals(text, "hello");
  assertEquals([...answer.trailer], []);
});

test("a response without a body is an empty one", async () => {
  const [, answer] = await exchange().send(new Response(null, { status: 204 }));
  assertEquals(await answer.body[Symbol.asyncIterator]().next(), { done: true, value: undefined });
});

test("leaving the response cancels it, without waiting for that", async () => {
  let cancelled = false;
  const never = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(1)),
    cancel() {
      cancelled = true;
      return new Promise(() => {});
    },
  });
  const [, answer] = await exchange().send(new Response(never));
  for await (const chunk of answer.body) {
    assertEquals(chunk.length, 1);
    break;
  }
  assertEquals(cancelled, true);
});

test("what fetch rejects with is passed on", async () => {
  const reason = new TypeError("no network");
  const client = fetchClient(() => Promise.reject(reason));
  const body = (async function* (): AsyncGenerator<Uint8Array> {})();
  const { signal } = new AbortController();
  const request = { url: "https://z.example", method: "POST", header: new Headers(), body, signal };
  assertStrictEquals(await assertRejects(() => client(request)), reason);
});
