/**
 * Numbers whose width or unit is another than the service's.
 *
 * @module
 */

const WORD = 0x1_0000_0000;

/** 32 bits without a sign as 64 bits. */
export function widened32(words: Int32Array): Int32Array {
  const wide = new Int32Array(2 * words.length);
  for (let at = 0; at < words.length; at++) wide[2 * at] = words[at]!;
  return wide;
}

/** 32-bit numbers times a factor of at most 10^6, as 64 bits. */
export function scaled32(words: Int32Array, factor: number): Int32Array {
  const scaled = new Int32Array(2 * words.length);
  for (let at = 0; at < words.length; at++) {
    const product = words[at]! * factor;
    scaled[2 * at] = product; // modulo 2^32
    scaled[2 * at + 1] = Math.floor(product / WORD);
  }
  return scaled;
}

/** 64-bit numbers times a factor of at most 10^6, modulo 2^64. Each step is exact in a double. */
export function scaled64(words: Int32Array, factor: number): Int32Array {
  const scaled = new Int32Array(words.length);
  for (let at = 0; at < words.length; at += 2) {
    const low = (words[at]! >>> 0) * factor;
    scaled[at] = low;
    scaled[at + 1] = words[at + 1]! * factor + Math.floor(low / WORD);
  }
  return scaled;
}

/** Whether a 64-bit number times the factor is one. */
export function scales(low: number, high: number, factor: number): boolean {
  const product = high * factor + Math.floor((low >>> 0) * factor / WORD);
  return product >= -0x8000_0000 && product <= 0x7fff_ffff;
}

/** 64-bit numbers divided by a thousand, rounded down, word by word as on paper. */
export function thousandths(words: Int32Array): Int32Array {
  const divided = new Int32Array(words.length);
  for (let at = 0; at < words.length; at += 2) {
    const high = Math.floor(words[at + 1]! / 1000);
    const rest = (words[at + 1]! - high * 1000) * WORD + (words[at]! >>> 0);
    divided[at] = Math.floor(rest / 1000);
    divided[at + 1] = high;
  }
  return divided;
}

/** Whole days in 64-bit milliseconds, rounded down. */
export function daysIn(words: Int32Array): Int32Array {
  const days = new Int32Array(words.length >> 1);
  for (let at = 0; at < days.length; at++) days[at] = dayOf(words[2 * at]!, words[2 * at + 1]!);
  return days;
}

/** The day of a time. A day is 2^10 × 84,375 ms, and 54 bits are left after the shift. */
export function dayOf(low: number, high: number): number {
  return Math.floor((high * 0x40_0000 + (low >>> 10)) / 84_375);
}

/** Half precision as single. */
export function singles(halves: Uint16Array): Float32Array {
  const single = new Float32Array(halves.length);
  const bits = new Int32Array(single.buffer);
  for (let at = 0; at < halves.length; at++) {
    const half = halves[at]!;
    const sign = (half & 0x8000) << 16;
    const exponent = (half >> 10) & 0x1f;
    const fraction = half & 0x3ff;
    if (exponent === 0x1f) {
      bits[at] = sign | 0x7f80_0000 | (fraction << 13); // infinities, and NaNs with their payload
    } else if (exponent === 0) {
      single[at] = (sign < 0 ? -fraction : fraction) * 2 ** -24;
      if (fraction === 0) bits[at] = sign;
    } else {
      bits[at] = sign | ((exponent + 112) << 23) | (fraction << 13);
    }
  }
  return single;
}
