/**
 * The encoder's WebAssembly accelerator: whether it is on, and how to turn it on in a worker, or off.
 *
 * ```ts
 * import { setAccelerator } from "@zerobus/wrapper/accelerator";
 *
 * setAccelerator("off"); // JavaScript alone
 * ```
 *
 * @module
 */
export {
  type AcceleratorChoice,
  isAccelerated,
  setAccelerator,
} from "./encode/accelerator/accelerator.ts";
