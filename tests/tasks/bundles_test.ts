import { assert, assertEquals } from "@std/assert";
import manifest from "../../deno.json" with { type: "json" };
import { type Bundle, bundleProblems, type Subject, SUBJECTS } from "../../tasks/size/bundles.ts";
import { test } from "../harness/mod.ts";

function bundle(subject: Partial<Subject>, rest: Partial<Bundle> = {}): Bundle {
  return {
    subject: { title: "it", code: "", platform: "worker", ...subject },
    bytes: 1_000,
    gzippedBytes: 500,
    ownBytes: 100,
    packages: [{ name: "apache-arrow", bytes: 100, installedBytes: 1_000 }],
    outside: [],
    ...rest,
  };
}

test("every entry point is weighed", () => {
  const titles = SUBJECTS.map(({ title }) => title);
  for (const path of Object.keys(manifest.exports)) {
    assert(titles.includes(`everything of \`${path}\``), path);
  }
});

test("bundles may weigh so much, and pull in so much", () => {
  const table: [Bundle, string[]][] = [
    [bundle({}), []],
    [bundle({ mostBytes: 1_000, packages: ["apache-arrow"] }), []],
    [bundle({ mostBytes: 999 }), ["it: 1000 bytes, at most 999"]],
    [bundle({ packages: [] }), ["it pulls in apache-arrow"]],
    [bundle({}, { outside: ["node:fs"] }), ["it needs node:fs"]],
    [bundle({ platform: "node" }, { outside: ["node:fs"] }), []],
  ];
  for (const [made, problems] of table) assertEquals(bundleProblems([made]), problems);
});
