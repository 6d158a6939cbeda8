/**
 * Options of transports.
 *
 * @module
 */
import { assertEquals, assertInstanceOf, assertStringIncludes, assertThrows } from "@std/assert";
import { ConfigurationError } from "../../src/core/errors.ts";
import { connectTransport } from "../../src/transport/connect_transport.ts";
import { grpcWebTransport } from "../../src/transport/grpc_web_transport.ts";
import { resolveTransportOptions } from "../../src/transport/transport_options.ts";
import { test } from "../harness/mod.ts";

const WRONG: readonly [field: string, Record<string, unknown>][] = [
  ["endpoint", { endpoint: "" }],
  ["endpoint", { endpoint: "ftp://zerobus.example" }],
  ["endpoint", { endpoint: "https://zerobus.example/?a=1" }],
  ["endpoint", { endpoint: undefined }],
  ["userAgent", { userAgent: "" }],
  ["userAgent", { userAgent: "line\nbreak" }],
  ["userAgent", { userAgent: " padded" }],
  ["userAgent", { userAgent: "fünf" }],
  ["maxResponseBytes", { maxResponseBytes: 0 }],
  ["maxResponseBytes", { maxResponseBytes: 1.5 }],
];

for (const [field, options] of WRONG) {
  test(`a transport with ${JSON.stringify(options)} is refused`, () => {
    for (const make of [grpcWebTransport, connectTransport]) {
      const all = { endpoint: "https://zerobus.example", ...options } as { endpoint: string };
      const error = assertThrows(() => make(all));
      assertInstanceOf(error, ConfigurationError);
      assertEquals(error.details.field, field);
      assertStringIncludes(error.message, `${field}: expected`);
    }
  });
}

test("endpoints are URLs, with https where there is no scheme", () => {
  for (
    const [endpoint, expected] of [
      ["zerobus.example", "https://zerobus.example"],
      ["https://zerobus.example/", "https://zerobus.example"],
      [new URL("http://127.0.0.1:8080/base/"), "http://127.0.0.1:8080/base"],
    ] as const
  ) {
    assertEquals(resolveTransportOptions({ endpoint }).endpoint, expected);
  }
});
