/**
 * Bytes of replies.
 *
 * @module
 */
import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { EphemeralStreamResponseSchema } from "../../../src/gen/zerobus_pb.ts";

/** A reply's payload. */
export type Payload = NonNullable<
  MessageInitShape<typeof EphemeralStreamResponseSchema>["payload"]
>;

/** The bytes of a reply. */
export function replyBytes(payload: Payload): Uint8Array {
  return toBinary(
    EphemeralStreamResponseSchema,
    create(EphemeralStreamResponseSchema, { payload }),
  );
}

/** The envelope of a reply. */
export function replyFrame(payload: Payload): Uint8Array<ArrayBuffer> {
  return envelope(replyBytes(payload));
}

/** An envelope around bytes. */
export function envelope(bytes: Uint8Array, flags = 0): Uint8Array<ArrayBuffer> {
  const framed = new Uint8Array(5 + bytes.length);
  framed[0] = flags;
  new DataView(framed.buffer).setUint32(1, bytes.length);
  framed.set(bytes, 5);
  return framed;
}

/** All chunks in one. */
export function concatenated(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
