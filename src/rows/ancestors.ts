/**
 * Values that contain themselves.
 *
 * @module
 */

/** The objects that a walk is in the middle of: from a row down to whatever is looked at. */
export class Ancestors {
  readonly #objects: object[] = [];

  /** How deep the walk is. */
  get depth(): number {
    return this.#objects.length;
  }

  /** The walk begins anew. */
  clear(): void {
    this.#objects.length = 0;
  }

  /**
   * The walk enters an object.
   *
   * @throws {CycleError} if it is in it already: that has no end, and with more than one way around
   * it has more steps than anybody can wait for, even to a small depth
   */
  enter(object: object): void {
    if (this.#objects.includes(object)) throw new CycleError("it contains itself");
    this.#objects.push(object);
  }

  /** The walk leaves the object that it entered last. */
  leave(): void {
    this.#objects.pop();
  }
}

/** A value contains itself. */
export class CycleError extends Error {
  override name = "CycleError";
}
