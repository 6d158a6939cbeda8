/**
 * Messages as a stream in Arrow's IPC format, for readers that want one.
 *
 * @module
 */
import type { IpcMessage } from "../../src/ipc/messages.ts";

const PREFIX_BYTES = 8;
const CONTINUATION = 0xffff_ffff;

/** The end of a stream. */
export const END_OF_STREAM: Uint8Array = framed(new Uint8Array(0));

/** A schema message as the beginning of a stream. */
export function streamedSchema(schema: Uint8Array): Uint8Array {
  return framed(schema);
}

/** A message as a part of a stream, in the buffers of which it consists. */
export function streamedMessage({ header, body }: IpcMessage): Uint8Array[] {
  return [framed(header), ...body.buffers];
}

function framed(header: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(PREFIX_BYTES + header.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, CONTINUATION, true);
  view.setUint32(4, header.length, true);
  bytes.set(header, PREFIX_BYTES);
  return bytes;
}
