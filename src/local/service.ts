/**
 * Who answers which request: the token endpoint, the catalog, the REST endpoint, the stream, or an
 * error in the caller's protocol.
 *
 * @module
 */
import { Code, ConnectError } from "@connectrpc/connect";
import { readText, sendJson, sendText } from "./answers.ts";
import { describe, describedTable } from "./catalog_endpoint.ts";
import type { Exchange } from "./exchange.ts";
import type { FaultScript } from "./faults/fault_script.ts";
import { forever } from "./faults/pause.ts";
import { tokenTrouble } from "./faults/token_trouble.ts";
import { COMPRESSED, frame, readMessages } from "./frames.ts";
import { type CompressionFields, type Framing, framingOf } from "./framing.ts";
import { agree, type Agreement, compressed, decompressed, refusalOf } from "./gzip.ts";
import { OpenCall } from "./open_call.ts";
import type { ResolvedOptions } from "./options.ts";
import type { StreamServices } from "./open_stream.ts";
import { serveFlight } from "./flight_stream.ts";
import { insertedTable, insertRefusal, openInsert, REST_COMPRESSION } from "./rest_endpoint.ts";
import { serveStream } from "./stream.ts";
import {
  answerTokenRequest,
  type JsonAnswer,
  type TokenRequest,
  tokenRequestTable,
} from "./token_endpoint.ts";
import type { Tokens } from "./tokens.ts";

/** What a service shares with whoever starts it. */
export interface SharedParts extends StreamServices {
  /** Tokens that have been given out. */
  readonly tokens: Tokens;
  /** What goes wrong. */
  readonly faults: FaultScript;
}

const STREAM_PATH = "/databricks.zerobus.Zerobus/EphemeralStream";
const FLIGHT_PATH = "/arrow.flight.protocol.FlightService/DoPut";
const TOKEN_PATH = "/oidc/v1/token";
const TABLE_HEADER = "x-databricks-zerobus-table-name";
const MAX_FORM_BYTES = 64 * 1024;

/** The answer of whoever does not even speak of messages. */
const ENCODING_REFUSED: JsonAnswer = {
  status: 415,
  body: { message: "this content encoding is not supported" },
};

/** Answers requests, also after it was stopped. */
export class Service {
  readonly #options: ResolvedOptions;
  readonly #parts: SharedParts;
  readonly #calls = new Set<OpenCall>();

  /** Has no calls yet. */
  constructor(options: ResolvedOptions, parts: SharedParts) {
    this.#options = options;
    this.#parts = parts;
  }

  /** Answers one request. Never throws: what goes wrong here ends that request alone. */
  async answer(exchange: Exchange): Promise<void> {
    try {
      if (exchange.path === TOKEN_PATH) return await this.#answerToken(exchange);
      const described = describedTable(exchange.path);
      if (described !== undefined) return await this.#answerCatalog(exchange, described);
      const tableName = insertedTable(exchange.path);
      if (tableName !== undefined) return await this.#answerInsert(exchange, tableName);
      const framing = framingOf(exchange.header("content-type"));
      const refusal = noCall(exchange, framing);
      if (refusal !== undefined) await sendJson(exchange, refusal);
      else await this.#answerCall(exchange, framing!);
    } catch {
      exchange.abort();
    }
  }

  /** Ends every open call with UNAVAILABLE; resolves when they have ended. */
  async stop(): Promise<void> {
    const reason = new ConnectError("the local Zerobus is closing", Code.Unavailable);
    for (const call of this.#calls) call.cut(reason);
    await Promise.all([...this.#calls].map((call) => call.done));
  }

  async #answerToken(exchange: Exchange): Promise<void> {
    const body = await readText(exchange.body, MAX_FORM_BYTES);
    if (body === undefined) {
      const tooLarge = { error: "invalid_request", error_description: "too large" };
      return await sendJson(exchange, { status: 413, body: tooLarge });
    }
    const trouble = tokenTrouble(this.#parts.faults, tokenRequestTable(body));
    if (trouble === "hang") return await forever(exchange.closed);
    if (trouble !== undefined) return await sendText(exchange, trouble);
    const request = {
      method: exchange.method,
      contentType: exchange.header("content-type"),
      authorization: exchange.header("authorization"),
      body,
    };
    await sendJson(exchange, this.#tokenAnswer(request));
  }

  #tokenAnswer(request: TokenRequest): JsonAnswer {
    const { stats, tokens } = this.#parts;
    return answerTokenRequest(request, {
      ...this.#options.auth,
      issue: (tableName) => {
        stats.tokensIssued++;
        return tokens.issue(tableName);
      },
    });
  }

  async #answerCatalog(exchange: Exchange, tableName: string): Promise<void> {
    const { tokens, tables } = this.#parts;
    if (exchange.method !== "GET") {
      const body = { message: "use GET" };
      return await sendJson(exchange, { status: 405, body, headers: { allow: "GET" } });
    }
    const problem = tokens.problemOf(exchange.header("authorization"));
    if (problem !== undefined) {
      return await sendJson(exchange, { status: 401, body: { message: problem } });
    }
    const table = tables.byName.get(tableName);
    await sendJson(exchange, describe(tableName, table?.definition));
  }

  async #answerCall(exchange: Exchange, framing: Framing): Promise<void> {
    const agreement = this.#agree(exchange, framing.compressionHeaders);
    if (agreement === undefined) return await sendJson(exchange, ENCODING_REFUSED);
    exchange.start(200, { "content-type": framing.contentType, ...agreement.headers });
    await this.#live(
      new OpenCall(
        exchange,
        (failure) => endStream(exchange, framing, failure),
        (call) => this.#serve(exchange, call, agreement),
      ),
    );
  }

