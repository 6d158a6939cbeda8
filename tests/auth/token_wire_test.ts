/** What goes over real sockets: node:http is there on all runtimes that can listen. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { assertEquals, assertRejects } from "@std/assert";
import { oauthHeadersProvider } from "../../src/auth/oauth_headers_provider.ts";
import type { HeadersProvider } from "../../src/core/headers_provider.ts";
import { AuthenticationError, TokenRefreshError } from "../../src/core/errors.ts";
import { test } from "../harness/mod.ts";
import { CLIENT_ID, CLIENT_SECRET, tokenOf } from "./token_endpoint.ts";

interface Received {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** Runs a server while a test does. */
async function withServer(
  answer: (response: ServerResponse, request: Received) => void,
  run: (url: string, received: readonly Received[]) => Promise<void>,
): Promise<void> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const { method, url, headers } = request;
    received.push({ method, url, headers, body });
    answer(response, received.at(-1)!);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  try {
    await run(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, received);
  } finally {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }
}

function providerAt(
  unityCatalogUrl: string,
  options: { clientId?: string; clientSecret?: string; requestTimeoutMs?: number } = {},
): HeadersProvider {
  return oauthHeadersProvider({
    endpoint: "https://1234567890.zerobus.us-west-2.cloud.databricks.com",
    unityCatalogUrl,
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    ...options,
  });
}

function issue(response: ServerResponse): void {
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ access_token: "abc", expires_in: 3600 }));
}

test("wire: one form-encoded POST to the token endpoint", async () => {
  await withServer(issue, async (url, received) => {
    assertEquals(await tokenOf(providerAt(`${url}/`)), "abc");
    const [{ method, url: path, headers, body }] = received as [Received];
    assertEquals([method, path], ["POST", "/oidc/v1/token"]);
    assertEquals(headers["content-type"], "application/x-www-form-urlencoded;charset=UTF-8");
    assertEquals(headers.authorization, `Basic ${btoa(`${CLIENT_ID}:${CLIENT_SECRET}`)}`);
    assertEquals(new URLSearchParams(body).get("grant_type"), "client_credentials");
    assertEquals(body.includes(CLIENT_SECRET), false);
    assertEquals(received.length, 1);
  });
});

for (
  const secret of ["a:b:c", "p%4 +/=&?#", "schlüssel-ключ-鍵-🔑", " spaces ", "é".repeat(5_000)]
) {
  test(`wire: the secret ${JSON.stringify(secret.slice(0, 20))} arrives byte by byte`, async () => {
    await withServer(issue, async (url, received) => {
      await tokenOf(providerAt(url, { clientId: "идентификатор", clientSecret: secret }));
      const [scheme, credentials] = received[0]!.headers.authorization!.split(" ");
      const bytes = Uint8Array.from(atob(credentials!), (char) => char.charCodeAt(0));
      assertEquals(scheme, "Basic");
      assertEquals(new TextDecoder().decode(bytes), `идентификатор:${secret}`);
    });
  });
}

for (const code of [301, 302, 303, 307, 308]) {
  test(`wire: a ${code} is not followed, so credentials stay where they belong`, async () => {
    const redirect = (response: ServerResponse) => {
      response.writeHead(code, { location: "/elsewhere" });
      response.end();
    };
    await withServer(redirect, async (url, received) => {
      await assertRejects(() => tokenOf(providerAt(url)), AuthenticationError, `(${code})`);
      assertEquals(received.map((request) => request.url), ["/oidc/v1/token"]);
    });
  });
}

test("wire: an answer without end is cut off", async () => {
  const pour = (response: ServerResponse) => {
    const more = () => {
      while (!response.destroyed && response.write("x".repeat(16_384)));
    };
    response.on("drain", more);
    response.on("error", () => {});
    more();
  };
  await withServer(pour, async (url) => {
    await assertRejects(() => tokenOf(providerAt(url)), AuthenticationError, "no access_token");
  });
});

test("wire: a connection that breaks in the middle of the answer is a passing failure", async () => {
  const breakOff = (response: ServerResponse) => {
    response.writeHead(200, { "content-length": "1000" });
    response.write('{"access_token":', () => response.destroy());
  };
  await withServer(breakOff, async (url) => {
    await assertRejects(() => tokenOf(providerAt(url)), TokenRefreshError, "/oidc/v1/token failed");
  });
});

test("wire: an answer that never ends is given up after the time-out", async () => {
  const stall = (response: ServerResponse) => {
    response.writeHead(200);
    response.write("{");
  };
  await withServer(stall, async (url) => {
    const provider = providerAt(url, { requestTimeoutMs: 50 });
    await assertRejects(() => tokenOf(provider), TokenRefreshError, "within 50 ms");
  });
});

test("wire: nobody there is a passing failure", async () => {
  let abandoned = "";
  await withServer(issue, (url) => Promise.resolve(void (abandoned = url)));
  const error = await assertRejects(() => tokenOf(providerAt(abandoned)), TokenRefreshError);
  assertEquals(error.retryable, true);
});
