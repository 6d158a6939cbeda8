/**
 * `EphemeralStream`, the service's own method.
 *
 * @module
 */
import { Zerobus } from "../gen/zerobus_pb.ts";
import type { Dialect } from "./dialect.ts";
import { BATCH_TAG, batchFrame, createStreamFrame } from "./frames.ts";
import { protocolViolation, readReply } from "./replies.ts";

const dialect: Omit<Dialect, "frame"> = {
  path: `/${Zerobus.typeName}/${Zerobus.method.ephemeralStream.name}`,
  opening: createStreamFrame,
  accepted(message) {
    const reply = readReply(message);
    if (reply.kind !== "created" || reply.streamId === "") {
      throw protocolViolation("its first message did not name the stream");
    }
    return reply.streamId;
  },
  read(message) {
    const reply = readReply(message);
    if (reply.kind === "created") throw protocolViolation("it named the stream twice");
    return reply.kind === "unknown" ? [] : [reply];
  },
};

/** Streams of Protobuf records. */
export const protobufDialect: Dialect = {
  ...dialect,
  frame: (request) => batchFrame(request, BATCH_TAG.protobuf),
};

/** Streams of JSON records. */
export const jsonDialect: Dialect = {
  ...dialect,
  frame: (request) => batchFrame(request, BATCH_TAG.json),
};