  /** Keeps a call in sight until it has ended. */
  async #live(call: OpenCall): Promise<void> {
    this.#calls.add(call);
    await call.done;
    this.#calls.delete(call);
  }

  /** What a call makes of compression; nothing if it is refused like a stranger's request. */
  #agree(
    exchange: Exchange,
    fields: CompressionFields,
    tableName: string = exchange.header(TABLE_HEADER) ?? "",
  ): Agreement | undefined {
    const agreement = agree(exchange, fields, this.#options.gzip);
    const fault = this.#parts.faults.take(tableName, {
      kinds: ["refuse_compression"],
      applies: () => agreement.announced !== "identity",
    });
    if (fault === undefined) return agreement;
    switch (fault.how ?? "listed") {
      case "listed":
        return agree(exchange, fields, { accept: false, answer: false });
      case "unlisted":
        return { ...agreement, accepts: false, headers: {} };
      case "http_415":
        return undefined;
    }
  }

  async #serve(exchange: Exchange, call: OpenCall, agreement: Agreement): Promise<void> {
    const refusal = refusalOf(agreement);
    if (refusal !== undefined) throw refusal;
    if (!isMethod(exchange.path)) {
      throw new ConnectError(`there is no method ${exchange.path}`, Code.Unimplemented);
    }
    const stream = {
      authorizedTable: this.#authorize(exchange),
      messages: this.#messages(exchange, agreement),
      send: (message: Uint8Array) =>
        exchange.write(
          agreement.answers ? frame(compressed(message), COMPRESSED) : frame(message),
        ),
      life: call,
    };
    if (exchange.path === STREAM_PATH) return await serveStream(stream, this.#parts);
    await serveFlight({ ...stream, tableName: exchange.header(TABLE_HEADER) }, this.#parts);
  }

  async #answerInsert(exchange: Exchange, tableName: string): Promise<void> {
    const refusal = insertRefusal(exchange);
    if (refusal !== undefined) return await sendJson(exchange, refusal);
    const agreement = this.#agree(exchange, REST_COMPRESSION, tableName);
    if (agreement === undefined) return await sendJson(exchange, ENCODING_REFUSED);
    // Who sends no list does not look at the header, and finds the body malformed.
    if (refusalOf(agreement) !== undefined && agreement.headers["accept-encoding"] !== undefined) {
      return await sendJson(exchange, { ...ENCODING_REFUSED, headers: agreement.headers });
    }
    const limits = {
      agreement,
      authorize: () => void this.#authorize(exchange, tableName),
      maxBytes: this.#options.maxRequestBytes,
    };
    await this.#live(openInsert(exchange, tableName, limits, this.#parts));
  }

  async *#messages(exchange: Exchange, agreement: Agreement): AsyncGenerator<Uint8Array> {
    const { stats } = this.#parts;
    const { maxRequestBytes } = this.#options;
    for await (const { isCompressed, bytes } of readMessages(exchange.body, maxRequestBytes)) {
      stats.wireBytes += bytes.length;
      if (isCompressed) stats.compressedMessages++;
      yield isCompressed ? await decompressed(bytes, agreement, maxRequestBytes) : bytes;
    }
  }

  /** The table that the headers allow to write to; undefined if anything goes. */
  #authorize(
    exchange: Exchange,
    tableName: string = exchange.header(TABLE_HEADER) ?? "",
  ): string | undefined {
    const { tokens, faults } = this.#parts;
    const authorization = exchange.header("authorization");
    if (faults.take(tableName, { kinds: ["reject_token"] }) !== undefined) {
      tokens.reject(authorization);
      throw new ConnectError("the token was rejected", Code.Unauthenticated);
    }
    if (!this.#options.auth.required) return undefined;
    tokens.check(authorization, tableName);
    return tableName;
  }
}

function isMethod(path: string): boolean {
  return path === STREAM_PATH || path === FLIGHT_PATH;
}

/** The answer to a request that is no call of any of the three protocols. */
function noCall(
  { method, path, httpVersion }: Exchange,
  framing: Framing | undefined,
): JsonAnswer | undefined {
  if (framing === undefined && !isMethod(path)) {
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

/** Says how a stream has ended; without an error, with OK. */
async function endStream(
  exchange: Exchange,
  framing: Framing,
  failure: ConnectError | undefined,
): Promise<void> {
  const { lastFrame, trailers } = framing.end(failure);
  if (lastFrame !== undefined) await exchange.write(lastFrame);
  await exchange.finish(trailers);
}
