/**
 * Connections through an HTTP proxy.
 *
 * @module
 */
import { connect, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { onAbort } from "../../core/async.ts";
import { ConnectionError } from "../../core/errors.ts";
import { connectionFailure } from "../../transport/connection_failure.ts";
import type { HttpProxy } from "./http_proxy.ts";
import { nodeTlsOptions, type TlsOptions } from "./tls_options.ts";

/** Longest answer of a proxy that is read. */
const MAX_HEAD_BYTES = 16_384;

/** What a tunnel is for. */
export interface TunnelRequest {
  /** The proxy. */
  readonly proxy: HttpProxy;
  /** Where it leads. */
  readonly target: URL;
  /** For the connection to the target, when that is `https`; authorities hold for the proxy, too. */
  readonly tls: TlsOptions;
  /** What to offer to the target (ALPN). */
  readonly protocols: readonly ("h2" | "http/1.1")[];
  /** Gives up. */
  readonly signal: AbortSignal;
}

/**
 * A connection to the target by `CONNECT`, with TLS inside if the target is `https`: the proxy sees
 * host and port and nothing else. TLS has only begun; whoever uses the socket learns how it ends.
 *
 * @throws {ConnectionError} if the proxy cannot be reached or does not connect.
 */
export async function openTunnel(request: TunnelRequest): Promise<Socket> {
  const { proxy, target, tls, signal } = request;
  signal.throwIfAborted();
  const socket = toProxy(new URL(proxy.origin), tls);
  // At no moment may an error of it end the program; whoever uses it hears of it as well.
  socket.on("error", ignore);
  const stopListening = onAbort(signal, () => socket.destroy(new Error("aborted")));
  try {
    const answer = await ask(socket, connectRequest(request));
    checkAnswer(answer, request);
    return target.protocol === "https:" ? withTls(socket, request) : socket;
  } catch (reason) {
    socket.destroy();
    signal.throwIfAborted();
    const origin = `the proxy ${proxy.origin}`;
    throw connectionFailure(reason, { origin, established: false, retryable: ["UNAVAILABLE"] });
  } finally {
    stopListening();
  }
}

function toProxy(url: URL, { ca, rejectUnauthorized }: TlsOptions): Socket {
  const { host, port } = addressOf(url);
  if (url.protocol === "http:") return connect({ host, port });
  const trust = nodeTlsOptions({
    ...(ca === undefined ? {} : { ca }),
    ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
  });
  return connectTls({ host, port, ...serverName(host), ...trust });
}

function withTls(socket: Socket, { target, tls, protocols }: TunnelRequest): Socket {
  const { host } = addressOf(target);
  const secure = connectTls({
    socket,
    host,
    ...serverName(host),
    ALPNProtocols: [...protocols],
    ...nodeTlsOptions(tls),
  });
  return secure.on("error", ignore);
}

/** An address is no server name; certificates are held against it all the same. */
function serverName(host: string): { servername?: string } {
  return isIP(host) ? {} : { servername: host };
}

function addressOf({ hostname, port, protocol }: URL): { host: string; port: number } {
  return {
    host: hostname.replace(/^\[|\]$/g, ""),
    port: Number(port || (protocol === "https:" ? 443 : 80)),
  };
}

/** The authority of a URL, with its port. */
function authorityOf(url: URL): string {
  return `${url.hostname}:${addressOf(url).port}`;
}

function connectRequest({ proxy, target }: TunnelRequest): string {
  const authority = authorityOf(target);
  const { authorization } = proxy;
  return [
    `CONNECT ${authority} HTTP/1.1`,
    `Host: ${authority}`,
    ...(authorization === undefined ? [] : [`Proxy-Authorization: ${authorization.reveal()}`]),
    "",
    "",
  ].join("\r\n");
}

/** Sends a request and resolves with the head of the answer; what follows it stays in the socket. */
function ask(socket: Socket, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = new Uint8Array(0);
    const end = (settle: () => void) => {
      socket.off("readable", take).off("error", fail).off("close", closed);
      settle();
    };
    const fail = (reason: unknown) => end(() => reject(reason));
    const closed = () => fail(new Error("it closed the connection without an answer"));
    // Read rather than listened to: a socket that once was paused stays so for an HTTP client.
    const take = () => {
      for (let chunk = socket.read(); chunk !== null; chunk = socket.read()) {
        received = joined(received, chunk);
      }
      const isTooLong = received.length > MAX_HEAD_BYTES;
      const length = headLength(received) || (isTooLong ? received.length : 0);
      if (length === 0) return;
      end(() => {
        if (length < received.length) socket.unshift(received.subarray(length));
        resolve(new TextDecoder("latin1").decode(received.subarray(0, length)));
      });
    };
    socket.on("readable", take).once("error", fail).once("close", closed);
    socket.write(request);
  });
}

function joined(head: Uint8Array, tail: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(head.length + tail.length);
  whole.set(head);
  whole.set(tail, head.length);
  return whole;
}

/** Up to and with the empty line; 0 if it is not there yet. */
function headLength(bytes: Uint8Array): number {
  const end = new TextDecoder("latin1").decode(bytes).indexOf("\r\n\r\n");
  return end < 0 ? 0 : end + 4;
}

/** Throws unless the proxy has connected. Only what cannot change by itself is final. */
function checkAnswer(answer: string, { proxy, target }: TunnelRequest): void {
  const status = Number(/^HTTP\/1\.[01] (\d{3})\b/.exec(answer)?.[1]);
  if (status >= 200 && status < 300) return;
  const place = authorityOf(target);
  const name = `the proxy ${proxy.origin}`;
  if (Number.isNaN(status)) {
    throw new ConnectionError(`${name} does not speak HTTP; check its scheme and port`, {
      retryable: false,
    });
  }
  const message = status === 407
    ? proxy.authorization === undefined
      ? `${name} asks for credentials (HTTP 407); put them into its URL, http://user:password@…`
      : `${name} refuses the credentials of its URL (HTTP 407)`
    : `${name} does not connect to ${place} (HTTP ${status})`;
  throw new ConnectionError(message, {
    // A gateway's answers are about the way behind it, which may be there again in a moment.
    retryable: status >= 500 || status === 429 || status === 408,
    details: { httpStatus: status },
  });
}

function ignore(): void {}
