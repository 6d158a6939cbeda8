/**
 * The REST endpoint: which requests are inserts, and how they are answered.
 *
 * @module
 */
import type { ConnectError } from "@connectrpc/connect";
import { readBytes, sendJson } from "./answers.ts";
import type { Exchange } from "./exchange.ts";
import type { CompressionFields } from "./framing.ts";
import { type Agreement, decompressed } from "./gzip.ts";
import { OpenCall } from "./open_call.ts";
import { refuse, type StreamServices } from "./open_stream.ts";
import { errorAnswer } from "./rest_answer.ts";
import { Insert, type InsertOutcome } from "./rest_insert.ts";
import { isTableName } from "./table_name.ts";
import type { JsonAnswer } from "./token_endpoint.ts";

const PATH = /^\/zerobus\/v1\/tables\/([^/]+)\/insert$/;

/** The table that a path is for, if it is one of this endpoint. */
export function insertedTable(path: string): string | undefined {
  const name = PATH.exec(path)?.[1] ?? "";
  return isTableName(name) ? name : undefined;
}

/** What an insert needs besides the tables. */
export interface InsertLimits {
  /** Throws unless the headers allow it. */
  readonly authorize: () => void;
  /** Largest body. */
  readonly maxBytes: number;
  /** What is agreed on compression. */
  readonly agreement: Agreement;
}

/** A POST to a table, from its header to its answer. */
export function openInsert(
  exchange: Exchange,
  tableName: string,
  { authorize, maxBytes, agreement }: InsertLimits,
  services: StreamServices,
): OpenCall {
  let insert: Insert | undefined;
  const isCompressed = agreement.accepts && agreement.announced !== "identity";
  const body = async () => {
    const bytes = await readBytes(exchange.body, maxBytes) ??
      refuse(`the request is too large: the limit is ${maxBytes} bytes`);
    services.stats.wireBytes += bytes.length;
    if (!isCompressed) return bytes;
    services.stats.compressedMessages++;
    return await decompressed(bytes, agreement, maxBytes);
  };
  return new OpenCall(
    exchange,
    (failure) => answer(exchange, failure ?? insert?.outcome ?? "nothing"),
    async (life) => {
      authorize();
      insert = new Insert({ tableName, body, life }, services);
      await insert.serve();
    },
  );
}

/** Fields for how bodies are compressed, and may be. */
export const REST_COMPRESSION: CompressionFields = {
  encoding: "content-encoding",
  accepted: "accept-encoding",
};

/** The answer to what is no POST of JSON. */
export function insertRefusal({ method, header }: Exchange): JsonAnswer | undefined {
  if (method !== "POST") {
    return { status: 405, body: { message: "use POST" }, headers: { allow: "POST" } };
  }
  const type = (header("content-type") ?? "").split(";", 1)[0]!.trim().toLowerCase();
  if (type === "application/json") return undefined;
  return { status: 415, body: { message: "the content type is not application/json" } };
}

async function answer(exchange: Exchange, outcome: InsertOutcome | ConnectError): Promise<void> {
  switch (outcome) {
    case "durable":
      return await sendJson(exchange, { status: 200, body: {} });
    case "nonsense":
      return await sendJson(exchange, { status: 200, body: [] });
    case "nothing":
      return exchange.abort();
    default:
      return await sendJson(exchange, errorAnswer(outcome));
  }
}
