/**
 * The one piece of memory in which rows are made.
 *
 * @module
 */

/** Bytes of a page, as WebAssembly counts memory. */
const PAGE = 64 * 1024;
const PAGES = 32;

/**
 * The heap as a WebAssembly module sees it; undefined where there is no WebAssembly. It never grows,
 * for then it would get another buffer. To JavaScript such a buffer is as fast as any.
 */
export const MEMORY: WebAssembly.Memory | undefined = newMemory();

/**
 * What is written goes to the front; behind it are the slices of the columns that it is made of, and
 * at the back the program. All of it fits into a processor's second-level cache, which is the point:
 * a whole batch's columns read row by row, or a whole batch's records written column by column, go
 * out to memory and back for every value.
 *
 * There is one heap for the whole thread, with views that are made once, so that an engine compiles
 * their addresses into the code. Whoever fills it must be done with it before anything is awaited or
 * yielded.
 */
export const HEAP: ArrayBuffer = MEMORY?.buffer as ArrayBuffer | undefined ??
  new ArrayBuffer(PAGES * PAGE);
/** Where the slices begin. */
export const STAGE_START: number = 896 * 1024;
/** Where the slices end, and the bounds of the block's rows and then the program begin. */
export const PROGRAM_START: number = 1792 * 1024;
/**
 * Most rows of a block. What a block costs for each column, some 100 ns a buffer, is little for so
 * many; narrow rows gain 5 % over 256 at a time, wide ones reach the size of a good block before.
 */
export const MOST_ROWS = 1024;
/** The heap as bytes. */
export const HEAP_U8: Uint8Array<ArrayBuffer> = new Uint8Array(HEAP);
/** The heap as words. */
export const HEAP_I32: Int32Array<ArrayBuffer> = new Int32Array(HEAP);
/**
 * Writers may put down a whole word and move on by less, and copy text eight bytes at a time, so
 * nothing may end closer than this to the end of its part.
 */
export const OVERRUN: number = 64;

function newMemory(): WebAssembly.Memory | undefined {
  try {
    return new WebAssembly.Memory({ initial: PAGES, maximum: PAGES });
  } catch {
    return undefined;
  }
}

/** The signal that some rows' columns are too large for the heap. */
export class StageFullError extends Error {
  override name = "StageFullError";
}
