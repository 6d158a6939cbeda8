/** Above this many pairs of lines the middle is not searched for what stayed the same. */
const MOST_PAIRS = 1_000_000;
/** Unchanged lines shown around a change. */
const CONTEXT = 3;

/**
 * Two texts line by line: `-` marks a line that only the first has, `+` one that only the second
 * has. Long runs of unchanged lines are left out.
 */
export function diff(actual: string, expected: string): string {
  const left = actual.split("\n");
  const right = expected.split("\n");
  let head = 0;
  while (head < left.length && head < right.length && left[head] === right[head]) head++;
  let tail = 0;
  while (
    tail < left.length - head && tail < right.length - head &&
    left[left.length - 1 - tail] === right[right.length - 1 - tail]
  ) tail++;

  const middle = changes(
    left.slice(head, left.length - tail),
    right.slice(head, right.length - tail),
  );
  return collapse([
    ...left.slice(0, head).map((line) => `    ${line}`),
    ...middle,
    ...left.slice(left.length - tail).map((line) => `    ${line}`),
  ]).join("\n");
}

/** Marks the lines of two texts along their longest common subsequence. */
function changes(left: readonly string[], right: readonly string[]): string[] {
  const removed = (line: string) => `-   ${line}`;
  const added = (line: string) => `+   ${line}`;
  if (left.length * right.length > MOST_PAIRS) return [...left.map(removed), ...right.map(added)];

  // common[i][j]: how many lines left[i..] and right[j..] have in common, in order.
  const common = Array.from({ length: left.length + 1 }, () => new Uint32Array(right.length + 1));
  for (let i = left.length - 1; i >= 0; i--) {
    for (let j = right.length - 1; j >= 0; j--) {
      common[i]![j] = left[i] === right[j]
        ? common[i + 1]![j + 1]! + 1
        : Math.max(common[i + 1]![j]!, common[i]![j + 1]!);
    }
  }
  const lines: string[] = [];
  let i = 0;
  let j = 0;
  while (i < left.length && j < right.length) {
    if (left[i] === right[j]) {
      lines.push(`    ${left[i++]}`);
      j++;
    } else if (common[i + 1]![j]! >= common[i]![j + 1]!) lines.push(removed(left[i++]!));
    else lines.push(added(right[j++]!));
  }
  return [...lines, ...left.slice(i).map(removed), ...right.slice(j).map(added)];
}

function collapse(lines: readonly string[]): string[] {
  const isNear = lines.map((_, i) =>
    lines.slice(Math.max(0, i - CONTEXT), i + CONTEXT + 1).some((line) => !line.startsWith(" "))
  );
  const kept: string[] = [];
  let left = 0;
  const close = () => {
    if (left > 0) kept.push(`    (${left} unchanged lines)`);
    left = 0;
  };
  lines.forEach((line, i) => {
    if (!isNear[i]) return void left++;
    close();
    kept.push(line);
  });
  close();
  return kept;
}
