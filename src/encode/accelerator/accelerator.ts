/**
 * Whether rows are written by WebAssembly.
 *
 * @module
 */
import type { RowWriter } from "../inner_loop.ts";
import { rowWriterInUse, useRowWriter } from "../row_writer_in_use.ts";
import { ROW_WRITER } from "../write_row.ts";
import { acceleratedWriter } from "./accelerated_writer.ts";
import { MODULE_TEXT } from "./module_text.ts";

/**
 * What to do about the accelerator: `"auto"`, to compile what is embedded if the runtime allows it;
 * `"off"`; or the compiled module itself, where only the runtime may compile it.
 */
export type AcceleratorChoice = "auto" | "off" | WebAssembly.Module;

/** Made of the embedded module once; null if that may not be compiled. */
let embedded: RowWriter | null | undefined;
/** Whether somebody has chosen. */
let isChosen = false;

/**
 * Turns the accelerator on or off, for all wrappers of the thread and at any time. It is an inner loop
 * of the encoder in WebAssembly, 3 KB, with which Arrow batches become Protobuf 1.2 to 1.5 times as
 * fast as with the one in JavaScript. Both write the same bytes.
 *
 * The entry points for Deno, Bun and Node choose `"auto"` with the first wrapper, unless somebody has
 * called this before. Elsewhere it is off until it is chosen. A worker must not compile, so its
 * bundler has to bring the module, which the npm package exports as `./accelerator.wasm`: it is what
 * `import module from "@zerobus/wrapper/accelerator.wasm"` gives there.
 *
 * @example
 * ```ts
 * import { isAccelerated, setAccelerator } from "@zerobus/wrapper/accelerator";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(setAccelerator("auto"), true);
 * setAccelerator("off");
 * assertEquals(isAccelerated(), false);
 * ```
 *
 * @returns whether it is on; after `"auto"` it is not where the runtime forbids to compile.
 * @throws {ConfigurationError} if it is neither a word nor the module of this package and version.
 */
export function setAccelerator(choice: AcceleratorChoice): boolean {
  useRowWriter(writerFor(choice));
  isChosen = true;
  return isAccelerated();
}

/**
 * Whether the encoder uses WebAssembly.
 *
 * @example
 * ```ts
 * import { isAccelerated, setAccelerator } from "@zerobus/wrapper/accelerator";
 * import { assertEquals } from "@std/assert";
 *
 * setAccelerator("off");
 * assertEquals(isAccelerated(), false);
 * ```
 */
export function isAccelerated(): boolean {
  return rowWriterInUse() !== ROW_WRITER;
}

/** Turns it on, if that is possible and nobody has chosen. */
export function accelerateByDefault(): void {
  if (!isChosen) setAccelerator("auto");
}

function writerFor(choice: AcceleratorChoice): RowWriter {
  if (choice === "off") return ROW_WRITER;
  if (choice !== "auto") return acceleratedWriter(choice);
  if (embedded === undefined) {
    try {
      const bytes = Uint8Array.from(atob(MODULE_TEXT), (char) => char.charCodeAt(0));
      // At once rather than in the background: it takes a millisecond or two, once.
      embedded = acceleratedWriter(new WebAssembly.Module(bytes));
    } catch {
      // No WebAssembly, or a policy against compiling: JavaScript writes the same.
      embedded = null;
    }
  }
  return embedded ?? ROW_WRITER;
}
