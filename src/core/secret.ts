/**
 * A string that does not show itself.
 *
 * @module
 */

const REDACTED = "[redacted]";

/**
 * Keeps a secret out of logs: `toString`, template literals, `JSON.stringify` and the `inspect` of
 * Deno, Bun and Node all print `[redacted]`. The text lives in a private field, so no enumeration
 * or structured clone finds it; only {@linkcode Secret.reveal} gives it out.
 *
 * @example
 * ```ts
 * import { Secret } from "@zerobus/wrapper";
 * import { assertEquals } from "@std/assert";
 *
 * const secret = new Secret("hunter2");
 * assertEquals(`${secret}`, "[redacted]");
 * assertEquals(JSON.stringify({ secret }), '{"secret":"[redacted]"}');
 * ```
 */
export class Secret {
  readonly #text: string;

  /** Wraps the text. */
  constructor(text: string) {
    this.#text = text;
  }

  /** The text itself. Call it where it goes on the wire and nowhere else. */
  reveal(): string {
    return this.#text;
  }

  /** Always `[redacted]`. */
  toString(): string {
    return REDACTED;
  }

  /** Always `[redacted]`. */
  toJSON(): string {
    return REDACTED;
  }

  static {
    // The hooks that `console.log` and `inspect` look for; both have well-known symbols only.
    for (const hook of ["nodejs.util.inspect.custom", "Deno.customInspect"]) {
      Object.defineProperty(this.prototype, Symbol.for(hook), { value: () => REDACTED });
    }
  }
}

/** Whether a value is a `Secret`, also one made by another copy of this package. */
export function isSecret(value: unknown): value is Pick<Secret, "reveal"> {
  return typeof value === "object" && value !== null && "reveal" in value &&
    typeof value.reveal === "function";
}
