/**
 * What one would write first: an object for each row, made a message by protobuf-es or protobufjs,
 * all of them in a request message, handed to connect-node's gRPC transport.
 *
 * @module
 */
import { clone, createFileRegistry, type DescMethod } from "@bufbuild/protobuf";
import { FieldDescriptorProto_Type, FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { file_zerobus, Zerobus } from "../../src/gen/zerobus_pb.ts";
import type { RowEncoder } from "./row_encoders.ts";

type BidiMethod = DescMethod & { readonly methodKind: "bidi_streaming" };

/** The service as its own `.proto` declares it: the records of a batch are a message. */
function serviceWithMessages(): BidiMethod {
  const proto = clone(FileDescriptorProtoSchema, file_zerobus.proto);
  const batch = proto.messageType.find(({ name }) => name === "IngestRecordBatchRequest");
  const field = batch?.field.find(({ name }) => name === "proto_encoded_batch");
  if (field === undefined) throw new Error("the service has changed");
  field.type = FieldDescriptorProto_Type.MESSAGE;
  field.typeName = ".databricks.zerobus.ProtoEncodedRecordBatch";
  const registry = createFileRegistry(
    proto,
    (name) => file_zerobus.dependencies.find((file) => `${file.name}.proto` === name),
  );
  const method = registry.getService(Zerobus.typeName)?.method["ephemeralStream"];
  if (method?.methodKind !== "bidi_streaming") throw new Error("the service has changed");
  return method as BidiMethod;
}

const METHOD = serviceWithMessages();

/** Sends batches of rows over gRPC and resolves when the last one is acknowledged. */
export async function sendNaively(
  endpoint: string,
  tableName: string,
  descriptorProto: Uint8Array,
  batches: Iterable<readonly Record<string, unknown>[]>,
  encode: RowEncoder,
): Promise<void> {
  // Node gives up a connection on which more than 10 MB wait: less than two requests.
  const nodeOptions = { maxSessionMemory: 1_024 };
  const transport = createGrpcTransport({ baseUrl: endpoint, nodeOptions });
  let sent = 0;
  const requests = async function* () {
    const value = { tableName, descriptorProto, recordType: 1 };
    yield { payload: { case: "createStream", value } };
    for (const rows of batches) {
      const batch = { case: "protoEncodedBatch", value: { records: rows.map(encode) } };
      const value = { offsetId: BigInt(sent++), batch };
      yield { payload: { case: "ingestRecordBatch", value } };
    }
  };
  const { message } = await transport.stream(METHOD, undefined, undefined, undefined, requests());
  let last = -1;
  for await (const answer of message) {
    const { payload } = answer as unknown as {
      payload: { case: string; value: { durabilityAckUpToOffset?: bigint } };
    };
    if (payload.case === "ingestRecordResponse") {
      last = Number(payload.value.durabilityAckUpToOffset);
    }
  }
  if (sent === 0 || last !== sent - 1) throw new Error(`${last + 1} of ${sent} were acknowledged`);
}
