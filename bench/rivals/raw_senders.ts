/**
 * The floor: the same libraries that the wrapper stands on, fed with chunks that are there already
 * by code that does nothing else.
 *
 * @module
 */
import { connect as connectHttp2 } from "node:http2";
import { connect as connectSocket, type Socket } from "node:net";
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
