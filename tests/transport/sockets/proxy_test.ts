/**
 * Ways through an HTTP proxy.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Transport } from "../../../src/core/transport.ts";
import { grpcTransport } from "../../../src/runtime/grpc/grpc_transport.ts";
import { proxyChoice } from "../../../src/runtime/sockets/http_proxy.ts";
import { socketHttpClient } from "../../../src/runtime/sockets/socket_http_client.ts";
import type { TlsOptions } from "../../../src/runtime/sockets/tls_options.ts";
import { connectTransport } from "../../../src/transport/connect_transport.ts";
import { grpcWebTransport } from "../../../src/transport/grpc_web_transport.ts";
import {
  type ConnectProxy,
  type ProxyOptions,
  startConnectProxy,
} from "../../harness/connect_proxy.ts";
import { test } from "../../harness/mod.ts";
import { CA_CERTIFICATE, SERVER_CERTIFICATE, SERVER_KEY } from "./certificates.ts";
import type { StreamingProtocol } from "./lines.ts";
import { startPeer } from "./peer.ts";
import { deliverOne as deliver, errorOf, openRequest, reasonOf, serve } from "./subject.ts";

/** Where to, through which proxy. */
interface Way {
  readonly endpoint: string;
  readonly proxy: string;
  readonly tls?: TlsOptions;
}

const MAKERS: readonly [string, StreamingProtocol, (way: Way) => Transport][] = [
  ["gRPC", "grpc", (way) => grpcTransport(way)],
  ["gRPC-Web", "grpc-web", (way) => grpcWebTransport(overSockets(way))],
  ["Connect", "connect", (way) => connectTransport(overSockets(way))],
];

function overSockets({ endpoint, proxy, tls }: Way) {
  return { endpoint, httpClient: socketHttpClient({ tls, proxyFor: proxyChoice(proxy) }) };
}

/** Waits until a proxy has no connection left; the test's own limit bounds it. */
async function closed(proxy: ConnectProxy): Promise<void> {
  while (proxy.open > 0) await new Promise((resolve) => setTimeout(resolve, 5));
}

