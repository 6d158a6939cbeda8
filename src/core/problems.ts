/**
 * All problems at once.
 *
 * @module
 */
import { ConfigurationError } from "./errors.ts";

/** Runs checks in such a way that one that fails does not hide what the others find. */
export class Problems {
  readonly #errors: ConfigurationError[] = [];

  /** What was found so far, a sentence each; it begins with the field and a colon. */
  get sentences(): readonly string[] {
    return this.#errors.flatMap((error) => error.details.problems ?? [error.message]);
  }

  /** Runs a check. When it fails, `otherwise` stands in, for checks that depend on it. */
  attempt<T>(check: () => T, otherwise: T): T {
    try {
      return check();
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      this.#errors.push(error);
      return otherwise;
    }
  }

  /**
   * Runs every check and returns what they made.
   *
   * @throws {ConfigurationError} for what was found, here or before
   */
  settle<T extends object>(checks: { readonly [K in keyof T]: () => T[K] }): T {
    const made: Partial<T> = {};
    for (const name of Object.keys(checks) as (keyof T)[]) {
      this.attempt(() => void (made[name] = checks[name]()), undefined);
    }
    this.end();
    return made as T;
  }

  /** Throws the one error that was found, or one that lists them. */
  end(): void {
    const [first, ...others] = this.#errors;
    if (first === undefined) return;
    if (others.length === 0) throw first;
    throw errorOf(this.sentences, first.details.field);
  }
}

/** Runs every check and returns what they made; see {@linkcode Problems.settle}. */
export function settled<T extends object>(checks: { readonly [K in keyof T]: () => T[K] }): T {
  return new Problems().settle<T>(checks);
}

/** The error that lists problems. */
export function errorOf(problems: readonly string[], field?: string): ConfigurationError {
  const [only] = problems;
  const message = problems.length === 1
    ? `the configuration has a problem: ${only}`
    : `the configuration has ${problems.length} problems:\n  ${problems.join("\n  ")}`;
  return new ConfigurationError(message, {
    details: field === undefined ? { problems } : { field, problems },
  });
}
