/**
 * `EphemeralStream`, the service's own method.
 *
 * @module
 */
import { Zerobus } from "../gen/zerobus_pb.ts";
import type { Dialect } from "./dialect.ts";
import { batchFrame, createStreamFrame } from "./frames.ts";
import { protocolViolation, readReply } from "./replies.ts";

/** Streams of Protobuf records. */
export const zerobusDialect: Dialect = {
  path: `/${Zerobus.typeName}/${Zerobus.method.ephemeralStream.name}`,
  opening: createStreamFrame,
  frame: batchFrame,
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
