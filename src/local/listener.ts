/**
 * One port for HTTP/1.1 and HTTP/2, with and without TLS.
 *
 * With TLS the handshake (ALPN) says which HTTP follows. Without it the connection's first bytes do:
 * HTTP/2 with prior knowledge opens with a fixed preface, and no HTTP/1.1 request starts that way.
 * The inner HTTP servers never listen themselves, they are handed the accepted sockets.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type { EventEmitter } from "node:events";
import http from "node:http";
import http2 from "node:http2";
import net, { type AddressInfo, type Socket } from "node:net";
import process from "node:process";
import tls from "node:tls";
import { type Exchange, openExchange } from "./exchange.ts";
import type { TlsIdentity } from "./options.ts";

/** Where to listen. */
export interface ListenOptions {
  /** TCP port, 0 for any. */
  readonly port: number;
  /** Address. */
  readonly hostname: string;
  /** Serves TLS. */
  readonly tls: TlsIdentity | undefined;
  /** Called for each accepted connection. */
  onConnection(): void;
  /** Called for each request. It never throws. */
  onExchange(exchange: Exchange): void;
}

/** A listening port. */
export interface Listener {
  /** Base URL, without a trailing slash. */
  readonly url: string;
  /** TCP port. */
  readonly port: number;
  /** Accepts nobody from now on; open connections go on. */
  stop(): void;
  /** Ends every connection, and resolves when port and connections are gone. */
  close(): Promise<void>;
}

const PREFACE = "PRI * HTTP/2.0";
/**
 * What a client may send before the server has read any of it. The default of 64 KiB stops senders
 * again and again. The same for a stream and for its connection: Bun never reopens a stream whose
 * connection has the larger window.
 */
const WINDOW_BYTES = 16 * 1024 * 1024;
/** What Node's HTTP/2 may buffer for a connection before it refuses streams. */
const SESSION_MEMORY_MB = 512;
/** How long connections may take to end when the listener closes. */
const CLOSE_MS = 500;

/**
 * Starts listening.
 *
 * @throws whatever the operating system says, such as that the port is taken.
 */
export async function listen(options: ListenOptions): Promise<Listener> {
  const sockets = new Set<Socket>();
  const sessions = new Set<http2.ServerHttp2Session>();
  const http1Server = http.createServer(
    { requestTimeout: 0 },
    (request, response) => {
      options.onExchange(openExchange(request, response, () => resetSocket(request.socket)));
    },
  );
  const http2Server = http2.createServer(
    { settings: { initialWindowSize: WINDOW_BYTES }, maxSessionMemory: SESSION_MEMORY_MB },
    (request, response) => {
      // An HTTP/2 session does not give its socket away, but its address.
      const { remoteAddress, remotePort } = request.stream.session?.socket ?? {};
      const reset = () => {
        for (const socket of sockets) {
          if (socket.remotePort !== remotePort || socket.remoteAddress !== remoteAddress) continue;
          resetSocket(socket);
        }
      };
      options.onExchange(openExchange(request, response, reset));
    },
  );
  http2Server.on("session", (session) => {
    remember(sessions, session);
    session.setLocalWindowSize(WINDOW_BYTES);
  });
  // What clients do wrong ends their own connection; without a listener it would end the process.
  http2Server.on("sessionError", ignore);

  const http1Sockets = new Set<Socket>();
  const hand = (socket: Socket, isHttp2: boolean) => {
    if (isHttp2) {
      http2Server.emit("connection", socket);
    } else {
      remember(http1Sockets, socket);
      http1Server.emit("connection", socket);
    }
  };
  const outer = options.tls === undefined
    ? net.createServer((socket) => readPreface(socket, hand))
    : tls.createServer({ ...options.tls, ALPNProtocols: ["h2", "http/1.1"] }, (socket) => {
      socket.on("error", ignore);
      hand(socket, socket.alpnProtocol === "h2");
    });
  outer.prependListener("connection", (socket: Socket) => {
    remember(sockets, socket);
    socket.on("error", ignore);
    options.onConnection();
  });
  outer.on("tlsClientError", ignore);
  await new Promise<void>((resolve, reject) => {
    outer.once("error", reject);
    outer.listen(options.port, options.hostname, () => {
      outer.off("error", reject);
      resolve();
    });
  });
  outer.on("error", ignore);
  const address = outer.address() as AddressInfo;
  let stopped: Promise<void> | undefined;
  const stop = () => stopped ??= new Promise<void>((resolve) => outer.close(() => resolve()));
  return {
    url: urlOf(options, address),
    port: address.port,
    stop: () => void stop(),
    close: async () => {
      // What has been written still has to leave, so connections end before they are dropped.
      for (const session of sessions) session.close();
      for (const socket of http1Sockets) socket.end();
      const timer = setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, CLOSE_MS);
      await Promise.all([stop(), ...[...sockets].map(closing)]);
      clearTimeout(timer);
    },
  };
}

/** Keeps something in a set until it closes. */
function remember<T extends EventEmitter>(open: Set<T>, item: T): void {
  open.add(item);
  item.on("close", () => open.delete(item));
}

/** TLS connections, and those of runtimes that know no reset, are dropped. */
function resetSocket(socket: Socket): void {
  if (socket instanceof tls.TLSSocket || socket.resetAndDestroy === undefined) socket.destroy();
  else socket.resetAndDestroy();
}

function closing(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once("close", () => resolve()));
}

/** Reads until the HTTP version is clear, puts the bytes back and hands the socket on. */
function readPreface(socket: Socket, hand: (socket: Socket, isHttp2: boolean) => void): void {
  let head = Buffer.alloc(0);
  const onData = (chunk: Buffer) => {
    head = Buffer.concat([head, chunk]);
    const start = head.toString("latin1", 0, PREFACE.length);
    if (start.length < PREFACE.length && PREFACE.startsWith(start)) return;
    socket.off("data", onData);
    socket.pause();
    socket.unshift(head);
    hand(socket, start === PREFACE);
    // One tick later, because Node's HTTP/2 takes what is buffered in a tick of its own, and Bun's
    // takes it only once the socket flows.
    process.nextTick(() => socket.resume());
  };
  socket.on("data", onData);
}

function urlOf({ tls, hostname }: ListenOptions, { port, family }: AddressInfo): string {
  const everywhere = hostname === "0.0.0.0" || hostname === "::";
  const host = everywhere ? "localhost" : family === "IPv6" ? `[${hostname}]` : hostname;
  return `${tls === undefined ? "http" : "https"}://${host}:${port}`;
}

function ignore(): void {}
