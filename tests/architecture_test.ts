import { assertEquals } from "@std/assert";
import * as documents from "./architecture/document_rules.ts";
import * as rules from "./architecture/rules.ts";
import { codeOf, type SourceFile, specifiersOf } from "./architecture/source_file.ts";
import { entryPoints, readTree } from "./architecture/tree.ts";
import { test } from "./harness/mod.ts";

/** A rule, and files that break it: what it must say of them. */
interface RuleCase {
  readonly title: string;
  readonly rule: (files: readonly SourceFile[]) => string[];
  readonly broken: Readonly<Record<string, string>>;
  readonly says: readonly string[];
}

const CASES: readonly RuleCase[] = [
  {
    title: "folders import in one direction",
    rule: rules.importOrder,
    broken: {
      "src/core/a.ts": `import type { B } from "../schema/b.ts";\n`,
      "src/local/a.ts": `export {\n  x,\n} from "../ingest/x.ts";\n`,
      "src/ingest/a.ts": `import { w } from "../wrapper.ts";\n`,
      "src/wrapper.ts": `import "./runtime/node.ts";\nimport "./core/fine.ts";\n`,
      "src/mystery/a.ts": "",
      "mod.ts": `const late = await import("./src/local/mod.ts");\n`,
    },
    says: [
      "src/core/a.ts imports src/schema/b.ts",
      "src/local/a.ts imports src/ingest/x.ts",
      "src/ingest/a.ts imports src/wrapper.ts",
      "src/wrapper.ts imports src/runtime/node.ts",
      "src/mystery/a.ts: no rule says what src/mystery may import",
      "mod.ts imports src/local/mod.ts",
    ],
  },
  {
    title: "only src/runtime and src/local know runtimes",
    rule: rules.runtimeNames,
    broken: {
      "src/core/a.ts": "\nconst id = Deno.pid;\n",
      "src/core/b.ts": "const b: Buffer = x;\n",
      "src/core/c.ts": "const text = `${process.pid}`;\n",
      "src/core/d.ts": `import fs from "node:fs";\n`,
      "src/core/fine.ts":
        `/** On Deno.\n * Deno.cwd() */\nconst hook = "Deno.inspect"; // Bun.file\n`,
      "src/runtime/fine.ts": `import fs from "node:fs";\nDeno.pid;\n`,
    },
    says: [
      "src/core/a.ts:2 names a runtime",
      "src/core/b.ts:1 names a runtime",
      "src/core/c.ts:1 names a runtime",
      "src/core/d.ts imports node:fs",
    ],
  },
  {
    title: "tests outside the harness name no runtime",
    rule: rules.portableTests,
    broken: {
      "tests/core/a_test.ts": "Deno.test(() => {});\n",
      "tests/harness/mod.ts": "Deno.test(() => {});\n",
    },
    says: ["tests/core/a_test.ts:1 names a runtime"],
  },
  {
    title: "imports make no cycle",
    rule: rules.importCycles,
    broken: {
      "src/core/a.ts": `import { b } from "./b.ts";\n`,
      "src/core/b.ts": `import type { C } from "./c.ts";\n`,
      "src/core/c.ts": `export * from "./b.ts";\n`,
    },
    says: ["src/core/b.ts → src/core/c.ts → src/core/b.ts"],
  },
  {
    title: "files are short",
    rule: rules.fileLength,
    broken: {
      "src/core/long.ts": "// line\n".repeat(321),
      "src/core/fine.ts": "// line\n".repeat(320),
      "src/gen/fine_pb.ts": "// line\n".repeat(900),
    },
    says: ["src/core/long.ts has 321 lines, at most 320"],
  },
  {
    title: "every source file serves an entry point",
    rule: (files) =>
      rules.reachability(files, files === tree ? entryPoints() : ["mod.ts", "gone.ts"]),
    broken: {
      "mod.ts": `export { a } from "./src/a.ts";\n`,
      "src/a.ts": "",
      "src/b.ts": "",
    },
    says: ["gone.ts does not exist", "src/b.ts is used by no entry point"],
  },
  {
    title: "what is exported is used",
    rule: rules.unusedExports,
    broken: {
      "src/a.ts": "export const one = 1;\nexport async function two() {}\nexport type Three = 3;\n",
      "src/b.ts": `import { two } from "./a.ts";\n`,
    },
    says: ["src/a.ts exports one, which nobody uses"],
  },
  {
    title: "sources have no default exports",
    rule: rules.defaultExports,
    broken: {
      "src/a.ts": "\nexport default 1;\n",
      "src/b.ts": "export { b as default };\n",
      "examples/fine.ts": "export default {};\n",
    },
    says: ["src/a.ts:2 has a default export", "src/b.ts:1 has a default export"],
  },
  {
    title: "nothing is left for later and no check is off",
    rule: rules.looseEnds,
    broken: {
      "src/a.ts": `// ${"TO" + "DO"}: later\n`,
      "tests/b.ts": `// ${"@ts-" + "ignore"}\n`,
      "bench/c.ts": `f(x ${"as"} any);\n`,
      "src/fine.ts": "// as any other\n",
    },
    says: [
      "src/a.ts:1 has a loose end",
      "tests/b.ts:1 has a loose end",
      "bench/c.ts:1 gives up a type",
    ],
  },
  {
    title: "file names are snake_case",
    rule: rules.fileNames,
    broken: { "src/someThing.ts": "", "tests/some-thing.ts": "", "src/fine_1.ts": "", "A.md": "" },
    says: ["src/someThing.ts is not in snake_case", "tests/some-thing.ts is not in snake_case"],
  },
  {
    title: "no file names a machine's folder or a registry's host",
    rule: rules.places,
    broken: {
      "README.md": `see ${["", "tmp", "x"].join("/")}\n`,
      "deno.lock": `"${["registry", "npmjs", "org"].join(".")}"\n`,
      "src/fine.ts": `import "../work/tmp/x.ts"; // ./tmp/x\n`,
    },
    says: ["README.md:1 names a folder of a machine", "deno.lock:1 names a registry's host"],
  },
  {
    title: "sources do not import the standard library",
    rule: rules.standardLibrary,
    broken: {
      "src/a.ts": `import { delay } from "@std/async";\n`,
      "tests/fine.ts": `import { delay } from "@std/async";\n`,
    },
    says: ["src/a.ts imports @std/async"],
  },
  {
    title: "sources make no code from text",
    rule: rules.codeGeneration,
    broken: {
      "src/a.ts": `import { vectorFromArray } from "apache-arrow";\n`,
      "src/b.ts": `\nnew Function("x", "return x");\n`,
      "mod.ts": "/** tableFromArrays({}) */\n",
    },
    says: ["src/a.ts:1 uses apache-arrow's builders", "src/b.ts:2 makes code from text"],
  },
  {
    title: "every behavioural suite is listed",
    rule: rules.listedSuites,
    broken: {
      "tests/behaviour/suites.ts": `  "tests/behaviour/a_suite.ts": aSuite,\n`,
      "tests/behaviour/a_suite.ts": "",
      "tests/behaviour/b_suite.ts": "",
    },
    says: ["tests/behaviour/b_suite.ts is not in tests/behaviour/suites.ts"],
  },
  {
    title: "links in documents lead somewhere",
    rule: documents.links,
    broken: {
      "docs/a.md":
        "# A: the first, `it`!\n[x](b.md) [y](../README.md#no) [z](#a-the-first-it) [w](https://x)\n",
      "README.md": "# Read\n\n```md\n[x](gone.md)\n```\n[a](docs/a.md#a-the-first-it) [d](docs/)\n",
    },
    says: [
      "docs/a.md links to b.md, which is not there",
      "docs/a.md links to ../README.md#no, which has no such heading",
    ],
  },
  {
    title: "tasks in documents exist",
    rule: documents.tasks,
    broken: {
      "deno.json": `{ "tasks": { "demo": "deno run demo.ts" } }`,
      "A.md": "Run `npx -y deno task demo`, then\n```sh\ndeno task gone --all\n```\n",
    },
    says: ["A.md names the task gone, which there is not"],
  },
  {
    title: "the table of errors has every class and code",
    rule: documents.errorTable,
    broken: {
      "src/core/errors.ts": `export type ErrorCode =\n  | "one"\n  | "two"\n  | "three";\n` +
        `export class OneError extends ZerobusError {\n  super(message, "one");\n}\n` +
        `export class TwoError extends ZerobusError {\n  super(message, "two");\n}\n`,
      "README.md": "## Errors\n\n| class | code |\n| - | - |\n| `OneError` | `one` |\n" +
        "| `OneError` | `two` |\n\n## Next\n",
    },
    says: [
      "README.md, errors: lacks TwoError two",
      "README.md, errors: lacks ZerobusError three",
      "README.md, errors: OneError two is not so",
    ],
  },
  {
    title: "the table of entry points is the manifest's",
    rule: documents.entryPointTable,
    broken: {
      "deno.json": `{ "name": "@a/b", "exports": { ".": "./mod.ts", "./x": "./x.ts" } }`,
      "README.md": "## Entry points\n\n| import |\n| - |\n| `@a/b` |\n| `@a/b/y` |\n",
    },
    says: [
      "README.md, entry points: lacks @a/b/x",
      "README.md, entry points: @a/b/y is not so",
    ],
  },
  {
    title: "the table of folders says what they may import",
    rule: (files) =>
      documents.folderTable(files, files === tree ? rules.MAY_IMPORT : { a: [], b: ["a"], c: [] }),
    broken: {
      "docs/architecture.md":
        "## Folders, and what they may import\n\n| f | w | i |\n| - | - | - |\n" +
        "| `src/a` | x | nothing here |\n| `src/b` | x | nothing here |\n| `src/*.ts` | x | all |\n",
    },
    says: [
      "docs/architecture.md: lacks src/b: a",
      "docs/architecture.md: lacks src/c: nothing here",
      "docs/architecture.md: src/b: nothing here is not so",
    ],
  },
  {
    title: "events and metrics are documented",
    rule: documents.observables,
    broken: {
      "src/core/events.ts":
        `export interface ZerobusEvents {\n  readonly ack: {\n    readonly rows: number;\n  };\n` +
        `  readonly gone: {};\n}\n`,
      "src/telemetry/meters.ts":
        `counter("a.b", "By");\nmeter.createObservableGauge("zerobus.client.c.d", {});\n`,
      "docs/observability.md": "`ack`, `a.b`\n",
    },
    says: [
      "docs/observability.md lacks the event gone",
      "docs/observability.md lacks the metric c.d",
    ],
  },
  {
    title: "there is one version",
    rule: documents.versions,
    broken: {
      "deno.json": `{ "version": "1.2.3" }`,
      "src/core/version.ts": `export const VERSION = "1.2.3";\n`,
      "CHANGELOG.md": "# Changelog\n\n## 1.2.2 (2026-01-01)\n",
    },
    says: ["CHANGELOG.md is of version 1.2.2, deno.json of 1.2.3"],
  },
];

