/**
 * What a wrapper is given to send, and how.
 *
 * @module
 */
import type { ArrowBatch, ArrowTable } from "./core/arrow.ts";
import type { TransmissionResult } from "./core/result.ts";
import type { BatchWriterListener } from "./delivery/batch_writer.ts";
import type { RowOptions } from "./delivery/row_options.ts";
import type { MessageDescriptor } from "./schema/message_descriptor.ts";

/** Anything a wrapper sends: a record batch, a table, or Arrow IPC bytes (stream or file). */
export type BatchInput = ArrowBatch | ArrowTable | Uint8Array;

/** Options of `ZerobusWrapper.sendBatch`. */
export interface SendOptions {
  /**
   * Message type of the rows, when the one derived from the Arrow schema will not do. Columns are
   * matched to fields by name.
   */
  readonly descriptor?: MessageDescriptor | undefined;
  /** Gives up waiting and stops sending. Requests already on their way are not called back. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of `ZerobusWrapper.sendRows`. */
export type SendRowsOptions = RowOptions;

/** Options of `ZerobusWrapper.batchWriter`. */
export interface BatchWriterOptions<Row extends object = Record<string, unknown>>
  extends RowOptions {
  /**
   * Receives what became of every batch, `rows[i]` being row `i` of the result. Without it, a row
   * that does not arrive fails the next `flush()`, or the `close()`.
   */
  readonly onResult?: BatchWriterListener<Row> | undefined;
}

/** Options of `ZerobusWrapper.writable`. */
export interface WritableOptions {
  /** See {@linkcode SendOptions.descriptor}. */
  readonly descriptor?: MessageDescriptor | undefined;
  /**
   * Receives the result of every batch. Without it, a row that does not arrive fails the next write,
   * or the close.
   */
  readonly onResult?: ((result: TransmissionResult, batch: BatchInput) => void) | undefined;
  /**
   * Takes back what waits for the window and errors the stream, as aborting it does. Give the same
   * signal to `pipeTo`, which by itself waits for pending writes before it aborts anything.
   */
  readonly signal?: AbortSignal | undefined;
  /** Queue in front of the window. Default: one batch. */
  readonly strategy?: QueuingStrategy<BatchInput> | undefined;
}
