/**
 * An HTTP proxy that only knows `CONNECT`, for tests.
 *
 * @module
 */
import { connect, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";

/** How a proxy behaves. */
export interface ProxyOptions {
  /** With TLS between client and proxy. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** What it says instead of connecting; an empty string closes the connection. */
  readonly says?: string;
  /** To how many requests it says so, before it connects. Default: to all. */
  readonly refusals?: number;
  /** Says nothing at all. */
  readonly isSilent?: boolean;
  /** Sends its answer along with the first bytes of the target, which must be the first to talk. */
  readonly waitsForTarget?: boolean;
}

/** A proxy that runs. */
export interface ConnectProxy extends AsyncDisposable {
  /** Its URL. */
  readonly url: string;
  /** The heads of requests so far. */
  readonly requests: readonly string[];
  /** Bytes that went from clients to targets. */
  readonly carried: number;
  /** Connections that are open. */
  readonly open: number;
}

/** Starts a proxy on a free port. */
export async function startConnectProxy(options: ProxyOptions = {}): Promise<ConnectProxy> {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  let carried = 0;
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket)).on("error", () => {});
    return socket;
  };

  const serve = (client: Socket) => {
    keep(client);
    let head = "";
    const read = (chunk: Uint8Array) => {
      head += new TextDecoder("latin1").decode(chunk);
      if (!head.endsWith("\r\n\r\n")) return;
      client.off("data", read);
      requests.push(head.trimEnd());
      if (options.isSilent) return;
      if (options.says !== undefined && requests.length <= (options.refusals ?? Infinity)) {
        client.end(options.says);
        return;
      }
      const [, host = "", port] = /^CONNECT (\S+):(\d+) HTTP\/1\.1\r\n/.exec(head) ?? [];
      client.pause();
      const target = keep(connect({ host: host.replace(/^\[|\]$/g, ""), port: Number(port) }));
      const begin = (first: Uint8Array) => {
        client.write(glued("HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n", first));
        client.on("data", (data) => carried += data.length);
        client.pipe(target);
        target.pipe(client);
      };
      if (options.waitsForTarget) target.once("data", begin);
      else target.once("connect", () => begin(new Uint8Array(0)));
      target.once("close", () => client.destroy());
      client.once("close", () => target.destroy());
    };
    client.on("data", read);
  };

  const server: Server = options.tls === undefined
    ? createServer(serve)
    : createTlsServer(options.tls, serve);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  return {
    url: options.tls ? `https://localhost:${port}` : `http://127.0.0.1:${port}`,
    requests,
    get carried() {
      return carried;
    },
    get open() {
      return sockets.size;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function glued(head: string, tail: Uint8Array): Uint8Array {
  const bytes = new TextEncoder().encode(head);
  const whole = new Uint8Array(bytes.length + tail.length);
  whole.set(bytes);
  whole.set(tail, bytes.length);
  return whole;
}
