/**
 * How this project's tests are written: `test(name, fn)`, the same on every runtime. On Deno it
 * registers with Deno's own runner; elsewhere tests are kept in a list that `runner.ts` executes.
 *
 * @module
 */
import { bounded } from "./bounded.ts";

/** What a test may ask for. */
export interface TestOptions {
  /** Longest it may take, in milliseconds. Default 30,000. */
  readonly timeoutMs?: number;
}

/** A registered test. */
export interface RegisteredTest {
  /** What it shows. */
  readonly name: string;
  /** Why it does not run here, if it does not. */
  readonly skipped: string | undefined;
  /** Longest it may take, in milliseconds. */
  readonly timeoutMs: number;
  /** Passes by returning, fails by throwing. */
  readonly fn: () => void | Promise<void>;
}

const DEFAULT_TIMEOUT_MS = 30_000;

const registered: RegisteredTest[] = [];

/** Registers a test. It fails when it throws, rejects or takes too long. */
export function test(
  name: string,
  fn: () => void | Promise<void>,
  options?: TestOptions,
): void {
  register(name, undefined, fn, options);
}

/**
 * Registers a test that is skipped for a reason; without one it runs.
 *
 * @example
 * ```ts
 * testUnless(env.protocols.includes("grpc") ? undefined : "no HTTP/2 here", "native gRPC", run);
 * ```
 */
export function testUnless(
  reason: string | undefined,
  name: string,
  fn: () => void | Promise<void>,
  options?: TestOptions,
): void {
  register(name, reason, fn, options);
}

/** Takes the tests registered since the last call; empty on Deno, which has them already. */
export function takeRegistered(): readonly RegisteredTest[] {
  return registered.splice(0);
}

/** As much of Deno as this file needs, found at run time so that it loads anywhere. */
interface DenoRunner {
  test(definition: {
    name: string;
    fn: () => Promise<void>;
    ignore: boolean;
    sanitizeOps: true;
    sanitizeResources: true;
    sanitizeExit: true;
  }): void;
}

function register(
  name: string,
  skipped: string | undefined,
  fn: () => void | Promise<void>,
  { timeoutMs = DEFAULT_TIMEOUT_MS }: TestOptions = {},
): void {
  const { Deno: deno } = globalThis as { Deno?: DenoRunner };
  if (deno === undefined) {
    registered.push({ name, skipped, timeoutMs, fn });
    return;
  }
  deno.test({
    name: skipped === undefined ? name : `${name} (${skipped})`,
    fn: () => bounded(fn, timeoutMs),
    ignore: skipped !== undefined,
    // Off unless asked for. They are what finds leaks, so every test has them.
    sanitizeOps: true,
    sanitizeResources: true,
    sanitizeExit: true,
  });
}
