/**
 * Arrow Flight's `DoPut`: one client, one table, numbered record batches.
 *
 * @module
 */
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { ErrorInfoSchema } from "../gen/error_info_pb.ts";
import { type FlightData, FlightDataSchema, PutResultSchema } from "../gen/flight_pb.ts";
import { schemaCauses } from "./arrow_columns.ts";
import { ArrowProblem, ArrowRecords, readSchema } from "./arrow_records.ts";
import {
  OpenStream,
  refuse,
  type StreamCall,
  type StreamServices,
  type Voice,
} from "./open_stream.ts";
import { isTableName } from "./table_name.ts";

/** A call of `DoPut`; its table is named in the headers. */
export interface FlightCall extends StreamCall {
  /** The table's name, as it was given. */
  readonly tableName: string | undefined;
}

/**
 * Serves a stream until the client half-closes. Each record batch is checked, kept and acknowledged
 * before the next one is looked at.
 *
 * @throws {ConnectError} with the status that the stream ends with; something else when the client
 * goes away.
 */
export async function serveFlight(call: FlightCall, services: StreamServices): Promise<void> {
  let stream: OpenStream | undefined;
  let schema = new Uint8Array(0);
  for await (const message of call.messages) {
    call.life.signal.throwIfAborted();
    const { dataHeader, appMetadata, dataBody } = parse(message);
    if (stream === undefined) {
      if (appMetadata.length > 0) refuse("the first message has metadata: it must be the schema");
      if (dataBody.length > 0) refuse("the first message has a body: it must be the schema");
      stream = openStream(dataHeader, call, services);
      schema = dataHeader as Uint8Array<ArrayBuffer>;
      await stream.begin();
    } else {
      const offset = stream.takeOffset(offsetIn(appMetadata));
      await stream.take(offset, recordsOf(offset, schema, dataHeader, dataBody));
    }
  }
  await stream?.finish();
}

function openStream(schema: Uint8Array, call: FlightCall, services: StreamServices): OpenStream {
  const name = call.tableName ?? "";
  if (!isTableName(name)) refuse("the table in the headers is not catalog.schema.table");
  const table = services.tables.find(name);
  if (table === undefined) throw new ConnectError(`there is no table ${name}`, Code.NotFound);
  const causes = reading("the schema", () => schemaCauses(readSchema(schema), table.definition));
  if (causes.length > 0) {
    throw new ConnectError("the schema does not fit the table", Code.InvalidArgument, undefined, [{
      desc: ErrorInfoSchema,
      value: {
        reason: "SCHEMA_VALIDATION_FAILED",
        domain: "zerobus.databricks.com",
        metadata: { causes: causes.join(","), error_code: "8001" },
      },
    }]);
  }
  return new OpenStream(table, call, services, flightVoice());
}

/** What the server says, as `PutResult`s. The end is announced together with what is acknowledged. */
function flightVoice(): Voice {
  let said = { ack_up_to_offset: -1, ack_up_to_records: 0 };
  return {
    countsRecords: true,
    say(response, records) {
      switch (response.kind) {
        case "accepted":
          return putResult(response.streamId === undefined ? undefined : said);
        case "acknowledged":
          said = { ack_up_to_offset: Number(response.upTo), ack_up_to_records: records };
          return putResult(said);
        case "closing":
          return putResult({ ...said, close_stream_duration_ms: response.durationMs ?? 0 });
      }
    },
  };
}

function putResult(metadata: object | undefined): Uint8Array {
  const appMetadata = new TextEncoder().encode(metadata && JSON.stringify(metadata));
  return toBinary(PutResultSchema, create(PutResultSchema, { appMetadata }));
}

function recordsOf(
  offset: bigint,
  schema: Uint8Array,
  header: Uint8Array,
  body: Uint8Array,
): ArrowRecords {
  const what = `the record batch with offset ${offset}`;
  return reading(what, () => new ArrowRecords(schema, header, body));
}

/** The offset in a message's metadata, `{"offset_id":0}`. */
function offsetIn(metadata: Uint8Array): bigint | undefined {
  try {
    const { offset_id: offset } = JSON.parse(new TextDecoder().decode(metadata));
    return Number.isSafeInteger(offset) ? BigInt(offset) : undefined;
  } catch {
    return undefined;
  }
}

function reading<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (reason) {
    if (!(reason instanceof ArrowProblem)) throw reason;
    refuse(`${what}: ${reason.message}`);
  }
}

function parse(message: Uint8Array): FlightData {
  try {
    return fromBinary(FlightDataSchema, message);
  } catch {
    refuse("the request does not parse as FlightData");
  }
}
