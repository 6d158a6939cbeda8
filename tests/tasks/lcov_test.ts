import { assertEquals } from "@std/assert";
import { coverageBy, readLcov } from "../../tasks/coverage/lcov.ts";
import { test } from "../harness/mod.ts";

const REPORT = `SF:src/b/one.ts
FN:3,f
FNDA:1,f
BRDA:3,1,0,0
BRDA:3,1,1,26
BRF:2
DA:3,1
DA:4,0
DA:5,12
LH:2
end_of_record
SF:src/b/two.ts
BRDA:3,1,0,-
DA:1,1
end_of_record
SF:src/a/three.ts
DA:1,0
end_of_record
`;

test("a report is read file by file, and added up", () => {
  const files = readLcov(REPORT);
  assertEquals(files.map(({ path, missed }) => [path, missed]), [
    ["src/b/one.ts", [4]],
    ["src/b/two.ts", []],
    ["src/a/three.ts", [1]],
  ]);
  assertEquals([...coverageBy(files, (path) => path.slice(0, 5))], [
    ["src/a", { lines: 1, linesHit: 0, branches: 0, branchesHit: 0 }],
    ["src/b", { lines: 4, linesHit: 3, branches: 3, branchesHit: 1 }],
  ]);
});
