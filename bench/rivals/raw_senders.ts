/**
 * The floor: the same libraries that the wrapper stands on, fed with chunks that are there already
 * by code that does nothing else.
 *
 * @module
 */
import { connect as connectHttp2 } from "node:http2";
import { connect as connectSocket, type Socket } from "node:net";
import { inPieces } from "../../src/transport/outlet.ts";
import { DISCARD_PATH } from "../sink.ts";

/** Sends chunks to a sink and resolves when it has taken all of them. */
export type RawSender = (sink: string, chunks: readonly Uint8Array[]) => Promise<void>;

/** A POST over `node:http2`. */
export const http2Sender: RawSender = async (sink, chunks) => {
  const session = connectHttp2(sink, { maxSessionMemory: 1_024 });
  const stream = session.request({ ":method": "POST", ":path": DISCARD_PATH });
  const answered = new Promise<void>((resolve, reject) => {
    stream.once("end", resolve).once("error", reject).resume();
    session.once("error", reject);
  });
  for (const chunk of chunks) {
    if (!stream.write(chunk)) await new Promise((resolve) => stream.once("drain", resolve));
  }
  stream.end();
  await answered;
  session.close();
};

/** A POST over `fetch`, with a stream as its body. */
export const fetchSender: RawSender = async (sink, chunks) => {
  let next = 0;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      if (next === chunks.length) controller.close();
      else controller.enqueue(chunks[next++] as Uint8Array<ArrayBuffer>);
    },
  }, { highWaterMark: 0 });
  const init: RequestInit & { readonly duplex: "half" } = {
    method: "POST",
    body,
    redirect: "error",
    duplex: "half",
  };
  const response = await fetch(`${sink}${DISCARD_PATH}`, init);
  await response.arrayBuffer();
};

/** A POST over a socket, every byte written by hand. */
export const socketSender: RawSender = async (sink, chunks) => {
  const { hostname, port } = new URL(sink);
  const socket: Socket = connectSocket({ host: hostname, port: Number(port) });
  const answered = new Promise<void>((resolve, reject) => {
    socket.once("end", resolve).once("error", reject).resume();
  });
  const bytes = chunks.reduce((sum, { length }) => sum + length, 0);
  socket.write(
    `POST ${DISCARD_PATH} HTTP/1.1\r\nhost: ${hostname}\r\ncontent-length: ${bytes}\r\n\r\n`,
  );
  for (const chunk of chunks) {
    if (!socket.write(chunk)) await new Promise((resolve) => socket.once("drain", resolve));
  }
  await answered;
  socket.destroy();
};

/** A stream to a sink, of messages that it acknowledges. */
export interface RawStream {
  /** Sends a message and resolves when it has been acknowledged. One at a time. */
  send(message: Uint8Array): Promise<void>;
  /** Ends it. */
  close(): Promise<void>;
}

/** Opens a stream to a sink. */
export type OpenRawStream = (sink: string) => Promise<RawStream>;

/** A stream over `node:http2`. */
export const http2Stream: OpenRawStream = async (sink) => {
  const session = connectHttp2(sink, { maxSessionMemory: 1_024 });
  const type = { "content-type": "application/grpc+proto" };
  const stream = session.request({ ":method": "POST", ":path": "/", ...type });
  const failed = new Promise<never>((_, reject) => {
    stream.once("error", reject);
    session.once("error", reject);
  });
  const send = async (message: Uint8Array) => {
    const answered = new Promise((resolve) => stream.once("data", resolve));
    for (const chunk of framed(message)) {
      if (!stream.write(chunk)) await new Promise((resolve) => stream.once("drain", resolve));
    }
    await Promise.race([answered, failed]);
  };
  await send(new Uint8Array(0));
  return {
    send,
    async close() {
      const ended = new Promise((resolve) => stream.once("end", resolve).resume());
      stream.end();
      await Promise.race([ended, failed]);
      session.close();
    },
  };
};

/** A stream over `fetch`. */
export const fetchStream: OpenRawStream = async (sink) => {
  const waiting: Uint8Array[] = [];
  let wake = (): void => {};
  let hasEnded = false;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      if (waiting.length === 0 && !hasEnded) await new Promise<void>((resolve) => wake = resolve);
      const chunk = waiting.shift();
      if (chunk === undefined) controller.close();
      else controller.enqueue(chunk as Uint8Array<ArrayBuffer>);
    },
  }, { highWaterMark: 0 });
  const put = (chunks: readonly Uint8Array[]) => {
    waiting.push(...chunks);
    wake();
  };
  put(framed(new Uint8Array(0)));
  const init: RequestInit & { readonly duplex: "half" } = {
    method: "POST",
    headers: { "content-type": "application/grpc-web+proto" },
    body,
    redirect: "error",
    duplex: "half",
  };
  const reader = (await fetch(sink, init)).body!.getReader();
  await reader.read();
  return {
    async send(message) {
      put(framed(message));
      await reader.read();
    },
    async close() {
      hasEnded = true;
      wake();
      while (!(await reader.read()).done);
    },
  };
};

/** A message and what is in front of it, in the pieces in which the wrapper would write it. */
function framed(message: Uint8Array): Uint8Array[] {
  const envelope = new Uint8Array(5);
  new DataView(envelope.buffer).setUint32(1, message.length);
  return inPieces([envelope, message]);
}
