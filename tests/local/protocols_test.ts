import { assert, assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import { startLocalZerobus } from "../../src/local/mod.ts";
import { cert, key } from "../fixtures/tls.ts";
import { test } from "../harness/mod.ts";
import { batch, createStream, openStream, single, statusOf, TABLE, WIRES } from "./client.ts";
import { READING, reading } from "./reading.ts";

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

for (const wire of WIRES) {
  for (const secure of [false, true]) {
    test(`${wire.name}${secure ? " with TLS" : ""}: create, ingest, acknowledge, end`, async () => {
      await using local = await startLocalZerobus(secure ? { tls: { cert, key } } : {});
      const stream = openStream(local, { wire });
      stream.send(createStream(READING));
      const created = await stream.receive();
      assertStrictEquals(created.case, "createStreamResponse");
      assertMatch(created.value.streamId, UUID);

      // One request at a time: an acknowledgement must not wait for more requests, or for the end.
      const requests = [
        single(0, reading(1, "one")),
        batch(1, [reading(2), reading(3, "три")]),
        batch(2, []),
      ];
      for (const [offset, request] of requests.entries()) {
        stream.send(request);
        const response = await stream.receive();
        assertStrictEquals(response.case, "ingestRecordResponse");
        assertEquals(response.value.durabilityAckUpToOffset, BigInt(offset));
      }
      stream.end();
      assertEquals(statusOf(await stream.outcome()), "OK");

      const table = local.tables.get(TABLE)!;
      assertEquals([...table.rows()], [
        { id: 1n, name: "one" },
        { id: 2n, name: null },
        { id: 3n, name: "три" },
      ]);
      const { connections, wireBytes, ...stats } = local.stats;
      assert(connections >= 1);
      assert(wireBytes > table.byteCount);
      assertEquals(stats, {
        streams: 1,
        requests: 3,
        records: 3,
        bytes: table.byteCount,
        compressedMessages: 0,
        acknowledgements: 3,
        tokensIssued: 0,
      });
    });
  }
}
