/**
 * The other side of a transport: a server on a real socket that does what a script says. It shares
 * no code with the transports; envelopes and endings are written here once more, from the
 * protocols' specifications.
 *
 * @module
 */
import { createServer as createHttpServer } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import {
  createSecureServer,
  createServer as createHttp2Server,
  type ServerHttp2Stream,
} from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import { SERVER_CERTIFICATE, SERVER_KEY } from "./certificates.ts";
import { ClientGone, Exchange } from "./exchange.ts";
import { http1Lines, http2Lines, type Lines, type StreamingProtocol } from "./lines.ts";

/** What a peer does with one request. */
export type Script = (exchange: Exchange) => Promise<void>;

/** Options of {@linkcode startPeer}. */
export interface PeerOptions {
  /** What it speaks. */
  readonly protocol: StreamingProtocol;
  /** Whether it has a certificate. */
  readonly tls?: boolean;
  /** PEM of the authority whose client certificates it demands. */
  readonly clientCa?: string;
}

/** A running peer. */
export interface Peer extends AsyncDisposable {
  /** Where it listens. */
  readonly url: string;
  /** Connections that were made to it. */
  readonly connections: number;
}

/** Starts a peer that plays the script for every request. A script that fails, other than for
 * want of a client, fails the disposal. */
export async function startPeer(options: PeerOptions, script: Script): Promise<Peer> {
  const failures: unknown[] = [];
  const play = async (lines: Lines) => {
    const exchange = new Exchange(options.protocol, lines);
    try {
      await script(exchange);
      // What nobody reads would be in the way of the connection's next request.
      await exchange.gone();
    } catch (reason) {
      if (!(reason instanceof ClientGone)) failures.push(reason);
    }
  };
  const server = createServer(options, play);
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on("connection", (socket: Socket) => {
    connections++;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: options.tls ? `https://localhost:${port}` : `http://127.0.0.1:${port}`,
    get connections(): number {
      return connections;
    },
    async [Symbol.asyncDispose](): Promise<void> {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
      if (failures.length > 0) throw failures[0];
    },
  };
}

function createServer({ protocol, tls, clientCa }: PeerOptions, play: (lines: Lines) => void) {
  const secrets = {
    cert: SERVER_CERTIFICATE,
    key: SERVER_KEY,
    ...(clientCa === undefined ? {} : { ca: clientCa, requestCert: true }),
  };
  if (protocol === "grpc") {
    const server = tls ? createSecureServer(secrets) : createHttp2Server();
    return server.on("stream", (stream, headers) => {
      play(http2Lines(stream as ServerHttp2Stream, headers));
    });
  }
  return (tls ? createHttpsServer(secrets) : createHttpServer())
    .on("request", (request, response) => play(http1Lines(request, response)));
}
