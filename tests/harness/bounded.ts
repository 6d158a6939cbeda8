/**
 * Calls a function and waits for it, but not for ever.
 *
 * @throws {Error} when it takes longer than `timeoutMs`, or whatever it throws itself.
 */
export async function bounded(
  fn: () => void | Promise<void>,
  timeoutMs: number,
): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`still running after ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    await Promise.race([Promise.resolve().then(fn), tooLong]);
  } finally {
    clearTimeout(timer);
  }
}
