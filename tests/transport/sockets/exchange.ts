/**
 * One stream seen from the server: requests in, replies and an ending out.
 *
 * @module
 */
import { gunzipSync } from "node:zlib";
import { fromBinary } from "@bufbuild/protobuf";
import type { StatusName } from "../../../src/core/status_name.ts";
import {
  type EphemeralStreamRequest,
  EphemeralStreamRequestSchema,
} from "../../../src/gen/zerobus_pb.ts";
import { endingBytes, endingFields } from "./endings.ts";
import { concatenated, type Payload, replyFrame } from "./envelopes.ts";
import type { Fields, Lines, StreamingProtocol } from "./lines.ts";

/** How to end a stream. */
export interface EndingStatus {
  /** The status. */
  readonly status: StatusName;
  /** Its text. */
  readonly message?: string;
  /** `google.rpc.RetryInfo`, in seconds. */
  readonly retryAfterSeconds?: number;
}

const CONTENT_TYPES: Record<StreamingProtocol, string> = {
  "grpc": "application/grpc+proto",
  "grpc-web": "application/grpc-web+proto",
  "connect": "application/connect+proto",
};

/** How messages are compressed, and may be in the other direction. */
export const COMPRESSION_HEADERS: Record<
  StreamingProtocol,
  { encoding: string; accepted: string }
> = {
  "grpc": { encoding: "grpc-encoding", accepted: "grpc-accept-encoding" },
  "grpc-web": { encoding: "grpc-encoding", accepted: "grpc-accept-encoding" },
  "connect": { encoding: "connect-content-encoding", accepted: "connect-accept-encoding" },
};

/** What a script sees when the client leaves without half-closing. */
export class ClientGone extends Error {}

/** One stream. */
export class Exchange {
  /** Path of the request. */
  readonly path: string;
  /** Header of the request. */
  readonly headers: Readonly<Record<string, string>>;
  readonly #protocol: StreamingProtocol;
  readonly #lines: Lines;
  #unread: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #headSent = false;

  /** A stream in a protocol. */
  constructor(protocol: StreamingProtocol, lines: Lines) {
    this.#protocol = protocol;
    this.#lines = lines;
    this.path = lines.path;
    this.headers = lines.headers;
  }

  /** The next message of the client, or `undefined` after its last one. */
  async next(): Promise<EphemeralStreamRequest | undefined> {
    const envelope = await this.nextEnvelope();
    if (envelope === undefined) return undefined;
    const { flags, bytes } = envelope;
    if (flags > 1) throw new Error(`envelope with flags ${flags}`);
    if (flags === 1) this.#checkEncoding();
    const message = flags === 1 ? gunzipSync(bytes) : bytes;
    return fromBinary(EphemeralStreamRequestSchema, message);
  }

  /** The next envelope of the client, or `undefined` after its last one. */
  async nextEnvelope(): Promise<{ flags: number; bytes: Uint8Array } | undefined> {
    const header = await this.#take(5, true);
    if (header === undefined) return undefined;
    const bytes = await this.#take(new DataView(header.buffer).getUint32(1), false);
    return { flags: header[0]!, bytes: bytes! };
  }

  #checkEncoding(): void {
    const encoding = this.headers[COMPRESSION_HEADERS[this.#protocol].encoding];
    if (encoding !== "gzip") throw new Error(`a compressed message, but encoding ${encoding}`);
  }

  /** The whole body as text, for requests that are no streams; decompressed if it says so. */
  async text(): Promise<string> {
    const chunks: Uint8Array[] = [];
    for (let chunk; (chunk = await this.#read()) !== undefined;) chunks.push(chunk);
    const bytes = concatenated(chunks);
    const isCompressed = this.headers["content-encoding"] === "gzip";
    return new TextDecoder().decode(isCompressed ? gunzipSync(bytes) : bytes);
  }

  /** Reads create_stream and answers it. */
  async accept(streamId = "stream-1"): Promise<EphemeralStreamRequest> {
    const first = await this.next();
    if (first?.payload.case !== "createStream") throw new Error("no create_stream came first");
    await this.reply({ case: "createStreamResponse", value: { streamId } });
    return first;
  }

  /** Acknowledges up to an offset. */
  async acknowledge(upTo: number): Promise<void> {
    const value = { durabilityAckUpToOffset: BigInt(upTo) };
    await this.reply({ case: "ingestRecordResponse", value });
  }

  /** Reads and acknowledges every request until the client half-closes, then ends with OK. */
  async serve(): Promise<void> {
    for (let offset = 0; await this.next() !== undefined; offset++) {
      await this.acknowledge(offset);
    }
    this.end({ status: "OK" });
  }

  /** Sends a message. */
  async reply(payload: Payload): Promise<void> {
    await this.write(replyFrame(payload));
  }

  /** Sends bytes as they are. */
  async write(bytes: Uint8Array): Promise<void> {
    this.head();
    await this.#lines.write(bytes);
  }

  /** Sends the head of a stream, with some fields more. */
  headWith(fields: Fields): void {
    this.head(200, { "content-type": CONTENT_TYPES[this.#protocol], ...fields });
  }

  /** Sends the head of the response at once; otherwise the first message brings it. */
  head(status = 200, fields: Fields = { "content-type": CONTENT_TYPES[this.#protocol] }): void {
    if (this.#headSent) return;
    this.#headSent = true;
    this.#lines.head(status, fields);
  }

  /** Ends the stream as the protocol wants it. */
  end(ending: EndingStatus): void {
    this.head();
    if (this.#protocol === "grpc") return this.#lines.end(endingFields(ending));
    this.#lines.write(endingBytes(this.#protocol, ending));
    this.#lines.end();
  }

  /** Answers with nothing but a head that says how the stream ended: gRPC's trailers-only. */
  refuse(ending: EndingStatus, fields: Fields = {}): void {
    this.headWith({ ...fields, ...endingFields(ending) });
    this.#lines.end();
  }

  /** Answers as some other server would. */
  async answer(status: number, fields: Fields, text = ""): Promise<void> {
    this.head(status, fields);
    if (text !== "") await this.#lines.write(new TextEncoder().encode(text));
    this.#lines.end();
  }

  /** Ends the response without saying how the stream ended. */
  endWithoutStatus(): void {
    this.head();
    this.#lines.end();
  }

  /** Drops the stream. */
  reset(): void {
    this.#lines.reset();
  }

  /** Resolves when the client is gone. */
  async gone(): Promise<void> {
    try {
      while (await this.#read() !== undefined);
    } catch (reason) {
      if (!(reason instanceof ClientGone)) throw reason;
    }
  }

  async #take(bytes: number, mayEnd: boolean): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const chunks: Uint8Array[] = [this.#unread];
    let length = this.#unread.length;
    while (length < bytes) {
      const chunk = await this.#read();
      if (chunk === undefined) {
        if (mayEnd && length === 0) return undefined;
        throw new Error("the request ended within an envelope");
      }
      chunks.push(chunk);
      length += chunk.length;
    }
    const all = concatenated(chunks);
    this.#unread = all.subarray(bytes);
    return all.slice(0, bytes);
  }

  async #read(): Promise<Uint8Array | undefined> {
    try {
      const { done, value } = await this.#lines.body.next();
      return done === true ? undefined : value;
    } catch (cause) {
      throw new ClientGone("the client is gone", { cause });
    }
  }
}
