/**
 * Who answers which request: the token endpoint, the stream, or an error in the caller's protocol.
 *
 * @module
 */
import { Code, ConnectError } from "@connectrpc/connect";
import type { Exchange } from "./exchange.ts";
import { frame, readMessages } from "./frames.ts";
import { type Framing, framingOf } from "./framing.ts";
import type { ResolvedOptions } from "./options.ts";
import { serveStream, type StreamServices } from "./stream.ts";
import { answerTokenRequest, type JsonAnswer } from "./token_endpoint.ts";
import type { Tokens } from "./tokens.ts";

/** A call in progress. */
interface OpenCall {
  interrupt(reason: ConnectError): void;
  readonly done: Promise<void>;
}

const STREAM_PATH = "/databricks.zerobus.Zerobus/EphemeralStream";
const TOKEN_PATH = "/oidc/v1/token";
const TABLE_HEADER = "x-databricks-zerobus-table-name";
const MAX_FORM_BYTES = 64 * 1024;

/** Answers requests until it is stopped. */
export class Service {
  readonly #options: ResolvedOptions;
  readonly #tokens: Tokens;
  readonly #streams: StreamServices;
  readonly #calls = new Set<OpenCall>();

  /** Tokens and tables are shared with whoever starts the service. */
  constructor(options: ResolvedOptions, tokens: Tokens, streams: StreamServices) {
    this.#options = options;
    this.#tokens = tokens;
    this.#streams = streams;
  }

  /** Answers one request. Never throws: what goes wrong here ends that request alone. */
  async answer(exchange: Exchange): Promise<void> {
    try {
      if (exchange.path === TOKEN_PATH) {
        await sendJson(exchange, await this.#answerToken(exchange));
        return;
      }
      const framing = framingOf(exchange.header("content-type"));
      const refusal = refusalOf(exchange, framing);
      if (refusal !== undefined) await sendJson(exchange, refusal);
      else await this.#answerCall(exchange, framing!);
    } catch {
      exchange.abort();
    }
  }

  /** Ends every open call with UNAVAILABLE; resolves when they have ended. */
  async stop(): Promise<void> {
    const reason = new ConnectError("the local Zerobus is closing", Code.Unavailable);
    for (const call of this.#calls) call.interrupt(reason);
    await Promise.allSettled([...this.#calls].map((call) => call.done));
  }

  async #answerToken(exchange: Exchange): Promise<JsonAnswer> {
    const { auth } = this.#options;
    const body = await readText(exchange.body, MAX_FORM_BYTES);
    if (body === undefined) {
      return { status: 413, body: { error: "invalid_request", error_description: "too large" } };
    }
    const request = {
      method: exchange.method,
      contentType: exchange.header("content-type"),
      authorization: exchange.header("authorization"),
      body,
    };
    return answerTokenRequest(request, {
      ...auth,
      issue: (tableName) => {
        this.#streams.stats.tokensIssued++;
        return this.#tokens.issue(tableName);
      },
    });
  }

  async #answerCall(exchange: Exchange, framing: Framing): Promise<void> {
    exchange.start(200, { "content-type": framing.contentType });
    let interrupt!: OpenCall["interrupt"];
    const interrupted = new Promise<never>((_, reject) => interrupt = reject);
    const work = Promise.race([this.#serve(exchange), interrupted]);
    const call: OpenCall = { interrupt, done: finishCall(exchange, framing, work) };
    this.#calls.add(call);
    try {
      await call.done;
    } finally {
      this.#calls.delete(call);
    }
  }

  async #serve(exchange: Exchange): Promise<void> {
    if (exchange.path !== STREAM_PATH) {
      throw new ConnectError(`there is no method ${exchange.path}`, Code.Unimplemented);
    }
    let authorizedTable: string | undefined;
    if (this.#options.auth.required) {
      authorizedTable = exchange.header(TABLE_HEADER) ?? "";
      this.#tokens.check(exchange.header("authorization"), authorizedTable);
    }
    await serveStream({
      authorizedTable,
      messages: readMessages(exchange.body, this.#options.maxRequestBytes),
      send: (message) => exchange.write(frame(message)),
    }, this.#streams);
  }
}

/** Waits for the work and tells the client how it ended. */
async function finishCall(
  exchange: Exchange,
  framing: Framing,
  work: Promise<void>,
): Promise<void> {
  let failure: ConnectError | undefined;
  try {
    await work;
  } catch (reason) {
    failure = reason instanceof ConnectError
      ? reason
      : new ConnectError("the local Zerobus failed", Code.Internal);
  }
  const { lastFrame, trailers } = framing.end(failure);
  if (lastFrame !== undefined) await exchange.write(lastFrame);
  await exchange.finish(trailers);
}

/** The answer to a request that is no call of any of the three protocols. */
function refusalOf(
  { method, path, httpVersion }: Exchange,
  framing: Framing | undefined,
): JsonAnswer | undefined {
  if (framing === undefined && path !== STREAM_PATH) {
    return { status: 404, body: { message: `there is nothing at ${path}` } };
  }
  if (method !== "POST") {
    return { status: 405, body: { message: "use POST" }, headers: { allow: "POST" } };
  }
  if (framing === undefined) {
    const message =
      "the content type is none of gRPC, gRPC-Web and Connect streaming with protobuf";
    return { status: 415, body: { message } };
  }
  if (framing.httpVersion > httpVersion) {
    return { status: 505, body: { message: "gRPC needs HTTP/2" } };
  }
  return undefined;
}

async function sendJson(exchange: Exchange, { status, body, headers }: JsonAnswer): Promise<void> {
  exchange.start(status, { "content-type": "application/json", ...headers });
  await exchange.write(new TextEncoder().encode(JSON.stringify(body)));
  await exchange.finish();
}

/** The body as text, or nothing if it is longer than allowed. */
async function readText(
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<string | undefined> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > maxBytes) return undefined;
  }
  return text + decoder.decode();
}
