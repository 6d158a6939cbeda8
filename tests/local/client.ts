/**
 * Clients for the local Zerobus that share no code with it or with this package's own transports:
 * Connect's, with the generated schema.
 *
 * @module
 */
import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { type DescriptorProto, DescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { createWritableIterable } from "@connectrpc/connect/protocol";
import {
  compressionGzip,
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import {
  type EphemeralStreamRequestSchema,
  type EphemeralStreamResponse,
  JsonRecordBatchSchema,
  ProtoEncodedRecordBatchSchema,
  Zerobus,
} from "../../src/gen/zerobus_pb.ts";
import type { LocalZerobus } from "../../src/local/mod.ts";
import { ca } from "../fixtures/tls.ts";

/** Table that tests write to when it does not matter which. */
export const TABLE = "main.iot.readings";

/** A protocol over an HTTP version. */
export interface Wire {
  readonly name: string;
  transport(url: string, compresses?: boolean): Transport;
}

/** Every way to reach the server. */
export const WIRES: readonly Wire[] = [
  { name: "gRPC", transport: (...how) => createGrpcTransport(http2(...how)) },
  { name: "gRPC-Web over HTTP/2", transport: (...how) => createGrpcWebTransport(http2(...how)) },
  { name: "gRPC-Web over HTTP/1.1", transport: (...how) => createGrpcWebTransport(http1(...how)) },
  { name: "Connect over HTTP/2", transport: (...how) => createConnectTransport(http2(...how)) },
  { name: "Connect over HTTP/1.1", transport: (...how) => createConnectTransport(http1(...how)) },
];

function http2(baseUrl: string, compresses = false) {
  const nodeOptions = { ca };
  return {
    baseUrl,
    httpVersion: "2",
    nodeOptions,
    idleConnectionTimeoutMs: 1,
    ...compressing(compresses),
  } as const;
}

function http1(baseUrl: string, compresses = false) {
  const nodeOptions = { ca, agent: false } as const;
  return { baseUrl, httpVersion: "1.1", nodeOptions, ...compressing(compresses) } as const;
}

function compressing(compresses: boolean) {
  if (!compresses) return { acceptCompression: [] };
  return {
    sendCompression: compressionGzip,
    acceptCompression: [compressionGzip],
    compressMinBytes: 1,
  };
}

/** A request, as protobuf-es takes it. */
export type Payload = NonNullable<
  MessageInitShape<typeof EphemeralStreamRequestSchema>["payload"]
>;

/** An open call of `EphemeralStream`. */
export interface StreamClient {
  send(payload?: Payload): void;
  /** Half-closes. */
  end(): void;
  /** The next response; fails when the stream ends instead. */
  receive(): Promise<EphemeralStreamResponse["payload"]>;
  /** How the stream ends: undefined is OK. Reads and drops responses until then. */
  outcome(): Promise<ConnectError | undefined>;
  /** Drops the call. */
  abort(): void;
}

/** Opens a call with a fresh token for the table, unless other headers are given. */
export function openStream(
  local: LocalZerobus,
  { wire = WIRES[0]!, tableName = TABLE, headers, compresses }: {
    readonly wire?: Wire;
    readonly compresses?: boolean;
    readonly tableName?: string;
    readonly headers?: HeadersInit;
  } = {},
): StreamClient {
  const requests = createWritableIterable<MessageInitShape<typeof EphemeralStreamRequestSchema>>();
  const controller = new AbortController();
  const responses = createClient(Zerobus, wire.transport(local.url, compresses)).ephemeralStream(
    requests,
    {
      headers: headers ?? authorization(local.issueToken(tableName), tableName),
      signal: controller.signal,
    },
  )[Symbol.asyncIterator]();
  return {
    send: (payload) => {
      // A stream that has failed already fails the write, too; `outcome` tells why.
      requests.write(payload === undefined ? {} : { payload }).catch(() => {});
    },
    end: () => requests.close(),
    receive: async () => {
      const { value, done } = await responses.next();
      if (done) throw new Error("the stream ended with OK");
      return value.payload;
    },
    outcome: async () => {
      try {
        while (!(await responses.next()).done);
        return undefined;
      } catch (reason) {
        return ConnectError.from(reason);
      }
    },
    abort: () => controller.abort(),
  };
}

/** The headers of a stream. */
export function authorization(token: string, tableName: string): Record<string, string> {
  return {
    authorization: `Bearer ${token}`,
    "x-databricks-zerobus-table-name": tableName,
  };
}

/** The request that opens a stream. */
export function createStream(
  descriptor: MessageInitShape<typeof DescriptorProtoSchema>,
  tableName: string = TABLE,
): Payload {
  const message: DescriptorProto = create(DescriptorProtoSchema, descriptor);
  const descriptorProto = toBinary(DescriptorProtoSchema, message);
  return { case: "createStream", value: { tableName, descriptorProto } };
}

/** A request with one record. */
export function single(offsetId: number, record: Uint8Array): Payload {
  return {
    case: "ingestRecord",
    value: {
      offsetId: BigInt(offsetId),
      record: { case: "protoEncodedRecord", value: record },
    },
  };
}

/** A request with any number of records. */
export function batch(offsetId: number, records: Uint8Array[]): Payload {
  const message = create(ProtoEncodedRecordBatchSchema, { records });
  return {
    case: "ingestRecordBatch",
    value: {
      offsetId: BigInt(offsetId),
      batch: {
        case: "protoEncodedBatch",
        value: toBinary(ProtoEncodedRecordBatchSchema, message),
      },
    },
  };
}

/** A request with any number of JSON records. */
export function jsonBatch(offsetId: number, records: string[]): Payload {
  const value = toBinary(JsonRecordBatchSchema, create(JsonRecordBatchSchema, { records }));
  return {
    case: "ingestRecordBatch",
    value: { offsetId: BigInt(offsetId), batch: { case: "jsonBatch", value } },
  };
}

/** The name of a status, as gRPC writes it. */
export function statusOf(error: ConnectError | undefined): string {
  return error === undefined
    ? "OK"
    : Code[error.code].replace(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase();
}
