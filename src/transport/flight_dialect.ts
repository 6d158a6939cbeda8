/**
 * Arrow Flight's `DoPut`.
 *
 * @module
 */
import { fromBinary } from "@bufbuild/protobuf";
import type { ServerMessage } from "../core/transport.ts";
import { FlightService, type PutResult, PutResultSchema } from "../gen/flight_pb.ts";
import type { Dialect } from "./dialect.ts";
import { timerMs } from "./duration.ts";
import { recordBatchFrame, schemaFrame } from "./flight_frames.ts";
import { protocolViolation } from "./replies.ts";

/** Streams of Arrow record batches. */
export const flightDialect: Dialect = {
  path: `/${FlightService.typeName}/${FlightService.method.doPut.name}`,
  opening: schemaFrame,
  frame: recordBatchFrame,
  accepted(message) {
    const { offset, records, closeMs } = readMetadata(message);
    if (offset !== -1 || records !== 0 || closeMs !== undefined) {
      throw protocolViolation("its first message did not say that it is ready");
    }
    return "";
  },
  read(message): ServerMessage[] {
    const { records, closeMs } = readMetadata(message);
    const durable: ServerMessage = { kind: "durable_records", count: records };
    if (closeMs === undefined) return [durable];
    return [durable, { kind: "close", durationMs: timerMs(closeMs) }];
  },
};

/** What a `PutResult` says. */
interface Metadata {
  /** Physical offset of the last message that is durable, -1 before the first. */
  readonly offset: number;
  /** Records of the connection that are durable. */
  readonly records: number;
  /** Time until the end, if there is to be one. */
  readonly closeMs: number | undefined;
}

/** Reads the JSON in a message. What is not known in it is passed over. */
function readMetadata(message: Uint8Array): Metadata {
  const { appMetadata } = parse(message);
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(appMetadata));
  } catch (cause) {
    throw protocolViolation(`${appMetadata.length} bytes of metadata that are no JSON`, cause);
  }
  const {
    ack_up_to_offset: offset,
    ack_up_to_records: records,
    close_stream_duration_ms: closeMs,
  } = (json ?? {}) as Readonly<Record<string, unknown>>;
  // What is durable is counted in records; the offset only has to be there.
  if (!isWhole(offset) || !isWhole(records) || records < 0) {
    throw protocolViolation("an acknowledgement without an offset and a number of records");
  }
  if (closeMs === undefined || closeMs === null) return { offset, records, closeMs: undefined };
  if (typeof closeMs !== "number") {
    throw protocolViolation("an announced end whose time is no number");
  }
  return { offset, records, closeMs };
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function parse(message: Uint8Array): PutResult {
  try {
    return fromBinary(PutResultSchema, message, { readUnknownFields: false });
  } catch (cause) {
    throw protocolViolation(`${message.length} bytes that are no PutResult`, cause);
  }
}
