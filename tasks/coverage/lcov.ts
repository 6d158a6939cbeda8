/**
 * Coverage reports in the form of lcov.
 *
 * @module
 */

/** How much of something the tests have run through. */
export interface Coverage {
  /** Lines with code. */
  readonly lines: number;
  /** Those of them that ran. */
  readonly linesHit: number;
  /** Ways that code can take. */
  readonly branches: number;
  /** Those of them that were taken. */
  readonly branchesHit: number;
}

/** A file, and what of it did not run. */
export interface FileCoverage extends Coverage {
  /** Its path, as the report has it. */
  readonly path: string;
  /** Numbers of the lines that did not run. */
  readonly missed: readonly number[];
}

/** The files of a report. */
export function readLcov(text: string): FileCoverage[] {
  return text.split("end_of_record\n").filter((record) => record.includes("SF:")).map((record) => {
    const lines = [...record.matchAll(/^DA:(\d+),(\d+)/gm)];
    const branches = [...record.matchAll(/^BRDA:\d+,\d+,\d+,(\d+|-)/gm)];
    const missed = lines.filter(([, , count]) => count === "0").map(([, line]) => Number(line));
    return {
      path: /^SF:(.*)$/m.exec(record)![1]!,
      lines: lines.length,
      linesHit: lines.length - missed.length,
      branches: branches.length,
      branchesHit: branches.filter(([, taken]) => taken !== "0" && taken !== "-").length,
      missed,
    };
  });
}

/** The files added up, by what a function says of their paths; in the order of its words. */
export function coverageBy(
  files: readonly FileCoverage[],
  groupOf: (path: string) => string,
): Map<string, Coverage> {
  const groups = Object.groupBy(files, ({ path }) => groupOf(path));
  return new Map(
    Object.entries(groups).sort(([one], [other]) => one < other ? -1 : 1)
      .map(([name, members = []]) => [name, total(members)]),
  );
}

/** The sum of coverages. */
export function total(parts: readonly Coverage[]): Coverage {
  const sum = (pick: (part: Coverage) => number) => parts.reduce((all, one) => all + pick(one), 0);
  return {
    lines: sum(({ lines }) => lines),
    linesHit: sum(({ linesHit }) => linesHit),
    branches: sum(({ branches }) => branches),
    branchesHit: sum(({ branchesHit }) => branchesHit),
  };
}