for (const [name, protocol, make] of MAKERS) {
  for (const tls of [false, true]) {
    const kind = tls ? "https" : "http";
    test(`${name}: an ${kind} endpoint is reached through a proxy`, async () => {
      await using peer = await startPeer({ protocol, tls }, serve);
      await using proxy = await startConnectProxy();
      await deliver(make({ endpoint: peer.url, proxy: proxy.url, tls: { ca: CA_CERTIFICATE } }));
      const { host } = new URL(peer.url);
      assertEquals(proxy.requests, [`CONNECT ${host} HTTP/1.1\r\nHost: ${host}`]);
      assert(proxy.carried > 0);
      await closed(proxy);
    });
  }

  test(`${name}: the way to the proxy may be encrypted`, async () => {
    const tls = { ca: CA_CERTIFICATE };
    await using peer = await startPeer({ protocol, tls: true }, serve);
    await using proxy = await startConnectProxy({
      tls: { cert: SERVER_CERTIFICATE, key: SERVER_KEY },
    });
    await deliver(make({ endpoint: peer.url, proxy: proxy.url, tls }));
    assertEquals(proxy.requests.length, 1);
    const transport = make({ endpoint: peer.url, proxy: proxy.url });
    const error = await errorOf(transport.open(openRequest()));
    await transport.close();
    assertMatch(error.message, /^the TLS certificates of the proxy https:\/\/localhost:\d+ /);
    assertEquals(error.retryable, false);
    await closed(proxy);
  });

  test(`${name}: credentials in the proxy's URL are for the proxy`, async () => {
    await using peer = await startPeer({ protocol }, serve);
    await using proxy = await startConnectProxy();
    const url = proxy.url.replace("//", "//us%40er:p%C3%A4ss%3A@");
    await deliver(make({ endpoint: peer.url, proxy: url }));
    const [, , authorization] = proxy.requests[0]!.split("\r\n");
    const encoded = btoa(String.fromCharCode(...new TextEncoder().encode("us@er:päss:")));
    assertEquals(authorization, `Proxy-Authorization: Basic ${encoded}`);
  });

  test(`${name}: a certificate that does not fit is a final error behind a proxy, too`, async () => {
    await using peer = await startPeer({ protocol, tls: true }, serve);
    await using proxy = await startConnectProxy();
    const error = await errorOf(deliver(make({ endpoint: peer.url, proxy: proxy.url })));
    assertEquals([error.name, error.retryable], ["ConnectionError", false], error.message);
    assertMatch(error.message, /the TLS certificates of https:\/\/localhost:\d+ .* do not fit \(/);
    await closed(proxy);
  });

  test(`${name}: a proxy that does not answer is given up`, async () => {
    await using peer = await startPeer({ protocol }, serve);
    await using proxy = await startConnectProxy({ isSilent: true });
    const transport = make({ endpoint: peer.url, proxy: proxy.url });
    const abort = new AbortController();
    const opening = reasonOf(transport.open(openRequest({ signal: abort.signal })));
    while (proxy.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    abort.abort(new Error("enough"));
    assertMatch(String(await opening), /enough/);
    await closed(proxy);
    await transport.close();
  });

  const ANSWERS: readonly [string, ProxyOptions, boolean, RegExp][] = [
    [
      "407 asks for credentials",
      { says: "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n" },
      false,
      /^the proxy http:\/\/127\.0\.0\.1:\d+ asks for credentials \(HTTP 407\); put them into its URL/,
    ],
    [
      "403 is final",
      { says: "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno" },
      false,
      /^the proxy http:\S+ does not connect to 127\.0\.0\.1:\d+ \(HTTP 403\)/,
    ],
    ["502 passes", { says: "HTTP/1.0 502 Bad Gateway\r\n\r\n" }, true, /\(HTTP 502\)/],
    ["no HTTP is final", { says: "SSH-2.0\r\n\r\n" }, false, /does not speak HTTP; check/],
    ["an endless head is final", { says: "x".repeat(20_000) }, false, /does not speak HTTP; check/],
    ["no answer passes", { says: "" }, true, /closed the connection without an answer/],
  ];
  for (const [title, options, retryable, message] of ANSWERS) {
    test(`${name}: a proxy's answer: ${title}`, async () => {
      await using proxy = await startConnectProxy(options);
      const endpoint = "http://127.0.0.1:9";
      const transport = make({ endpoint, proxy: proxy.url });
      const error = await errorOf(transport.open(openRequest()));
      await transport.close();
      assertMatch(error.message, message);
      assertEquals([error.name, error.retryable], ["ConnectionError", retryable], error.message);
      await closed(proxy);
    });
  }

  test(`${name}: refused credentials are not shown`, async () => {
    const says = "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n";
    await using proxy = await startConnectProxy({ says });
    const url = proxy.url.replace("//", "//someone:hunter2@");
    const transport = make({ endpoint: "http://127.0.0.1:9", proxy: url });
    const error = await errorOf(transport.open(openRequest()));
    await transport.close();
    assertMatch(error.message, /^the proxy http:\/\/127\S+ refuses the credentials of its URL/);
    assert(!`${error.stack} ${JSON.stringify(error)}`.includes("hunter2"));
    assert(!error.message.includes("someone"));
  });

  test(`${name}: a proxy that is not there is told from an endpoint that is not`, async () => {
    const proxy = await startConnectProxy();
    await proxy[Symbol.asyncDispose]();
    const transport = make({ endpoint: "http://127.0.0.1:9", proxy: proxy.url });
    const error = await errorOf(transport.open(openRequest()));
    await transport.close();
    assertMatch(error.message, /^cannot connect to the proxy http:\/\/127\.0\.0\.1:\d+ \(/);
    assertEquals([error.name, error.retryable], ["ConnectionError", true]);
  });
}

test("gRPC: what a server says first may come along with the proxy's answer", async () => {
  await using peer = await startPeer({ protocol: "grpc" }, serve);
  await using proxy = await startConnectProxy({ waitsForTarget: true });
  await deliver(grpcTransport({ endpoint: peer.url, proxy: proxy.url }));
});

test('gRPC: "none" connects directly', async () => {
  await using peer = await startPeer({ protocol: "grpc" }, serve);
  await deliver(grpcTransport({ endpoint: peer.url, proxy: "none" }));
});
