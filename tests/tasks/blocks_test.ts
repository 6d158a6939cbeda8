import { assertEquals, assertThrows } from "@std/assert";
import { blocksOf, blocksUnder, fileNameOf } from "../../tasks/documentation/blocks.ts";
import { test } from "../harness/mod.ts";

const FENCE = "`".repeat(3);

const DOCUMENT = `# Title

${FENCE}ts
// first.ts
const a = 1;
${FENCE}

## Start

### Here

${FENCE}sh no-run
run it
${FENCE}

## Other

  ${FENCE}\`
  ${FENCE}ts
  not a block of its own
  ${FENCE}
  ${FENCE}\`
`;

test("the code blocks of a document are found with their headings", () => {
  assertEquals(
    blocksOf("A.md", DOCUMENT).map(({ line, language, readOnly, headings, text }) => ({
      line,
      language,
      readOnly,
      headings,
      text,
    })),
    [
      {
        line: 4,
        language: "ts",
        readOnly: false,
        headings: ["Title"],
        text: "// first.ts\nconst a = 1;\n",
      },
      {
        line: 13,
        language: "sh",
        readOnly: true,
        headings: ["Title", "Start", "Here"],
        text: "run it\n",
      },
      {
        line: 19,
        language: "",
        readOnly: false,
        headings: ["Title", "Other"],
        text: `  ${FENCE}ts\n  not a block of its own\n  ${FENCE}\n`,
      },
    ],
  );
});

test("blocks are chosen by heading, and name their files", () => {
  const blocks = blocksOf("A.md", DOCUMENT);
  assertEquals(blocksUnder(blocks, "Start", "Here").map(({ line }) => line), [13]);
  assertEquals(blocks.map(fileNameOf), ["first.ts", undefined, undefined]);
});

test("a block that never ends is an error with its place", () => {
  assertThrows(() => blocksOf("A.md", `text\n${FENCE}ts\n`), Error, "A.md:2");
});
