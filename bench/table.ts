/**
 * Results as tables.
 *
 * @module
 */
import type { Result } from "./result.ts";

/** A table for each group; ratios are the wrapper's against the line's, by the median. */
export function table(results: readonly Result[]): string {
  return Object.values(Object.groupBy(results, ({ group }) => group)).map((group = []) => {
    const { group: name, title } = group[0]!;
    const ours = group.find(({ candidate }) => candidate === "wrapper")?.values["MB/s"];
    return [`\n${name}: ${title}`, ...group.map((result) => line(result, ours))].join("\n");
  }).join("\n");
}

function line({ candidate, values, target }: Result, ours: number | undefined): string {
  const cells = Object.entries(values).map(([unit, value]) =>
    `${shown(value)} ${unit}`.padStart(18)
  );
  if (ours !== undefined) cells.push(`${(ours / values["MB/s"]!).toFixed(2)} ×`.padStart(12));
  if (target !== undefined) cells.push(`  ${target.met ? "✓" : "✗"} ${target.text}`);
  return `  ${candidate.padEnd(26)}${cells.join("")}`;
}

function shown(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString("en");
  return value >= 10 ? value.toFixed(1) : value.toPrecision(2);
}
