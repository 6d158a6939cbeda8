/**
 * What the tests of the REST transport share.
 *
 * @module
 */
import { create, toBinary } from "@bufbuild/protobuf";
import type { Connection, OpenRequest } from "../../../src/core/transport.ts";
import { JsonRecordBatchSchema } from "../../../src/gen/zerobus_pb.ts";
import { restTransport, type RestTransportOptions } from "../../../src/transport/rest_transport.ts";
import type { Exchange } from "./exchange.ts";
import type { Fields } from "./lines.ts";
import { startPeer } from "./peer.ts";
import { openRequest } from "./subject.ts";

/** Header of an answer in JSON. */
export const JSON_TYPE: Fields = { "content-type": "application/json" };
/** The token that requests bring. */
export const TOKEN = "very-secret-token";

/** The body of a `JsonRecordBatch`. */
export function records(...rows: object[]): Uint8Array {
  const texts = rows.map((row) => JSON.stringify(row));
  return toBinary(JsonRecordBatchSchema, create(JsonRecordBatchSchema, { records: texts }));
}

/** A request to open a connection. */
export function opening(request: Partial<OpenRequest> = {}): OpenRequest {
  const headers = new Headers({ authorization: `Bearer ${TOKEN}` });
  return openRequest({ format: { kind: "json" }, headers, ...request });
}

/** Plays a script for every request, and opens a connection to it. */
export async function withConnection(
  script: (exchange: Exchange, number: number) => Promise<void>,
  run: (connection: Connection, setting: { close(): Promise<void> }) => Promise<void>,
  options: Omit<RestTransportOptions, "endpoint"> & { readonly request?: OpenRequest } = {},
): Promise<void> {
  let number = 0;
  await using peer = await startPeer(
    { protocol: "connect" },
    (exchange) => script(exchange, number++),
  );
  const { request = opening(), ...rest } = options;
  const transport = restTransport({ endpoint: peer.url, ...rest });
  try {
    await run(await transport.open(request), { close: () => transport.close() });
  } finally {
    await transport.close();
  }
}
