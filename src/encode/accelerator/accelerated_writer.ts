/**
 * The inner loop as WebAssembly.
 *
 * @module
 */
import { ConfigurationError } from "../../core/errors.ts";
import { MEMORY } from "../heap.ts";
import type { OtherWriter, RowWriter } from "../inner_loop.ts";
import { MODULE_FINGERPRINT } from "./module_text.ts";

/** What the module exports. */
interface RowsModule {
  /** Writes rows; see `assembly/rows.ts`. */
  writeRows(
    first: number,
    record: number,
    bounds: number,
    longest: number,
    from: number,
    to: number,
  ): number;
  /** Which version of the module it is. */
  readonly FINGERPRINT: WebAssembly.Global;
  /** Whether bytes are ASCII; 0 or 1. */
  isAscii(from: number, to: number): number;
}

/** Longest record that the module can be told of. */
const MOST_BYTES = 0x7fff_ffff;

/**
 * Lets a compiled module, that of `assembly/rows.ts`, work on the heap.
 *
 * @throws {ConfigurationError} if it is another module, or there is no heap that a module can use.
 */
export function acceleratedWriter(module: WebAssembly.Module): RowWriter {
  if (MEMORY === undefined) throw refused("this runtime has no WebAssembly.Memory");
  let asked: OtherWriter | undefined;
  const env = {
    memory: MEMORY,
    // What these throw goes right through the module, to whoever called it.
    writeOther: (node: number, index: number, at: number) => asked!.writeOther(node, index, at),
    refuseNull: (node: number) => asked!.refuseNull(node),
  };
  const { writeRows, isAscii } = instantiate(module, { env });
  return {
    writeRows({ first, record, bounds, maxRecordBytes }, from, to, other) {
      asked = other;
      const longest = Math.min(maxRecordBytes, MOST_BYTES);
      return writeRows(first, record, bounds, longest, from, to);
    },
    isAscii: (from, to) => isAscii(from, to) === 1,
  };
}

function instantiate(module: WebAssembly.Module, imports: WebAssembly.Imports): RowsModule {
  let exports: Partial<RowsModule>;
  try {
    exports = new WebAssembly.Instance(module, imports).exports as Partial<RowsModule>;
  } catch (cause) {
    throw refused('expected "auto", "off" or the compiled module of this package', cause);
  }
  if (exports.FINGERPRINT?.value === MODULE_FINGERPRINT) return exports as RowsModule;
  throw refused("expected the module of this package and version, got another one");
}

function refused(problem: string, cause?: unknown): ConfigurationError {
  const message = `the accelerator cannot be used: ${problem}`;
  return new ConfigurationError(message, { details: { field: "module" }, cause });
}
