/**
 * A record batch in the making: arrays and their buffers, in the order in which they are told.
 *
 * @module
 */
import { bytesOf } from "../core/bytes.ts";
import { type IpcMessage, recordBatchMessage } from "./messages.ts";

/** What Arrow aligns buffers to within a body. */
const ALIGNMENT = 8;

/** Up to seven bytes to fill up with. */
const PADDING: readonly Uint8Array[] = Array.from(
  { length: ALIGNMENT },
  (_, length) => new Uint8Array(length),
);

const NOTHING = new Uint8Array(0);

/** Collects arrays and buffers; buffers are kept as they are. */
export class BatchBody {
  readonly #nodes: number[] = [];
  readonly #extents: number[] = [];
  readonly #buffers: Uint8Array[] = [];
  #byteLength = 0;

  /** Begins an array. Its buffers and then its children's arrays follow. */
  array(length: number, nullCount: number): void {
    this.#nodes.push(length, nullCount);
  }

  /** Adds a buffer; none is an empty one. */
  buffer(buffer: ArrayBufferView = NOTHING): void {
    const { byteLength } = buffer;
    this.#extents.push(this.#byteLength, byteLength);
    if (byteLength === 0) return;
    this.#buffers.push(bytesOf(buffer));
    const padding = -byteLength & (ALIGNMENT - 1);
    if (padding > 0) this.#buffers.push(PADDING[padding]!);
    this.#byteLength += byteLength + padding;
  }

  /** The message of so many rows. */
  finish(rows: number): IpcMessage {
    return recordBatchMessage({
      rows,
      nodes: this.#nodes,
      extents: this.#extents,
      body: { buffers: this.#buffers, byteLength: this.#byteLength },
    });
  }
}
