/**
 * One request in the making.
 *
 * @module
 */
import { ConversionError } from "../core/errors.ts";
import type { Block } from "./block.ts";
import type { BufferPool } from "./buffer_pool.ts";
import { EncodedRows, type RowFailure } from "./encoded_rows.ts";
import type { EncodeLimits } from "./limits.ts";
import { Refusal } from "./refusal.ts";
import { Sink, SinkFullError } from "./sink.ts";

/** Tag of `ProtoEncodedRecordBatch.records`: field 1, length-delimited. */
const RECORD_TAG = 0x0a;

/** Collects records until one does not fit. */
export class RequestBuilder {
  /** Number of records so far. */
  count = 0;
  readonly #writeMessage: (sink: Sink, row: number) => void;
  readonly #limits: EncodeLimits;
  readonly #sink: Sink;
  readonly #failures: RowFailure[] = [];
  #lengthSize = 1;

  /**
   * Starts a request.
   *
   * @param writeMessage writes a row's record without framing, or throws a {@linkcode Refusal}
   * @param capacity how many bytes of the pool's it has room for at once
   */
  constructor(
    writeMessage: (sink: Sink, row: number) => void,
    limits: EncodeLimits,
    capacity: number,
    pool: BufferPool | undefined,
  ) {
    this.#writeMessage = writeMessage;
    this.#limits = limits;
    this.#sink = new Sink(capacity, limits.maxRequestBytes, pool);
  }

  /** Bytes so far. */
  get size(): number {
    return this.#sink.position;
  }

  /** Average size of a record so far, framing included; 0 if there is none. */
  get bytesPerRecord(): number {
    return this.count === 0 ? 0 : this.#sink.position / this.count;
  }

  /**
   * Writes one row.
   *
   * @returns 1 if it is in, "full" if it does not fit into this request, or why it cannot be sent at
   * all.
   */
  append(row: number): 1 | "full" | RowFailure {
    const { maxRecordBytes, maxRequestBytes, maxRecords } = this.#limits;
    if (this.count >= maxRecords) return "full";
    const sink = this.#sink;
    const start = sink.position;
    try {
      const size = this.#write(row);
      const overflows = sink.position > maxRequestBytes;
      if (size <= maxRecordBytes && !overflows) {
        this.count++;
        return 1;
      }
      const framed = sink.position - start;
      sink.position = start;
      if (size > maxRecordBytes) return tooLarge(row, `${size}`, size, { maxRecordBytes });
      if (start > 0) return "full";
      return tooLarge(row, `${framed}`, framed, { maxRequestBytes });
    } catch (reason) {
      sink.position = start;
      if (reason instanceof Refusal) return refused(row, reason);
      if (!(reason instanceof SinkFullError)) throw reason;
      const atLeast = sink.wanted - start;
      const limit = atLeast > maxRecordBytes ? { maxRecordBytes } : { maxRequestBytes };
      if (start > 0 && atLeast <= maxRecordBytes) return "full";
      return tooLarge(row, `at least ${atLeast}`, atLeast, limit);
    }
  }

  /**
   * Takes as many as fit of the `ready` rows that a block has from `row` on.
   *
   * @returns how many that were.
   */
  appendBlock(block: Block, row: number, ready: number): number {
    const { maxRequestBytes, maxRecords } = this.#limits;
    const sink = this.#sink;
    const room = maxRequestBytes - sink.position;
    let count = Math.min(ready, maxRecords - this.count);
    while (count > 0 && block.size(row, count) > room) count--;
    if (count > 0) {
      sink.append(block.bytes(row, count));
      this.count += count;
    }
    return count;
  }

  /** Writes tag, length and message; returns the message's size. */
  #write(row: number): number {
    const sink = this.#sink;
    const guess = this.#lengthSize;
    sink.reserve(1);
    sink.bytes[sink.position++] = RECORD_TAG;
    const start = sink.open(guess);
    this.#writeMessage(sink, row);
    const size = sink.position - start;
    this.#lengthSize = sink.close(start, guess);
    return size;
  }

  /** Reports a row that cannot be sent along with this request. */
  fail(failure: RowFailure): void {
    this.#failures.push(failure);
  }

  /** The request, covering the rows `[firstRow, endRow)`. */
  finish(firstRow: number, endRow: number): EncodedRows {
    return new EncodedRows({
      bytes: this.#sink.bytes.subarray(0, this.#sink.position),
      rowCount: this.count,
      firstRow,
      endRow,
      failedRows: this.#failures,
    });
  }
}

function refused(row: number, { column, reason }: Refusal): RowFailure {
  const message = `row ${row}, column "${column}": ${reason}`;
  return { row, error: new ConversionError(message, { details: { row, column } }) };
}

function tooLarge(
  row: number,
  size: string,
  actual: number,
  limits: Partial<EncodeLimits>,
): RowFailure {
  const [[name, limit] = ["", 0]] = Object.entries(limits);
  const message = `row ${row} takes ${size} bytes as a record, ${name} is ${limit}: split it up`;
  return { row, error: new ConversionError(message, { details: { row, limit, actual } }) };
}
