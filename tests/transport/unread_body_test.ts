/**
 * A client of HTTP that takes no more of the body, while the answer stays open.
 */
import { assertEquals, assertRejects } from "@std/assert";
import { create, toBinary } from "@bufbuild/protobuf";
import { ConnectionError } from "../../src/core/errors.ts";
import { EphemeralStreamResponseSchema } from "../../src/gen/zerobus_pb.ts";
import { grpcWebTransport } from "../../src/transport/grpc_web_transport.ts";
import type { HttpClient } from "../../src/transport/http_client.ts";
import { test } from "../harness/mod.ts";

/** The frame of gRPC-Web that accepts a stream. */
function accepting(streamId: string): Uint8Array {
  const message = toBinary(
    EphemeralStreamResponseSchema,
    create(EphemeralStreamResponseSchema, {
      payload: { case: "createStreamResponse", value: { streamId } },
    }),
  );
  return Uint8Array.of(0, 0, 0, 0, message.length, ...message);
}

/** Accepts the stream, takes one chunk of the body, and then neither reads nor ends. */
const forgetful: HttpClient = async ({ body, signal }) => {
  const chunks = body[Symbol.asyncIterator]();
  await chunks.next();
  return {
    status: 200,
    header: new Headers({ "content-type": "application/grpc-web+proto" }),
    trailer: new Headers(),
    body: (async function* () {
      yield accepting("stream-1");
      await chunks.return?.();
      await new Promise((_, reject) =>
        signal.addEventListener("abort", () => reject(signal.reason), { once: true })
      );
    })(),
  };
};

test("a stream whose body nobody reads any more fails, and can be tried again", async () => {
  const transport = grpcWebTransport({ endpoint: "https://example.com", httpClient: forgetful });
  const connection = await transport.open({
    tableName: "a.b.c",
    format: { kind: "protobuf", descriptor: Uint8Array.of(0x0a, 1, 0x61) },
    headers: new Headers(),
    signal: new AbortController().signal,
  });
  assertEquals(connection.streamId, "stream-1");
  const error = await assertRejects(
    async () => {
      for await (const message of connection.messages) assertEquals(message, undefined);
    },
    ConnectionError,
    "example.com stopped reading the stream",
  );
  assertEquals([error.retryable, error.details.status], [true, "UNAVAILABLE"]);
});
