/**
 * The encoder's WebAssembly in a worker, which must not compile it: the worker's main module brings it
 * along.
 *
 * @module
 */
let brought: WebAssembly.Module | undefined;

/** Remembers the module. */
export function bringModule(module: WebAssembly.Module): void {
  brought = module;
}

/** The module, if one has been brought. */
export function broughtModule(): WebAssembly.Module | undefined {
  return brought;
}
