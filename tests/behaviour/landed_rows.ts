/**
 * What became of rows.
 *
 * @module
 */
import type { ZerobusWrapper } from "@zerobus/wrapper";

/** What landed, without what is missing: formats differ in whether they say so. */
export function present(rows: readonly unknown[]): unknown[] {
  return rows.map((row) =>
    Object.fromEntries(
      Object.entries(row as object).filter(([, value]) =>
        value !== null && value !== undefined && !(Array.isArray(value) && value.length === 0)
      ),
    )
  );
}

/** Resolves when that many more rows are durable. */
export function durable(wrapper: ZerobusWrapper, rows: number): Promise<void> {
  return new Promise((resolve) => {
    let left = rows;
    const stop = wrapper.addEventListener("ack", ({ rows }) => {
      left -= rows;
      if (left > 0) return;
      stop();
      resolve();
    });
  });
}
