/**
 * Checks the TypeScript in the documents as the compiler sees it.
 *
 * @module
 */
import { basename } from "node:path";
import { capture, captureDeno } from "../command.ts";
import { ROOT } from "../project.ts";
import { type Block, blocksOf } from "./blocks.ts";

/** Folder for the blocks: inside the repository, where its packages are found. */
const FOLDER = `${ROOT}/.tmp/documentation`;

/** Every code block of the README and of what else there is to read. */
export async function readBlocks(): Promise<Block[]> {
  const blocks: Block[] = [];
  for (const path of await documents()) {
    blocks.push(...blocksOf(path, await Deno.readTextFile(`${ROOT}/${path}`)));
  }
  return blocks;
}

/**
 * Type-checks each TypeScript block, and runs it where nothing but a server is needed; complaints
 * name the document and the line.
 */
export async function checkBlocks(): Promise<void> {
  const blocks = (await readBlocks()).filter(({ language }) => language === "ts");
  await Deno.mkdir(FOLDER, { recursive: true });
  try {
    const files = await Promise.all(blocks.map(writeBlock));
    await captureDeno(["check", "--quiet", ...files]);
    const runnable = files.filter((_, index) => !blocks[index]!.readOnly);
    const program = ["run", "-A", "--no-check", "tasks/documentation/run_blocks.ts"];
    await captureDeno([...program, ...runnable]);
  } finally {
    await Deno.remove(FOLDER, { recursive: true });
  }
}

async function writeBlock(block: Block): Promise<string> {
  const file = `${FOLDER}/${basename(block.document, ".md").toLowerCase()}_${block.line}.ts`;
  // On the first line, so that the lines that are complained about can be found.
  const surroundings = `import "../../tasks/documentation/surroundings.ts"; `;
  await Deno.writeTextFile(file, surroundings + block.text);
  return file;
}

async function documents(): Promise<string[]> {
  const listed = await capture({
    program: "git",
    args: ["ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
    cwd: ROOT,
    timeoutMs: 30_000,
  });
  return listed.split("\n").filter((path) => path !== "");
}
