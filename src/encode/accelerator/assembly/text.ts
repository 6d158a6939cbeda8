/**
 * Whether bytes are text.
 *
 * @module
 */

/** The highest bit of each of eight bytes. */
const NOT_ASCII: i64 = 0x8080_8080_8080_8080;

/**
 * Whether the bytes `[from, to)` are ASCII; the seven after them must be, too. Where a runtime has no
 * such test itself, as workers have not, `c` and `e` are 1.2 to 1.3 times as fast by this one.
 */
export function isAscii(from: i32, to: i32): bool {
  let bits: i64 = 0;
  let at = from;
  for (; at + 64 <= to; at += 64) {
    bits |= load<i64>(at) | load<i64>(at, 8) | load<i64>(at, 16) | load<i64>(at, 24) |
      load<i64>(at, 32) | load<i64>(at, 40) | load<i64>(at, 48) | load<i64>(at, 56);
  }
  for (; at < to; at += 8) bits |= load<i64>(at);
  return (bits & NOT_ASCII) == 0;
}
