/**
 * Tables of text.
 *
 * @module
 */

/**
 * Lines with their cells one below the other.
 *
 * @param rows the cells; every row has as many as the first
 * @param texts how many columns, from the left, are text; the others are numbers
 */
export function textTable(rows: readonly (readonly string[])[], texts: number): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row.map((cell, column) => {
      const width = widths[column]!;
      return column < texts ? cell.padEnd(width) : cell.padStart(width);
    }).join("  ").trimEnd()
  ).join("\n");
}

/** A table of Markdown, its columns below one another. It ends with a line break. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const widths = head.map((title, column) =>
    Math.max(3, title.length, ...rows.map((row) => row[column]!.length))
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |\n`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |\n`;
  return line(head) + rule + rows.map(line).join("");
}
