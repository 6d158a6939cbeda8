/**
 * Which proxy leads where.
 *
 * @module
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { ConfigurationError } from "../../src/core/errors.ts";
import { Secret } from "../../src/core/secret.ts";
import { proxyChoice } from "../../src/runtime/sockets/http_proxy.ts";
import { isBypassed } from "../../src/runtime/sockets/proxy_bypass.ts";
import { test } from "../harness/mod.ts";

const ENDPOINT = "https://1234.zerobus.eu-west-1.cloud.databricks.com";

/** The proxy for a URL under an environment; false where there is no word about proxies at all. */
function chosen(environment: Record<string, string>, url: string = ENDPOINT) {
  const choice = proxyChoice(undefined, (name) => environment[name]);
  return choice === undefined ? false : choice(new URL(url))?.origin;
}

const ENVIRONMENTS: readonly [
  title: string,
  Record<string, string>,
  expected: string | false | undefined,
][] = [
  ["nothing", {}, false],
  ["empty variables", { https_proxy: "", HTTP_PROXY: "  " }, false],
  ["https_proxy", { https_proxy: "http://p:3128" }, "http://p:3128"],
  ["a name without a scheme", { HTTPS_PROXY: "p.example:3128" }, "http://p.example:3128"],
  ["an encrypted proxy", { HTTPS_PROXY: "https://p" }, "https://p"],
  [
    "gRPC's own before the others",
    { http_proxy: "http://c", https_proxy: "http://b", grpc_proxy: "http://a" },
    "http://a",
  ],
  [
    "small letters before capitals",
    { HTTPS_PROXY: "http://b", https_proxy: "http://a" },
    "http://a",
  ],
  ["an empty one does not count", { grpc_proxy: "", HTTP_PROXY: "http://c" }, "http://c"],
  ["an exception", { https_proxy: "http://p", no_proxy: "x,.databricks.com" }, undefined],
  ["another's exception", { https_proxy: "http://p", NO_PROXY: "example.com" }, "http://p"],
  [
    "gRPC's exceptions in place of the others",
    { https_proxy: "http://p", no_grpc_proxy: "example.com", no_proxy: "*" },
    "http://p",
  ],
];

for (const [title, environment, expected] of ENVIRONMENTS) {
  test(`proxy of the environment: ${title}`, () => {
    assertEquals(chosen(environment), expected);
  });
}

test("proxy of the environment: not for this machine", () => {
  for (const host of ["localhost", "app.localhost", "127.0.0.1", "127.8.9.10", "[::1]"]) {
    assertEquals(chosen({ https_proxy: "http://p" }, `http://${host}:8080`), undefined, host);
  }
  assertEquals(chosen({ https_proxy: "http://p" }, "http://128.0.0.1:8080"), "http://p");
});

test("proxy by option: for everybody, whatever the environment says", () => {
  const environment = (name: string) => ({ no_proxy: "*", https_proxy: "http://other" })[name];
  const choice = proxyChoice("http://p:1", environment);
  for (const url of [ENDPOINT, "http://127.0.0.1:1"]) {
    assertEquals(choice?.(new URL(url))?.origin, "http://p:1");
  }
  assertEquals(proxyChoice("none", environment)?.(new URL(ENDPOINT)), undefined);
  assert(proxyChoice("none", environment) !== undefined); // so the runtime's fetch is not asked
});

test("proxy by option: credentials are kept secret", () => {
  const proxy = proxyChoice(new Secret("http://me:hunter2@p:1"))?.(new URL(ENDPOINT));
  assertEquals(proxy?.origin, "http://p:1");
  assertEquals(proxy?.authorization?.reveal(), `Basic ${btoa("me:hunter2")}`);
  assertEquals(JSON.stringify(proxy), '{"origin":"http://p:1","authorization":"[redacted]"}');
});

const REFUSED: readonly [title: string, value: unknown, message: RegExp][] = [
  ["no text", 3128, /^proxy: expected a URL or "none", got 3128/],
  ["an empty text", "", /^proxy: expected the URL of an HTTP proxy/],
  ["another kind of proxy", "socks5://me:hunter2@p", /with the scheme socks5:; to connect/],
  ["no host", "http://", /^proxy: expected the URL of an HTTP proxy/],
  ["odd credentials", "http://me:hunter2%zz@p", /write % as %25/],
];

for (const [title, value, message] of REFUSED) {
  test(`proxy: ${title} is refused`, () => {
    const error = assertThrows(() => proxyChoice(value), ConfigurationError);
    assert(message.test(error.message), error.message);
    assert(!error.message.includes("hunter2"));
    assertEquals(error.details.field, "proxy");
  });
}

test("proxy of the environment: what is no proxy is refused by the variable's name", () => {
  const environment = { HTTPS_PROXY: "ftp://p" } as Record<string, string>;
  const error = assertThrows(
    () => proxyChoice(undefined, (name) => environment[name]),
    ConfigurationError,
  );
  assertEquals(error.details.field, "HTTPS_PROXY");
});

const LISTS: readonly [list: string, url: string, expected: boolean][] = [
  ["", "https://a.example", false],
  ["*", "https://a.example", true],
  ["a.example", "https://a.example", true],
  ["A.Example", "https://a.example", true],
  ["example", "https://a.example", true],
  [".example", "https://a.example", true],
  ["*.example", "https://a.example", true],
  ["ample", "https://a.example", false],
  ["b.example, a.example", "https://a.example", true],
  [" , ,", "https://a.example", false],
  ["a.example:443", "https://a.example", true],
  ["a.example:443", "http://a.example", false],
  ["a.example:80", "http://a.example", true],
  ["a.example:8443", "https://a.example", false],
  ["10.0.0.1", "https://10.0.0.1", true],
  ["10.0.0.1", "https://10.0.0.10", false],
  ["::1", "https://[::1]:9", true],
  ["[fe80::1]:9", "https://[fe80::1]:9", true],
  ["[fe80::1]:8", "https://[fe80::1]:9", false],
];

for (const [list, url, expected] of LISTS) {
  test(`hosts without a proxy: ${url} ${expected ? "is" : "is not"} in "${list}"`, () => {
    assertEquals(isBypassed(new URL(url), list), expected);
  });
}
