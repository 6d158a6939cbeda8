/**
 * What somebody may have meant.
 *
 * @module
 */

/** The name that is most like a wrong one, if any is like it at all. */
export function nearest(wrong: string, names: Iterable<string>): string | undefined {
  let best: string | undefined;
  // More than a third of the letters wrong is another word.
  let fewest = Math.ceil(wrong.length / 3) + 1;
  for (const name of names) {
    const edits = distance(wrong.toLowerCase(), name.toLowerCase());
    if (edits < fewest) [best, fewest] = [name, edits];
  }
  return best;
}

/** `; did you mean "…"?`, to be put behind a sentence, or nothing. */
export function suggestion(wrong: string, names: Iterable<string>): string {
  const name = nearest(wrong, names);
  return name === undefined ? "" : `; did you mean "${name}"?`;
}

/** Levenshtein distance. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let k = 1; k <= other.length; k++) {
      const replaced = row[k - 1]! + Number(one[i - 1] !== other[k - 1]);
      next.push(Math.min(replaced, row[k]! + 1, next[k - 1]! + 1));
    }
    row = next;
  }
  return row[other.length]!;
}
