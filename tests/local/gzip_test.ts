import { gzipSync } from "node:zlib";
import { assert, assertEquals, assertStrictEquals, assertStringIncludes } from "@std/assert";
import { type GzipOptions, startLocalZerobus } from "../../src/local/mod.ts";
import { test } from "../harness/mod.ts";
import { envelope } from "../transport/sockets/envelopes.ts";
import {
  authorization,
  createStream,
  openStream,
  single,
  statusOf,
  TABLE,
  WIRES,
} from "./client.ts";
import { READING, reading } from "./reading.ts";

for (const wire of WIRES) {
  const uses: readonly [GzipOptions, compressed: number][] = [
    [{ accept: true }, 2],
    [{ accept: true, answer: true }, 2],
  ];
  for (const [gzip, compressed] of uses) {
    test(`${wire.name}: another client's gzip is understood with ${JSON.stringify(gzip)}`, async () => {
      await using local = await startLocalZerobus({ gzip });
      const stream = openStream(local, { wire, compresses: true });
      stream.send(createStream(READING));
      const created = await stream.receive();
      assertStrictEquals(created.case, "createStreamResponse");
      stream.send(single(0, reading(1, "one".repeat(500))));
      const response = await stream.receive();
      assertStrictEquals(response.case, "ingestRecordResponse");
      assertEquals(response.value.durabilityAckUpToOffset, 0n);
      stream.end();
      assertEquals(statusOf(await stream.outcome()), "OK");
      const { rowCount, byteCount } = local.tables.get(TABLE)!;
      assertEquals([rowCount, local.stats.compressedMessages], [1, compressed]);
      assert(local.stats.wireBytes < byteCount);
    });
  }

  test(`${wire.name}: another client's gzip is refused as the protocol wants it`, async () => {
    await using local = await startLocalZerobus();
    const stream = openStream(local, { wire, compresses: true });
    stream.send(createStream(READING));
    const error = await stream.outcome();
    assertEquals(statusOf(error), "UNIMPLEMENTED");
    assertStringIncludes(error?.message ?? "", 'compressed with "gzip" are not supported');
    assertEquals(local.stats.streams, 0);
  });
}

/** Sends a body as gRPC-Web, and returns the answer and what it says in its head. */
async function answerTo(body: Uint8Array<ArrayBuffer>, encoding: string, gzip: GzipOptions) {
  await using local = await startLocalZerobus({ gzip, maxRequestBytes: 1_000 });
  const response = await fetch(
    `${local.url}/databricks.zerobus.Zerobus/EphemeralStream`,
    {
      method: "POST",
      headers: {
        "content-type": "application/grpc-web+proto",
        "grpc-encoding": encoding,
        ...authorization(local.issueToken(TABLE), TABLE),
      },
      body,
    },
  );
  const text = decodeURIComponent(await response.text());
  return [text, response.headers.get("grpc-accept-encoding")];
}

const BODIES: [name: string, body: Uint8Array<ArrayBuffer>, encoding: string, says: string][] = [
  ["a bomb", envelope(gzipSync(new Uint8Array(100_000)), 1), "gzip", "more than 1000 bytes"],
  ["no gzip", envelope(Uint8Array.of(1, 2, 3), 1), "gzip", "is no gzip"],
  ["gzip cut short", envelope(gzipSync(new Uint8Array(50)).subarray(0, -3), 1), "gzip", "no gzip"],
  ["something unheard of", envelope(Uint8Array.of(1), 1), "br", 'compressed with "br"'],
  ["gzip without a word", envelope(gzipSync(new Uint8Array(50)), 1), "identity", "no header says"],
];

for (const [name, body, encoding, says] of BODIES) {
  test(`a compressed body: ${name}`, async () => {
    const [text, list] = await answerTo(body, encoding, { accept: true });
    assertStringIncludes(text!, says);
    assertEquals(list, "gzip");
  });
}

test("a refusal comes with the list of what is taken", async () => {
  const [text, list] = await answerTo(BODIES[0]![1], "gzip", { accept: false });
  assertStringIncludes(text!, "grpc-status: 12");
  assertEquals(list, "identity");
});
