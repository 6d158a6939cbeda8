/** What every assertion throws when it does not hold. */
export class AssertionError extends Error {
  override name = "AssertionError";
  /** Creates the error; `options.cause` is the failure underneath, if there is one. */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
  }
}

/** Throws an {@linkcode AssertionError}: what went wrong, then the caller's own words. */
export function reject(problem: string, msg?: string, options?: ErrorOptions): never {
  throw new AssertionError(
    msg === undefined || msg === "" ? problem : `${problem}: ${msg}`,
    options,
  );
}
