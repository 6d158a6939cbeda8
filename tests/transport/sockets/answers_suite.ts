/**
 * Endpoints that are not what they should be.
 *
 * @module
 */
import { assertEquals, assertExists, assertMatch, assertStringIncludes } from "@std/assert";
import { systemClock } from "../../../src/core/clock.ts";
import { test } from "../../harness/mod.ts";
import type { Fields } from "./lines.ts";
import { startPeer } from "./peer.ts";
import { errorOf, openRequest, type Subject, withPeer } from "./subject.ts";

interface Answer {
  readonly status: number;
  readonly fields: Fields;
  readonly says: RegExp;
  readonly error?: string;
  readonly retryable: boolean;
  readonly details?: Record<string, unknown>;
}

const HTML: Fields = { "content-type": "text/html; charset=utf-8" };

const ANSWERS: readonly Answer[] = [
  { status: 200, fields: HTML, retryable: false, says: /HTTP 200 with text\/html; charset=utf-8/ },
  { status: 200, fields: {}, retryable: false, says: /HTTP 200 with no content type/ },
  {
    status: 200,
    fields: { "content-type": "application/json" },
    retryable: false,
    says: /HTTP 200 with application\/json: it is not a Zerobus endpoint/,
  },
  { status: 404, fields: HTML, retryable: false, says: /HTTP 404/ },
  { status: 415, fields: {}, retryable: false, says: /HTTP 415/ },
  { status: 500, fields: HTML, retryable: true, says: /HTTP 500/ },
  {
    status: 502,
    fields: HTML,
    retryable: true,
    says: /HTTP 502 with text\/html/,
    details: { status: "UNAVAILABLE", httpStatus: 502 },
  },
  {
    status: 503,
    fields: { ...HTML, "retry-after": "12" },
    retryable: true,
    says: /HTTP 503/,
    details: { status: "UNAVAILABLE", httpStatus: 503, retryAfterMs: 12_000 },
  },
  {
    status: 429,
    fields: { "retry-after": "Wed, 21 Oct 2015 07:28:00 GMT" },
    retryable: true,
    says: /HTTP 429/,
    details: { status: "UNAVAILABLE", httpStatus: 429, retryAfterMs: 0 },
  },
  { status: 429, fields: { "retry-after": "soon" }, retryable: true, says: /HTTP 429/ },
  {
    status: 401,
    fields: HTML,
    error: "AuthenticationError",
    retryable: false,
    says: /HTTP 401/,
    details: { status: "UNAUTHENTICATED", httpStatus: 401 },
  },
  {
    status: 403,
    fields: HTML,
    error: "AuthenticationError",
    retryable: false,
    says: /HTTP 403/,
    details: { status: "PERMISSION_DENIED", httpStatus: 403 },
  },
  {
    status: 302,
    fields: { location: "https://login.example/" },
    retryable: false,
    says: /answered with a redirect.*which is not followed; configure the final URL/,
  },
  {
    status: 307,
    fields: { location: "/elsewhere" },
    retryable: false,
    says: /answered with a redirect/,
  },
];

/** Registers the tests. */
export function answersSuite(subject: Subject): void {
  const { name } = subject;

  for (const { status, fields, says, error = "ConnectionError", retryable, details } of ANSWERS) {
    const kind = fields["content-type"] ?? Object.keys(fields)[0] ?? "nothing";
    test(`${name}: HTTP ${status} with ${kind} is a clear error`, async () => {
      await withPeer(subject, async (exchange) => {
        await exchange.next();
        await exchange.answer(status, fields, "<h1>hello</h1>");
      }, async ({ open, peer }) => {
        const got = await errorOf(open());
        assertEquals([got.name, got.retryable], [error, retryable], got.message);
        assertMatch(got.message, says);
        assertStringIncludes(got.message, peer.url);
        assertEquals(got.message.includes("hello"), false, "content of the answer in the message");
        if (details !== undefined) assertEquals({ ...got.details }, details);
      });
    });
  }

  if (subject.protocol === "grpc" && !subject.tls) {
    test(`${name}: a server without HTTP/2 is a final error`, async () => {
      await using peer = await startPeer({ protocol: "grpc-web" }, (exchange) => exchange.gone());
      const transport = subject.create({ endpoint: peer.url });
      const error = await errorOf(transport.open(openRequest()));
      await transport.close();
      assertEquals([error.name, error.retryable], ["ConnectionError", false], error.message);
      assertMatch(error.message, /does not speak HTTP\/2/);
    });
  }

  test(`${name}: an endless answer of another server is not waited for`, async () => {
    await withPeer(subject, async (exchange) => {
      await exchange.next();
      exchange.head(200, HTML);
      await exchange.write(new Uint8Array(100_000));
      await exchange.gone();
    }, async ({ open }) => {
      assertMatch((await errorOf(open())).message, /HTTP 200/);
    });
  });

  test(`${name}: an endpoint where nobody listens is a retryable error`, async () => {
    let url = "";
    await withPeer(subject, (exchange) => exchange.serve(), ({ peer }) => {
      url = peer.url;
      return Promise.resolve();
    });
    const transport = subject.create({ endpoint: url });
    const error = await errorOf(transport.open(openRequest()));
    await transport.close();
    assertEquals([error.name, error.retryable], ["ConnectionError", true]);
    assertStringIncludes(error.message, `cannot connect to ${url}`);
    assertExists(error.cause);
  });

  test(`${name}: a host that does not exist is a retryable error`, async () => {
    const transport = subject.create({ endpoint: "https://no-such-host.invalid" });
    const error = await errorOf(transport.open(openRequest()));
    await transport.close();
    assertEquals([error.name, error.retryable], ["ConnectionError", true]);
    assertMatch(error.message, /the host name of https:\/\/no-such-host.invalid does not resolve/);
  });

  test(`${name}: a server that hangs up is a retryable error`, async () => {
    await withPeer(subject, async (exchange) => {
      await exchange.next();
      exchange.reset();
    }, async ({ open }) => {
      const error = await errorOf(open());
      assertEquals([error.name, error.retryable], ["ConnectionError", true], error.message);
    });
  });

  test(`${name}: a stream can be opened after one that failed`, async () => {
    let attempts = 0;
    await withPeer(subject, async (exchange) => {
      if (attempts++ === 0) return exchange.reset();
      await exchange.accept("second");
      await exchange.serve();
    }, async ({ open }) => {
      await errorOf(open());
      // The end of the first connection may be noticed by the second attempt only.
      for (let attempt = 0; attempt < 5; attempt++) {
        const outcome = await open().catch(() => undefined);
        if (outcome !== undefined) return assertEquals(outcome.streamId, "second");
        await systemClock.sleep(10);
      }
      throw new Error("no second stream");
    });
  });
}
