import { assertEquals } from "@std/assert";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { packageProblems } from "../../tasks/package_problems.ts";
import { test } from "../harness/mod.ts";

const GOOD: Readonly<Record<string, string>> = {
  "README.md": "",
  "CHANGELOG.md": "",
  "LICENSE-APACHE": "",
  "LICENSE-MIT": "",
  "package.json": JSON.stringify({
    exports: { ".": { types: "./mod.d.ts", default: "./mod.js" } },
    dependencies: { "@a/b": "^1", c: "^1" },
    engines: { node: ">=20" },
  }),
  "mod.js":
    `/* import x from "example"; */\nexport { d } from "./src/d.js";\nimport fs from "node:fs";`,
  "mod.d.ts": `export { d } from "./src/d.js";\nimport type { C } from "c/sub";`,
  "src/d.js": `import { b } from "@a/b";\nconst c = await import("c");`,
  "src/d.d.ts": "export declare const d: 1;",
};

/** The problems of a package made of the good files and some others; undefined takes one away. */
async function problemsWith(changes: Readonly<Record<string, string | undefined>>) {
  const folder = await mkdtemp(join(tmpdir(), "package-"));
  try {
    for (const [path, text] of Object.entries({ ...GOOD, ...changes })) {
      if (text === undefined) continue;
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    return await packageProblems(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test("a package that holds together has no problems", async () => {
  assertEquals(await problemsWith({}), []);
});

const BROKEN: readonly (readonly [Record<string, string | undefined>, string])[] = [
  [{ "LICENSE-MIT": undefined }, "LICENSE-MIT is missing"],
  [{ "src/x.ts": "" }, "src/x.ts is source text"],
  [{ "src/x.proto": "" }, "src/x.proto is a stray file"],
  [{ "notes.md": "" }, "notes.md is a stray file"],
  [{ "src/x.js": `import "./y.js";` }, "src/x.js imports ./y.js, which is missing"],
  [
    { "src/x.js": `import { y } from "@a/y/z";` },
    "src/x.js imports @a/y/z, which is no dependency",
  ],
  [
    { "src/x.js": "", "src/x.d.ts": `import type { y } from "./y.js";`, "src/y.js": "" },
    "src/x.d.ts imports ./y.js, which has no declarations",
  ],
  [
    { "package.json": `{ "exports": { ".": { "types": "./mod.d.ts", "default": "./x.js" } } }` },
    "export . names ./x.js, which is missing",
  ],
  [
    { "package.json": `{ "exports": { ".": { "default": "./mod.js" } } }` },
    "export . has no types",
  ],
];

for (const [changes, problem] of BROKEN) {
  test(`a package's problem is found: ${problem}`, async () => {
    const problems = await problemsWith(changes);
    assertEquals(problems.includes(problem), true, problems.join("; "));
  });
}
