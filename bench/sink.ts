/**
 * A server that takes whatever comes and throws it away: what is measured against it is the client.
 * To those who speak the protocol it acknowledges each request as soon as its last byte is there;
 * it looks at nothing but lengths.
 *
 * @module
 */
import { createHash, type Hash } from "node:crypto";
import { create, toBinary } from "@bufbuild/protobuf";
import { EphemeralStreamResponseSchema } from "../src/gen/zerobus_pb.ts";
import type { Exchange } from "../src/local/exchange.ts";
import { frame } from "../src/local/frames.ts";
import { framingOf } from "../src/local/framing.ts";
import { listen } from "../src/local/listener.ts";

/** What a sink has taken since it was last asked. */
export interface Tally {
  /** Requests on streams that have ended, those that opened them not included. */
  readonly requests: number;
  /** Bytes of bodies. */
  readonly bytes: number;
  /** SHA-1 of those bytes, if it was asked for. */
  readonly hash?: string | undefined;
}

/** Where a body that is no stream goes. */
export const DISCARD_PATH = "/discard";
const TALLY_PATH = "/tally";
const ENVELOPE_BYTES = 5;

/** Starts a sink, which runs until its process ends. Returns its URL. */
export async function startSink(): Promise<string> {
  const sink = new Sink();
  const { url } = await listen({
    port: 0,
    hostname: "127.0.0.1",
    tls: undefined,
    onConnection() {},
    onExchange: (exchange) => sink.take(exchange).catch(() => exchange.abort()),
  });
  return url;
}

/** Asks a sink what it has taken, and whether to hash what it takes from now on. */
export async function tally(url: string, hashes: boolean = false): Promise<Tally> {
  const response = await fetch(`${url}${TALLY_PATH}`, { method: hashes ? "PUT" : "POST" });
  return await response.json();
}

class Sink {
  #requests = 0;
  #bytes = 0;
  #hash: Hash | undefined;

  async take(exchange: Exchange): Promise<void> {
    if (exchange.path === TALLY_PATH) return await this.#tell(exchange);
    const framing = framingOf(exchange.header("content-type"));
    exchange.start(200, { "content-type": framing?.contentType ?? "text/plain" });
    if (framing === undefined) {
      for await (const chunk of exchange.body) this.#count(chunk);
      return await exchange.finish();
    }
    const envelopes = new Envelopes();
    for await (const chunk of exchange.body) {
      const before = envelopes.complete;
      envelopes.push(chunk);
      this.#count(chunk);
      // The first message opens the stream, so the second is request 0.
      const { complete } = envelopes;
      if (before === 0 && complete > 0) await exchange.write(CREATED);
      if (complete > Math.max(before, 1)) await exchange.write(acknowledgement(complete - 2));
    }
    this.#requests += envelopes.complete - 1;
    const { lastFrame, trailers } = framing.end(undefined);
    if (lastFrame !== undefined) await exchange.write(lastFrame);
    await exchange.finish(trailers);
  }

  #count(bytes: Uint8Array): void {
    this.#bytes += bytes.length;
    this.#hash?.update(bytes);
  }

  async #tell(exchange: Exchange): Promise<void> {
    const said: Tally = {
      requests: this.#requests,
      bytes: this.#bytes,
      hash: this.#hash?.digest("hex"),
    };
    this.#requests = this.#bytes = 0;
    this.#hash = exchange.method === "PUT" ? createHash("sha1") : undefined;
    exchange.start(200, { "content-type": "application/json" });
    await exchange.write(new TextEncoder().encode(JSON.stringify(said)));
    await exchange.finish();
  }
}

/** Finds the ends of messages without keeping any of their bytes. */
class Envelopes {
  /** Messages that have arrived as a whole. */
  complete = 0;
  #header = new Uint8Array(ENVELOPE_BYTES);
  #headerBytes = 0;
  /** Bytes of the message that are yet to come. */
  #missing = 0;

  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#headerBytes < ENVELOPE_BYTES) {
        this.#header[this.#headerBytes++] = chunk[at++]!;
        if (this.#headerBytes < ENVELOPE_BYTES) continue;
        this.#missing = new DataView(this.#header.buffer).getUint32(1);
      }
      const taken = Math.min(this.#missing, chunk.length - at);
      at += taken;
      this.#missing -= taken;
      if (this.#missing > 0) return;
      this.complete++;
      this.#headerBytes = 0;
    }
  }
}

const CREATED: Uint8Array = answer({
  case: "createStreamResponse",
  value: { streamId: "00000000-0000-4000-8000-000000000000" },
});

function acknowledgement(offset: number): Uint8Array {
  const durabilityAckUpToOffset = BigInt(offset);
  return answer({ case: "ingestRecordResponse", value: { durabilityAckUpToOffset } });
}

function answer(
  payload:
    | { case: "createStreamResponse"; value: { streamId: string } }
    | { case: "ingestRecordResponse"; value: { durabilityAckUpToOffset: bigint } },
): Uint8Array {
  const message = create(EphemeralStreamResponseSchema, { payload });
  return frame(toBinary(EphemeralStreamResponseSchema, message));
}
