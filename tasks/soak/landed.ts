/**
 * What landed in a table, on its way from the server's process to the client's: for each request
 * the number of its stream, its offset, its acknowledged rows, whether its connection was cut, the
 * number of its rows; then the rows.
 *
 * @module
 */
import type { LocalRequest } from "@zerobus/wrapper/testing";
import type { Landing } from "../../tests/harness/duplicates.ts";

const HEADER_LENGTH = 5;

/** Streams by number. */
export class StreamNumbers {
  readonly ids: string[] = [];
  readonly #numbers = new Map<string, number>();

  /** The number of a stream, always the same. */
  of(id: string): number {
    let number = this.#numbers.get(id);
    if (number === undefined) {
      number = this.ids.push(id) - 1;
      this.#numbers.set(id, number);
    }
    return number;
  }
}

/** Packs requests. */
export function packLandings(
  requests: Iterable<LocalRequest>,
  streams: StreamNumbers,
): Int32Array<ArrayBuffer> {
  const packed: number[] = [];
  for (const request of requests) {
    const { streamId, offset, acknowledgedRows, cutAfterMs, rowCount } = request;
    const cut = cutAfterMs === undefined ? 0 : 1;
    packed.push(streams.of(streamId), Number(offset), acknowledgedRows, cut, rowCount);
    for (const { n } of request.rows()) packed.push(Number(n));
  }
  return Int32Array.from(packed);
}

/** Unpacks them. */
export function* unpackLandings(
  packed: Int32Array,
  streamIds: readonly string[],
): Generator<Landing & { readonly numbers: Int32Array }> {
  for (let at = 0; at < packed.length;) {
    const [stream, offset, acknowledgedRows, cut, rowCount] = packed.subarray(at);
    at += HEADER_LENGTH;
    yield {
      streamId: streamIds[stream!]!,
      offset: BigInt(offset!),
      acknowledgedRows: acknowledgedRows!,
      cut: cut === 1,
      numbers: packed.subarray(at, at += rowCount!),
    };
  }
}
