/**
 * How streams are opened, and how that fails.
 *
 * @module
 */
import { assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import { deferred } from "../../../src/core/async.ts";
import type { StatusName } from "../../../src/core/status_name.ts";
import { RecordType } from "../../../src/gen/zerobus_pb.ts";
import { test } from "../../harness/mod.ts";
import type { EndingStatus } from "./exchange.ts";
import type { Script } from "./peer.ts";
import { allMessages, DESCRIPTOR, errorOf, reasonOf, type Subject, withPeer } from "./subject.ts";
import type { StreamingProtocol } from "./lines.ts";

const PROTOCOL_HEADERS: Record<StreamingProtocol, Record<string, string>> = {
  "grpc": { "content-type": "application/grpc+proto", "te": "trailers" },
  "grpc-web": { "content-type": "application/grpc-web+proto", "x-grpc-web": "1" },
  "connect": { "content-type": "application/connect+proto", "connect-protocol-version": "1" },
};

/** Refusals of a stream: what the server says, and what becomes of it. */
const REFUSALS: readonly [EndingStatus, name: string, retryable: boolean][] = [
  [{ status: "INVALID_ARGUMENT", message: "no such column" }, "ConnectionError", false],
  [{ status: "NOT_FOUND" }, "ConnectionError", false],
  [{ status: "UNAVAILABLE", message: "Überlast, 50 % weg" }, "ConnectionError", true],
  [{ status: "CANCELLED" }, "ConnectionError", true],
  [{ status: "UNAUTHENTICATED", message: "expired" }, "AuthenticationError", false],
  [{ status: "PERMISSION_DENIED" }, "AuthenticationError", false],
  [{ status: "OK" }, "ConnectionError", true],
];

/** Answers to create_stream that break the contract. */
const BROKEN: readonly [string, Script][] = [
  ["an acknowledgement", (exchange) => exchange.acknowledge(0)],
  [
    "a stream without a name",
    (exchange) => exchange.reply({ case: "createStreamResponse", value: {} }),
  ],
  [
    "a message that nobody knows",
    (exchange) => exchange.write(new Uint8Array([0, 0, 0, 0, 2, 0x78, 1])),
  ],
  ["an end without a status", (exchange) => Promise.resolve(exchange.endWithoutStatus())],
];

/** Registers the tests. */
export function handshakeSuite(subject: Subject): void {
  const { name, protocol } = subject;

  test(`${name}: a stream opens with the given headers and create_stream`, async () => {
    let seen: unknown;
    await withPeer(subject, async (exchange) => {
      const { payload } = await exchange.accept("3f0e");
      seen = [exchange.path, exchange.headers.authorization, exchange.headers["x-custom"], payload];
      for (const [header, value] of Object.entries(PROTOCOL_HEADERS[protocol])) {
        assertEquals(exchange.headers[header], value, header);
      }
      await exchange.serve();
    }, async ({ transport, open }) => {
      const headers = new Headers({ authorization: "Bearer secret", "x-custom": "7" });
      const connection = await open({ headers });
      assertEquals(transport.protocol, protocol);
      assertEquals(connection.streamId, "3f0e");
      connection.end();
      assertEquals(await allMessages(connection), { messages: [] });
    });
    assertEquals(seen, [
      "/databricks.zerobus.Zerobus/EphemeralStream",
      "Bearer secret",
      "7",
      {
        case: "createStream",
        value: {
          $typeName: "databricks.zerobus.CreateIngestStreamRequest",
          tableName: "main.iot.readings",
          descriptorProto: DESCRIPTOR,
          recordType: RecordType.PROTO,
        },
      },
    ]);
  });

  test(`${name}: user-agent is the header's, the option's or the package's`, async () => {
    const seen: unknown[] = [];
    const script: Script = async (exchange) => {
      seen.push(exchange.headers["user-agent"]);
      await exchange.accept();
      await exchange.serve();
    };
    const own = new Headers({ "user-agent": "mine/3" });
    await withPeer(subject, script, async ({ open }) => {
      (await open()).abort();
    });
    await withPeer(subject, script, async ({ open }) => {
      (await open()).abort();
      (await open({ headers: own })).abort();
    }, { userAgent: "app/2 (test)" });
    assertMatch(String(seen[0]), /^zerobus-wrapper-ts\/\d+\.\d+\.\d+$/);
    assertEquals(seen.slice(1), ["app/2 (test)", "mine/3"]);
  });

  test(`${name}: it does not matter when the server sends its headers`, async () => {
    for (const early of [true, false]) {
      await withPeer(subject, async (exchange) => {
        if (early) exchange.head();
        await exchange.accept();
        await exchange.serve();
      }, async ({ open }) => {
        assertEquals((await open()).streamId, "stream-1");
      });
    }
  });

  for (const [ending, errorName, retryable] of REFUSALS) {
    test(`${name}: a stream refused with ${ending.status} is a ${errorName}`, async () => {
      const ways: Script[] = [
        async (exchange) => {
          await exchange.next();
          exchange.end(ending);
        },
        (exchange) => Promise.resolve(exchange.refuse(ending)),
      ];
      // Connect has no such thing as an ending in the headers.
      for (const script of protocol === "connect" ? ways.slice(0, 1) : ways) {
        await withPeer(subject, script, async ({ open }) => {
          const error = await errorOf(open());
          assertEquals([error.name, error.retryable], [errorName, retryable], error.message);
          assertEquals(error.details.status, ending.status);
          assertEquals(error.message.includes(ending.message ?? ""), true, error.message);
        });
      }
    });
  }

  test(`${name}: the service's own number and its wish for a delay are kept`, async () => {
    await withPeer(subject, async (exchange) => {
      await exchange.next();
      const message = "too many streams. Error Code: 6006, Error State: 12";
      exchange.end({ status: "UNAVAILABLE", message, retryAfterSeconds: 7 });
    }, async ({ open }) => {
      const { details } = await errorOf(open());
      assertEquals(details, { status: "UNAVAILABLE", serviceCode: 6006, retryAfterMs: 7_000 });
    });
  });

  test(`${name}: which statuses are retryable is the caller's choice`, async () => {
    const retryableStatuses: readonly StatusName[] = ["NOT_FOUND"];
    for (const status of ["NOT_FOUND", "UNAVAILABLE"] as const) {
      await withPeer(subject, (exchange) => Promise.resolve(exchange.end({ status })), async (
        { open },
      ) => {
        assertEquals((await errorOf(open())).retryable, status === "NOT_FOUND");
      }, { retryableStatuses });
    }
  });

  for (const [what, answer] of BROKEN) {
    test(`${name}: ${what} in place of the stream's name is a broken protocol`, async () => {
      await withPeer(subject, async (exchange) => {
        await exchange.next();
        await answer(exchange);
      }, async ({ open }) => {
        const error = await errorOf(open());
        assertEquals([error.name, error.retryable], ["ConnectionError", true]);
        assertEquals(error.details.status, "INTERNAL");
        assertMatch(error.message, /broke the protocol/);
      });
    });
  }

  test(`${name}: aborting while the server is silent rejects with the reason`, async () => {
    const reason = new Error("no longer needed");
    const controller = new AbortController();
    const left = deferred();
    await withPeer(subject, async (exchange) => {
      await exchange.next();
      controller.abort(reason);
      await exchange.gone();
      left.resolve();
    }, async ({ open }) => {
      assertStrictEquals(await reasonOf(open({ signal: controller.signal })), reason);
      await left.promise;
    });
  });

  test(`${name}: an aborted signal opens nothing`, async () => {
    const reason = new Error("too late");
    await withPeer(subject, (exchange) => exchange.serve(), async ({ open, peer }) => {
      assertStrictEquals(await reasonOf(open({ signal: AbortSignal.abort(reason) })), reason);
      assertEquals(peer.connections, 0);
    });
  });

  test(`${name}: a closed transport opens nothing`, async () => {
    await withPeer(subject, (exchange) => exchange.serve(), async ({ transport, open, peer }) => {
      await transport.close();
      assertEquals((await errorOf(open())).code, "closed");
      assertEquals(peer.connections, 0);
    });
  });
}
