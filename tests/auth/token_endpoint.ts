import type { Clock } from "../../src/core/clock.ts";
import type { HeadersProvider, HeadersRequest } from "../../src/core/headers_provider.ts";
import {
  type OauthHeadersOptions,
  oauthHeadersProvider,
} from "../../src/auth/oauth_headers_provider.ts";
import { FakeClock } from "../ingest/fake_clock.ts";

export const CLIENT_ID = "3f2c9d1e-service-principal";
export const CLIENT_SECRET = "dose1a2b3c4d5e6f";
export const TABLE = "main.iot.readings";

/** How the endpoint answers one request. */
export type Answer = (signal: AbortSignal) => Response | Promise<Response>;

/** A token endpoint that answers what it is told to, and remembers what it was asked. */
export class TokenEndpoint {
  /** The forms of the requests so far. */
  readonly forms: URLSearchParams[] = [];
  /** Answers to come; when there are none left, tokens `t1`, `t2`, ... that live an hour. */
  readonly script: Answer[] = [];
  #awaited: { readonly count: number; readonly resolve: () => void }[] = [];

  /** Number of requests so far. */
  get requests(): number {
    return this.forms.length;
  }

  /** Resolves when so many requests have arrived. */
  asked(count: number): Promise<void> {
    return new Promise((resolve) => {
      this.#awaited.push({ count, resolve });
      this.#notify();
    });
  }

  readonly fetch: typeof fetch = async (_url, init) => {
    const { body, signal } = init!;
    this.forms.push(body as URLSearchParams);
    this.#notify();
    const answer = this.script.shift() ?? token(`t${this.requests}`, 3600);
    return await answer(signal!);
  };

  #notify(): void {
    for (const { count, resolve } of this.#awaited) if (this.requests >= count) resolve();
  }
}

/** An answer with a token. */
export function token(text: string, expiresIn?: unknown): Answer {
  return () => Response.json({ access_token: text, token_type: "Bearer", expires_in: expiresIn });
}

/** An answer with a status and a JSON body. */
export function status(code: number, body: unknown = {}, headers: HeadersInit = {}): Answer {
  return () => Response.json(body, { status: code, headers });
}

/** No answer until the request is cancelled. */
export const hang: Answer = (signal) =>
  new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
  });

/** An answer that comes when the test says so. */
export function held(): { readonly answer: Answer; readonly release: (answer: Answer) => void } {
  let release!: (answer: Answer) => void;
  const released = new Promise<Answer>((resolve) => release = resolve);
  return { answer: async (signal) => (await released)(signal), release };
}

/** A provider that asks the given endpoint. */
export function providerOf(
  endpoint: TokenEndpoint,
  clock: Clock,
  options: Partial<OauthHeadersOptions> = {},
): HeadersProvider {
  return oauthHeadersProvider({
    endpoint: "https://1234567890.zerobus.us-west-2.cloud.databricks.com",
    unityCatalogUrl: "https://my-workspace.cloud.databricks.com",
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    fetch: endpoint.fetch,
    clock,
    ...options,
  });
}

/** The token in the headers that a provider gives. */
export async function tokenOf(
  provider: HeadersProvider,
  request: Partial<HeadersRequest> = {},
): Promise<string> {
  const { signal } = new AbortController();
  const headers = new Headers(await provider({ tableName: TABLE, signal, ...request }));
  return headers.get("authorization")!.replace("Bearer ", "");
}

/** A scripted endpoint, a provider that asks it, and their clock. */
export function setUp(...script: Answer[]): {
  readonly clock: FakeClock;
  readonly endpoint: TokenEndpoint;
  readonly provider: HeadersProvider;
} {
  const clock = new FakeClock();
  const endpoint = new TokenEndpoint();
  endpoint.script.push(...script);
  return { clock, endpoint, provider: providerOf(endpoint, clock) };
}
