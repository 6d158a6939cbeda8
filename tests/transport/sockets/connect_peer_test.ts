/**
 * gRPC with compression against a server that others wrote: Connect's.
 *
 * @module
 */
import { createServer, type ServerHttp2Session } from "node:http2";
import type { AddressInfo } from "node:net";
import { compressionGzip, connectNodeAdapter } from "@connectrpc/connect-node";
import { assert, assertEquals } from "@std/assert";
import { Zerobus } from "../../../src/gen/zerobus_pb.ts";
import { grpcTransport } from "../../../src/runtime/grpc/grpc_transport.ts";
import { test } from "../../harness/mod.ts";
import { isPattern, pattern } from "./sending_suite.ts";
import { allMessages, openRequest } from "./subject.ts";

/** Runs a server that acknowledges what it gets. */
async function withServer(
  takesGzip: boolean,
  onRecords: (records: Uint8Array) => void,
  run: (url: string) => Promise<void>,
): Promise<string[]> {
  const encodings: string[] = [];
  const handler = connectNodeAdapter({
    acceptCompression: takesGzip ? [compressionGzip] : [],
    compressMinBytes: 1,
    routes: (router) =>
      router.service(Zerobus, {
        async *ephemeralStream(requests, { requestHeader }) {
          encodings.push(requestHeader.get("grpc-encoding") ?? "none");
          for await (const { payload } of requests) {
            if (payload.case === "createStream") {
              yield { payload: { case: "createStreamResponse", value: { streamId: "other" } } };
            } else {
              assert(payload.case === "ingestRecordBatch");
              const { offsetId, batch } = payload.value;
              assert(batch.case === "protoEncodedBatch");
              onRecords(batch.value);
              const value = { durabilityAckUpToOffset: offsetId };
              yield { payload: { case: "ingestRecordResponse", value } };
            }
          }
        },
      }),
  });
  const server = createServer(handler);
  const sessions = new Set<ServerHttp2Session>();
  server.on("session", (session) => sessions.add(session));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await run(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    for (const session of sessions) session.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
  return encodings;
}

for (const takesGzip of [true, false]) {
  test(`Connect's gRPC server that ${takesGzip ? "takes" : "refuses"} gzip gets everything`, async () => {
    const sizes = [10, 5_000, 300_000];
    const landed: Uint8Array[] = [];
    const encodings = await withServer(
      takesGzip,
      (bytes) => landed.push(bytes),
      async (endpoint) => {
        const transport = grpcTransport({ endpoint, compression: "gzip" });
        for (let stream = 0; stream < 2; stream++) {
          const connection = await transport.open(openRequest());
          assertEquals(connection.streamId, "other");
          for (const [offset, size] of sizes.entries()) {
            await connection.send({ offset, records: pattern(size) });
          }
          connection.end();
          const { messages, error } = await allMessages(connection);
          assertEquals([messages.length, error], [sizes.length, undefined]);
        }
        await transport.close();
      },
    );
    assertEquals(landed.map(({ length }) => length), [...sizes, ...sizes]);
    assert(landed.every(isPattern));
    assertEquals(encodings, takesGzip ? ["gzip", "gzip"] : ["gzip", "none", "none"]);
  });
}
