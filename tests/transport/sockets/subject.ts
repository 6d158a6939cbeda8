/**
 * What the suites test: a transport, and a peer for it to talk to.
 *
 * @module
 */
import type { Connection, OpenRequest, Transport } from "../../../src/core/transport.ts";
import type { ServerMessage } from "../../../src/core/transport.ts";
import { ZerobusError } from "../../../src/core/errors.ts";
import type { TransportOptions } from "../../../src/transport/transport_options.ts";
import { assert, assertEquals } from "@std/assert";
import { type Peer, type Script, startPeer } from "./peer.ts";
import type { StreamingProtocol } from "./lines.ts";

/** A kind of transport. */
export interface Subject {
  /** How it appears in the names of tests. */
  readonly name: string;
  /** What it speaks. */
  readonly protocol: StreamingProtocol;
  /** Whether it connects with TLS. */
  readonly tls: boolean;
  /** Makes one. */
  create(options: TransportOptions): Transport;
}

/** What a test has at hand. */
export interface Setting {
  /** The transport under test. */
  readonly transport: Transport;
  /** The server that plays the script. */
  readonly peer: Peer;
  /** Opens a stream. */
  open(request?: Partial<OpenRequest>): Promise<Connection>;
}

/** Row descriptor of the streams that tests open; transports do not look inside. */
export const DESCRIPTOR: Uint8Array = new Uint8Array([10, 1, 82]);

/** Runs a test against a peer that plays a script; closes both afterwards. */
export async function withPeer(
  subject: Subject,
  script: Script,
  run: (setting: Setting) => Promise<void>,
  options: Omit<TransportOptions, "endpoint"> = {},
): Promise<void> {
  await using peer = await startPeer(subject, script);
  const transport = subject.create({ endpoint: peer.url, ...options });
  try {
    await run({ transport, peer, open: (request) => transport.open(openRequest(request)) });
  } finally {
    await transport.close();
  }
}

/** A request to open a stream. */
export function openRequest(request: Partial<OpenRequest> = {}): OpenRequest {
  return {
    tableName: "main.iot.readings",
    format: { kind: "protobuf", descriptor: DESCRIPTOR },
    headers: new Headers({ authorization: "Bearer token" }),
    signal: new AbortController().signal,
    ...request,
  };
}

/** Accepts a stream and acknowledges what comes. */
export const serve: Script = async (exchange) => {
  await exchange.accept();
  await exchange.serve();
};

/**
 * Opens a stream, sends a request, sees it acknowledged and ends the stream. The transport is closed
 * afterwards.
 */
export async function deliverOne(transport: Transport): Promise<void> {
  try {
    const connection = await transport.open(openRequest());
    await connection.send({ offset: 0, records: new Uint8Array([10, 0]) });
    connection.end();
    assertEquals(await allMessages(connection), {
      messages: [{ kind: "acknowledgement", upTo: 0 }],
    });
  } finally {
    await transport.close();
  }
}

/** The error that a promise rejects with; it must be one of the family. */
export async function errorOf(promise: Promise<unknown>): Promise<ZerobusError> {
  const reason = await reasonOf(promise);
  assert(reason instanceof ZerobusError, `not a ZerobusError: ${reason}`);
  return reason;
}

/** The reason that a promise rejects with. */
export async function reasonOf(promise: Promise<unknown>): Promise<unknown> {
  const [outcome] = await Promise.allSettled([promise]);
  assert(outcome.status === "rejected", "it did not reject");
  return outcome.reason;
}

/** Everything the server says, and the error that ended it, if one did. */
export async function allMessages(
  connection: Connection,
): Promise<{ messages: ServerMessage[]; error?: unknown }> {
  const messages: ServerMessage[] = [];
  try {
    for await (const message of connection.messages) messages.push(message);
  } catch (error) {
    return { messages, error };
  }
  return { messages };
}
