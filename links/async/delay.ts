/** How {@linkcode delay} waits. */
export interface DelayOptions {
  /** Ends the wait early: the promise rejects with the signal's reason. */
  signal?: AbortSignal;
  /**
   * Whether the wait keeps the program running. Only Deno, Node and Bun can let go of a timer;
   * elsewhere it is ignored. Default `true`.
   */
  persistent?: boolean;
}

/** Resolves after `ms` milliseconds. */
export function delay(ms: number, options: DelayOptions = {}): Promise<void> {
  const { signal, persistent = true } = options;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, ms);
    signal?.addEventListener("abort", onAbort, { once: true });
    if (!persistent) release(timer);
  });
}

/** Lets the program end although the timer is running. */
function release(timer: unknown): void {
  if (typeof timer === "object" && timer !== null && "unref" in timer) {
    (timer as { unref(): void }).unref();
    return;
  }
  const { Deno: deno } = globalThis as { Deno?: { unrefTimer?(timer: unknown): void } };
  deno?.unrefTimer?.(timer);
}
