/**
 * Tests of the encoder, which has two inner loops that must not be told apart.
 */
import { assertEquals } from "@std/assert";
import {
  type AcceleratorChoice,
  isAccelerated,
  setAccelerator,
} from "../../src/encode/accelerator/accelerator.ts";
import { broughtModule } from "../harness/accelerator_module.ts";
import { test as testOnce, type TestOptions } from "../harness/mod.ts";

/** What turns the accelerator on here. */
export function anAccelerator(): AcceleratorChoice {
  return broughtModule() ?? "auto";
}

/** Registers a test twice: rows are written by JavaScript, and by WebAssembly. */
export function test(name: string, fn: () => void | Promise<void>, options?: TestOptions): void {
  testOnce(`${name}, in JavaScript`, () => withAccelerator("off", fn), options);
  testOnce(`${name}, in WebAssembly`, () => withAccelerator(anAccelerator(), fn), options);
}

/** Runs something with a choice, and takes that back afterwards. */
export async function withAccelerator<T>(
  choice: AcceleratorChoice,
  fn: () => T | Promise<T>,
): Promise<T> {
  const wasOn = isAccelerated();
  assertEquals(setAccelerator(choice), choice !== "off");
  try {
    return await fn();
  } finally {
    setAccelerator(wasOn ? anAccelerator() : "off");
  }
}
