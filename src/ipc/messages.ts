/**
 * The messages of Arrow's IPC format: what describes a schema, and what describes a record batch
 * whose buffers follow. Without the prefix that streams and files put in front.
 *
 * @module
 */
import type { RequestBody } from "../core/transport.ts";
import { byte, FlatWriter, long, REFERENCE, short } from "./flat_writer.ts";
import { type WireField, writeFields } from "./wire_type.ts";

/** A message and what follows it. */
export interface IpcMessage {
  /** The message itself, a FlatBuffer. Its length is a multiple of 8. */
  readonly header: Uint8Array;
  /** The buffers that it describes, each padded to a multiple of 8. */
  readonly body: RequestBody;
}

/** What a record batch is made of, in the order of its columns. */
export interface BatchParts {
  /** Number of rows. */
  readonly rows: number;
  /** Length and number of nulls of every array, one after the other. */
  readonly nodes: readonly number[];
  /** Offset and length of every buffer in the body, one after the other. */
  readonly extents: readonly number[];
  /** The body. */
  readonly body: RequestBody;
}

/** Numbers of the union `MessageHeader` in Arrow's `Message.fbs`. */
const SCHEMA = 1;
const RECORD_BATCH = 3;
/** The version of the format since Arrow 1.0. */
const V5 = 4;

/** The message of a schema. */
export function schemaMessage(fields: readonly WireField[]): Uint8Array<ArrayBuffer> {
  const writer = new FlatWriter(256 * (fields.length + 1));
  const message = writeMessage(writer, SCHEMA, 0);
  const schema = writer.table([undefined, REFERENCE]); // little-endian
  writer.refer(message.header, schema.at);
  writer.refer(schema.members[1]!, writeFields(writer, fields));
  return writer.finish(message.at);
}

/** The message of a record batch. */
export function recordBatchMessage({ rows, nodes, extents, body }: BatchParts): IpcMessage {
  const writer = new FlatWriter(160 + 8 * (nodes.length + extents.length));
  const message = writeMessage(writer, RECORD_BATCH, body.byteLength);
  const batch = writer.table([long(rows), REFERENCE, REFERENCE]);
  writer.refer(message.header, batch.at);
  writer.refer(batch.members[1]!, writer.pairs(nodes));
  writer.refer(batch.members[2]!, writer.pairs(extents));
  return { header: writer.finish(message.at), body };
}

function writeMessage(
  writer: FlatWriter,
  kind: number,
  bodyLength: number,
): { readonly at: number; readonly header: number } {
  const { at, members } = writer.table([short(V5), byte(kind), REFERENCE, long(bodyLength)]);
  return { at, header: members[2]! };
}
