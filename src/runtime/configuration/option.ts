/**
 * What is known of one option, besides its type in the code.
 *
 * @module
 */
import type { RuntimeConfiguration } from "../native.ts";

/** What only code can give: functions, objects with behaviour. */
type CodeOnly =
  | "headersProvider"
  | "transport"
  | "signal"
  | "fileSystem"
  | "onWarning"
  | "tracerProvider"
  | "meterProvider"
  | "loggerProvider"
  | "logger"
  | "onAck";

/** Values that are one value, whatever members they have. */
type Atom =
  | string
  | number
  | boolean
  | URL
  | null
  | { reveal(): string }
  | { readonly [name: string]: string }
  | readonly unknown[];

/** The paths of all options of a type, such as `retry.maxAttempts`. */
type Paths<T, Prefix extends string = ""> = {
  [K in Exclude<keyof T & string, CodeOnly>]-?: PathsOf<NonNullable<T[K]>, `${Prefix}${K}`>;
}[Exclude<keyof T & string, CodeOnly>];

// Distributes over unions: a switch that may also be a group has its own path and the group's.
type PathsOf<V, Path extends string> = V extends Atom ? Path : Paths<V, `${Path}.`>;

/**
 * Every option that a file or the environment can give. Follows from the types of the configuration,
 * so an option that is added there and missing in `OPTIONS` is a type error: describe it there, and
 * run `deno task generate`.
 */
export type OptionPath = Paths<RuntimeConfiguration>;

/** A value of an option as a file or a variable has it. */
export type OptionKind =
  /** Any text. */
  | { readonly type: "text" }
  /** Text that is shown to nobody. */
  | { readonly type: "secret" }
  /** Names with values, `name=value,…` or a group; the values are shown to nobody. */
  | { readonly type: "headers" }
  /** True or false. */
  | { readonly type: "boolean" }
  /** A whole number, or `null` where that means that there is no bound. */
  | {
    readonly type: "integer";
    readonly min: number;
    readonly max?: number;
    readonly nullable?: boolean;
  }
  /** A number with decimals. */
  | { readonly type: "number"; readonly min: number; readonly max: number }
  /** One of some words. */
  | { readonly type: "choice"; readonly values: readonly string[] }
  /** Some of some words. */
  | { readonly type: "list"; readonly values: readonly string[] };

/** Another name for an option, from the client that this one can take the place of. */
export interface Alias {
  /** Environment variable. */
  readonly variable: string;
  /** Path in the file; absent where it is the option's own. */
  readonly key?: string;
  /** What values are multiplied by. Default 1. */
  readonly factor?: number;
}

/** One option. */
export interface Option {
  /** What values look like. */
  readonly kind: OptionKind;
  /** For people, in one sentence. */
  readonly description: string;
  /** Default, where it is one value. */
  readonly default?: string | number | boolean | null;
  /** See {@linkcode Alias}. */
  readonly alias?: Alias;
}

/** The environment variable of an option: `retry.maxAttempts` is `ZEROBUS_RETRY_MAX_ATTEMPTS`. */
export function variableOf(path: string): string {
  return `ZEROBUS_${keyOf(path).replaceAll(".", "_").toUpperCase()}`;
}

/** The key of an option in a file: `retry.maxAttempts` is `retry.max_attempts`. */
export function keyOf(path: string): string {
  return path.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
