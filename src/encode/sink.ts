/**
 * Where encoded bytes go.
 *
 * @module
 */

import type { BufferPool } from "./buffer_pool.ts";

/**
 * Room beyond the limit. Reservations are upper bounds: at most ten bytes for a number that takes
 * one, five for each of the lengths that are open. A record that fits in the end must never be
 * turned away halfway, so the limit itself is tested on what was really written.
 */
const SLACK = 128;

/** The signal that a sink would outgrow its limit. */
export class SinkFullError extends Error {
  override name = "SinkFullError";
}

// One for all: it is thrown for every request that is cut, and nobody looks at its stack.
const FULL = new SinkFullError("the sink is full");

/**
 * A growing buffer with a cursor. Except where it says otherwise, methods write without looking for
 * room: {@linkcode Sink.reserve} first.
 */
export class Sink {
  /** The buffer; replaced when it grows. */
  bytes: Uint8Array<ArrayBuffer>;
  /** The same buffer. */
  view: DataView<ArrayBuffer>;
  /** Where the next byte goes. */
  position = 0;
  /** After {@linkcode SinkFullError}: a position that the writer would have passed. */
  wanted = 0;
  readonly #limit: number;
  readonly #pool: BufferPool | undefined;

  /**
   * Creates a sink that holds `limit` bytes at most, and has room for `capacity` at once.
   *
   * @param pool where buffers come from. Default: from the engine, for every one new.
   */
  constructor(capacity: number, limit: number, pool?: BufferPool) {
    this.#limit = limit + SLACK;
    this.#pool = pool;
    this.bytes = this.#take(Math.min(capacity, limit) + SLACK);
    this.view = new DataView(this.bytes.buffer);
  }

  /**
   * Makes room.
   *
   * @throws {SinkFullError} if that would exceed the limit.
   */
  reserve(size: number): void {
    if (this.position + size > this.bytes.length) this.#grow(this.position + size);
  }

  #grow(needed: number): void {
    if (needed > this.#limit) {
      this.wanted = needed - SLACK;
      throw FULL;
    }
    const capacity = Math.min(this.#limit, Math.max(needed, 2 * this.bytes.length));
    const bytes = this.#take(capacity);
    bytes.set(this.bytes.subarray(0, this.position));
    this.#pool?.release(this);
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer);
  }

  #take(size: number): Uint8Array<ArrayBuffer> {
    return this.#pool?.take(size) ?? new Uint8Array(size);
  }

  /** Bytes that are finished. Makes its own room. */
  append(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.position);
    this.position += bytes.length;
  }

  /** An unsigned 32-bit number as a varint, up to 5 bytes. */
  varint32(value: number): void {
    const bytes = this.bytes;
    let position = this.position;
    let rest = value >>> 0;
    while (rest > 0x7f) {
      bytes[position++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    bytes[position++] = rest;
    this.position = position;
  }

  /** A 64-bit number, as its two words, as a varint; up to 10 bytes. */
  varint64(low: number, high: number): void {
    const bytes = this.bytes;
    let position = this.position;
    let lowRest = low >>> 0;
    let highRest = high >>> 0;
    while (highRest !== 0) {
      bytes[position++] = (lowRest & 0x7f) | 0x80;
      lowRest = ((lowRest >>> 7) | (highRest << 25)) >>> 0;
      highRest >>>= 7;
    }
    while (lowRest > 0x7f) {
      bytes[position++] = (lowRest & 0x7f) | 0x80;
      lowRest >>>= 7;
    }
    bytes[position++] = lowRest;
    this.position = position;
  }

  /** Four bytes, least significant first. */
  fixed32(value: number): void {
    this.view.setInt32(this.position, value, true);
    this.position += 4;
  }

  /** Eight bytes, least significant first. Words, so that every NaN keeps its payload. */
  fixed64(low: number, high: number): void {
    const { view, position } = this;
    view.setInt32(position, low, true);
    view.setInt32(position + 4, high, true);
    this.position = position + 8;
  }

  /** A field's tag, up to 5 bytes; nothing for tag 0. */
  tag(tag: number): void {
    if (tag > 0x7f) this.varint32(tag);
    else if (tag !== 0) this.bytes[this.position++] = tag;
  }

  /** The bytes `[start, end)` of an array. */
  copy(source: Uint8Array, start: number, end: number): void {
    const { bytes, position } = this;
    if (end - start > COPIED_BY_HAND) {
      bytes.set(source.subarray(start, end), position);
    } else {
      for (let from = start, to = position; from < end; from++, to++) bytes[to] = source[from]!;
    }
    this.position = position + end - start;
  }

  /**
   * Leaves room for the length of what follows, and makes it. The guess, 1 to 5 bytes, costs a move
   * when it is wrong, so callers keep what {@linkcode Sink.close} says for next time.
   *
   * @returns where what follows begins.
   */
  open(guess: number): number {
    this.reserve(guess);
    this.position += guess;
    return this.position;
  }

  /**
   * Fills in the length of everything since `open`. Makes its own room.
   *
   * @returns how many bytes the length took.
   */
  close(start: number, guess: number): number {
    const length = this.position - start;
    const size = varintSize(length);
    const shift = size - guess;
    if (shift !== 0) {
      if (shift > 0) this.reserve(shift);
      this.bytes.copyWithin(start + shift, start, this.position);
    }
    const end = this.position + shift;
    this.position = start - guess;
    this.varint32(length);
    this.position = end;
    return size;
  }
}

/** Shorter copies are faster by hand: a call with a sub-array costs about 40 ns. */
const COPIED_BY_HAND = 48;

/** Bytes of an unsigned 32-bit number as a varint. */
export function varintSize(value: number): number {
  return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x200000 ? 3 : value < 0x10000000 ? 4 : 5;
}
