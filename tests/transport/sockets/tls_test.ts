/**
 * Certificates: trusted, not trusted, and asked for.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import type { Transport } from "../../../src/core/transport.ts";
import { grpcTransport } from "../../../src/runtime/grpc/grpc_transport.ts";
import { socketHttpClient } from "../../../src/runtime/sockets/socket_http_client.ts";
import type { TlsOptions } from "../../../src/runtime/sockets/tls_options.ts";
import { connectTransport } from "../../../src/transport/connect_transport.ts";
import { grpcWebTransport } from "../../../src/transport/grpc_web_transport.ts";
import { test } from "../../harness/mod.ts";
import { CA_CERTIFICATE, CLIENT_CERTIFICATE, CLIENT_KEY } from "./certificates.ts";
import { type PeerOptions, startPeer } from "./peer.ts";
import { deliverOne, errorOf, openRequest, serve } from "./subject.ts";
import type { StreamingProtocol } from "./lines.ts";

type Maker = (endpoint: string, tls: TlsOptions) => Transport;

const MAKERS: readonly [string, StreamingProtocol, Maker][] = [
  ["gRPC", "grpc", (endpoint, tls) => grpcTransport({ endpoint, tls })],
  [
    "gRPC-Web",
    "grpc-web",
    (endpoint, tls) => grpcWebTransport({ endpoint, httpClient: socketHttpClient({ tls }) }),
  ],
  [
    "Connect",
    "connect",
    (endpoint, tls) => connectTransport({ endpoint, httpClient: socketHttpClient({ tls }) }),
  ],
];

const FETCHING: readonly [string, StreamingProtocol, Maker][] = [
  ["gRPC-Web over fetch", "grpc-web", (endpoint) => grpcWebTransport({ endpoint })],
  ["Connect over fetch", "connect", (endpoint) => connectTransport({ endpoint })],
];

/** Delivers a request to a server with a certificate. */
async function deliver(make: Maker, tls: TlsOptions, options: PeerOptions): Promise<void> {
  await using peer = await startPeer({ tls: true, ...options }, serve);
  await deliverOne(make(peer.url, tls));
}

for (const [name, protocol, make] of [...MAKERS, ...FETCHING]) {
  test(`${name}: a certificate of an unknown authority is a final error`, async () => {
    const error = await errorOf(deliver(make, {}, { protocol }));
    assertEquals([error.name, error.retryable], ["ConnectionError", false], error.message);
    assertMatch(error.message, /the TLS certificates of https:\/\/localhost:\d+ .* do not fit \(/);
  });

  test(`${name}: https to a port without TLS is a final error`, async () => {
    await using peer = await startPeer({ protocol }, serve);
    const transport = make(peer.url.replace("http:", "https:"), { ca: CA_CERTIFICATE });
    const error = await errorOf(transport.open(openRequest()));
    await transport.close();
    assertEquals([error.name, error.retryable], ["ConnectionError", false], error.message);
    assertMatch(error.message, /no TLS connection to https:\/\/127.0.0.1:\d+ \(/);
  });
}

for (const [name, protocol, make] of MAKERS) {
  test(`${name}: an authority of one's own is trusted`, async () => {
    await deliver(make, { ca: CA_CERTIFICATE }, { protocol });
    await deliver(make, { ca: [CA_CERTIFICATE] }, { protocol });
  });

  test(`${name}: a certificate of another host is a final error`, async () => {
    const tls = { ca: CA_CERTIFICATE, serverName: "zerobus.example" };
    const error = await errorOf(deliver(make, tls, { protocol }));
    assertEquals([error.name, error.retryable], ["ConnectionError", false], error.message);
    assertMatch(error.message, /check the host name/);
  });

  test(`${name}: rejectUnauthorized false accepts any certificate`, async () => {
    await deliver(make, { rejectUnauthorized: false }, { protocol });
  });

  test(`${name}: a client certificate is shown to servers that demand one`, async () => {
    const demanding: PeerOptions = { protocol, clientCa: CA_CERTIFICATE };
    const identity = { cert: CLIENT_CERTIFICATE, key: CLIENT_KEY };
    await deliver(make, { ca: CA_CERTIFICATE, ...identity }, demanding);
    assertEquals(
      (await errorOf(deliver(make, { ca: CA_CERTIFICATE }, demanding))).code,
      "connection",
    );
  });
}
