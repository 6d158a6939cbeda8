/**
 * Buffers for tests of compression.
 *
 * @module
 */
import fc from "fast-check";
import { joined } from "../../src/core/bytes.ts";

/** Some bytes in some buffers; of some of them there is much, and much of the same. */
export const someParts: fc.Arbitrary<Uint8Array[]> = fc.array(
  fc.oneof(
    fc.uint8Array({ maxLength: 50 }),
    fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 20_000 }))
      .map(([bytes, times]) => joined(Array<Uint8Array>(times).fill(bytes))),
    fc.uint8Array({ minLength: 1, maxLength: 30 })
      .map((bytes) => new Uint8Array([0, ...bytes, 0]).subarray(1, -1)),
  ),
  { maxLength: 6 },
);
