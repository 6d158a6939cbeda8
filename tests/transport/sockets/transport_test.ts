/**
 * Every transport against real sockets.
 *
 * @module
 */
import { grpcTransport } from "../../../src/runtime/grpc/grpc_transport.ts";
import { socketHttpClient } from "../../../src/runtime/sockets/socket_http_client.ts";
import { connectTransport } from "../../../src/transport/connect_transport.ts";
import { grpcWebTransport } from "../../../src/transport/grpc_web_transport.ts";
import { answersSuite } from "./answers_suite.ts";
import { CA_CERTIFICATE } from "./certificates.ts";
import { compressionRefusalSuite } from "./compression_refusal_suite.ts";
import { compressionSuite } from "./compression_suite.ts";
import { flightSuite } from "./flight_suite.ts";
import { handshakeSuite } from "./handshake_suite.ts";
import { messagesSuite } from "./messages_suite.ts";
import { sendingSuite } from "./sending_suite.ts";
import type { Subject } from "./subject.ts";

const tls = { ca: CA_CERTIFICATE };

const SUBJECTS: readonly Subject[] = [
  { name: "gRPC", protocol: "grpc", tls: false, create: grpcTransport },
  {
    name: "gRPC with TLS",
    protocol: "grpc",
    tls: true,
    create: (options) => grpcTransport({ ...options, tls }),
  },
  { name: "gRPC-Web", protocol: "grpc-web", tls: false, create: grpcWebTransport },
  {
    name: "gRPC-Web with TLS options",
    protocol: "grpc-web",
    tls: true,
    create: (options) => grpcWebTransport({ ...options, httpClient: socketHttpClient({ tls }) }),
  },
  { name: "Connect", protocol: "connect", tls: false, create: connectTransport },
];

for (const subject of SUBJECTS) {
  answersSuite(subject);
  messagesSuite(subject);
  sendingSuite(subject);
  handshakeSuite(subject);
  compressionSuite(subject);
  compressionRefusalSuite(subject);
  flightSuite(subject);
}
