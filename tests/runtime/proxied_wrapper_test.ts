/**
 * A whole wrapper behind a proxy.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { tableFromArrays } from "apache-arrow";
import { startLocalZerobus } from "../../src/local/mod.ts";
import { fetchTableSchema } from "../../src/runtime/table_schema.ts";
import { createWrapper, type RuntimeConfiguration } from "../../src/runtime/native.ts";
import { ca, cert, key } from "../fixtures/tls.ts";
import { startConnectProxy } from "../harness/connect_proxy.ts";
import { test } from "../harness/mod.ts";

const TABLE = "main.iot.readings";
const ROADS: readonly [string, Partial<RuntimeConfiguration>][] = [
  ["gRPC", { protocol: "grpc" }],
  ["gRPC-Web", { protocol: "grpc-web" }],
  ["Connect", { protocol: "connect" }],
  ["REST", { protocol: "rest", recordFormat: "json" }],
];
const numbers = tableFromArrays({ n: Int32Array.from({ length: 1_000 }, (_, n) => n) });
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

for (const [name, road] of ROADS) {
  for (const isSecure of [false, true]) {
    test(`${name}: rows and tokens go through a proxy${isSecure ? ", TLS inside" : ""}`, async () => {
      await using local = await startLocalZerobus(isSecure ? { tls: { cert, key } } : {});
      await using proxy = await startConnectProxy();
      await using wrapper = await createWrapper({
        endpoint: local.url,
        unityCatalogUrl: local.unityCatalogUrl,
        clientId: local.clientId,
        clientSecret: local.clientSecret,
        tableName: TABLE,
        proxy: proxy.url,
        logger: SILENT,
        ...(isSecure ? { tls: { ca } } : {}),
        ...road,
      });
      const result = await wrapper.sendBatch(numbers);
      assertEquals([result.error, result.successfulCount], [undefined, 1_000]);
      assertEquals(local.tables.get(TABLE)?.rowCount, 1_000);
      const { host } = new URL(local.url);
      assert(proxy.requests.length >= 2); // a token, and a stream
      for (const head of proxy.requests) assertMatch(head, new RegExp(`^CONNECT ${host} `));
    });
  }
}

test("a proxy that comes back delays rows, and loses none", async () => {
  await using local = await startLocalZerobus();
  const says = "HTTP/1.1 503 Service Unavailable\r\n\r\n";
  await using proxy = await startConnectProxy({ says, refusals: 2 });
  await using wrapper = await createWrapper({
    endpoint: local.url,
    unityCatalogUrl: local.unityCatalogUrl,
    clientId: local.clientId,
    clientSecret: local.clientSecret,
    tableName: TABLE,
    proxy: proxy.url,
    logger: SILENT,
    retry: { maxAttempts: 5, baseDelayMs: 1, maxDelayMs: 2 },
  });
  const { error, successfulCount } = await wrapper.sendBatch(numbers);
  assertEquals([error, successfulCount], [undefined, 1_000]);
  assertEquals(local.tables.get(TABLE)?.rowCount, 1_000);
});

test("a proxy that asks for credentials is told of at once, whatever is asked for first", async () => {
  await using local = await startLocalZerobus();
  const says = "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n";
  await using proxy = await startConnectProxy({ says });
  const { unityCatalogUrl, clientId, clientSecret, url } = local;
  const workspace = { unityCatalogUrl, clientId, clientSecret, tableName: TABLE, proxy: proxy.url };
  await using wrapper = await createWrapper({ endpoint: url, logger: SILENT, ...workspace });
  const { error } = await wrapper.sendBatch(numbers);
  const asked = await fetchTableSchema(workspace).catch((reason) => reason);
  for (const problem of [error, asked]) {
    assertEquals([problem?.name, problem?.retryable], ["ConnectionError", false]);
    assertMatch(problem?.message ?? "", /asks for credentials \(HTTP 407\)/);
  }
  assertEquals(proxy.requests.length, 2);
});

test("a proxy that stays away fails rows, each of them", async () => {
  await using local = await startLocalZerobus();
  const first = await startConnectProxy({ says: "HTTP/1.1 503 Service Unavailable\r\n\r\n" });
  await using wrapper = await createWrapper({
    endpoint: local.url,
    headersProvider: () => ({ authorization: "Bearer token" }),
    tableName: TABLE,
    proxy: first.url,
    logger: SILENT,
    retry: { maxAttempts: 3, baseDelayMs: 1, maxDelayMs: 2 },
  });
  const { error, failedCount } = await wrapper.sendBatch(numbers);
  await first[Symbol.asyncDispose]();
  assertEquals([error?.name, failedCount], ["RetryExhaustedError", 1_000]);
  assertMatch(String(error?.cause), /does not connect to 127\.0\.0\.1:\d+ \(HTTP 503\)/);
  assertEquals(first.requests.length, 3);
});

test("the catalog is asked through a proxy, TLS inside", async () => {
  const columns = [{ name: "n", type: "INT" }];
  await using local = await startLocalZerobus({
    tls: { cert, key },
    tables: [{ name: TABLE, columns }],
  });
  await using proxy = await startConnectProxy();
  const { unityCatalogUrl, clientId, clientSecret } = local;
  const table = await fetchTableSchema({
    ...{ unityCatalogUrl, clientId, clientSecret, tableName: TABLE },
    ...{ tls: { ca }, proxy: proxy.url },
  });
  assertEquals(table.columns.map(({ name, type }) => [name, type]), [["n", "int"]]);
  assertEquals(proxy.requests.length, 2);
});

test("a proxy that is none is refused with the configuration", async () => {
  const error = await createWrapper({
    endpoint: "https://localhost",
    headersProvider: () => ({}),
    tableName: TABLE,
    proxy: "socks5://me:hunter2@localhost",
  }).catch((reason) => reason);
  assertEquals([error.name, error.details?.field], ["ConfigurationError", "proxy"]);
  assert(!error.message.includes("hunter2"));
});