const tree = readTree();

for (const { title, rule, broken, says } of CASES) {
  test(title, () => {
    assertEquals(rule(tree), []);
  });

  test(`${title}: the rule finds what breaks it`, () => {
    const files = Object.entries(broken).map(([path, text]) => ({ path, text }));
    assertEquals(rule(files), says);
  });
}

test("imports are found wherever they stand, and not in comments", () => {
  const text = [
    `import a from "a";`,
    `import {\n  b,\n  type C,\n} from "b";`,
    `import "c";`,
    `export * from "d";`,
    `const e = await import("e");`,
    `/**\n * import f from "f";\n */`,
    `// import g from "g"; import("g")`,
    `export const h = 'from "h"';`,
  ].join("\n");
  assertEquals(specifiersOf({ path: "x.ts", text }), ["a", "b", "c", "d", "e"]);
});

test("code is what is neither comment nor string", () => {
  const table: [string, string][] = [
    [`a // b`, "a     "],
    [`a /* b\nc */ d`, "a     \n     d"],
    [`f("x // y", z)`, `f(        , z)`],
    [`x = /["'\`]/; y = "s"`, "x =        ; y =    "],
    ["`a ${b.c} d`", "   ${b.c}   "],
    [`a / b / c`, "a / b / c"],
  ];
  for (const [text, code] of table) assertEquals(codeOf(text), code);
});
