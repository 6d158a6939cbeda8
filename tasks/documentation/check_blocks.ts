/**
 * Checks the code in the documents: TypeScript as the compiler sees it and a server, configurations as
 * the loader does, commands as a shell. JavaScript is run by `deno task newcomer`.
 *
 * @module
 */
import { basename } from "node:path";
import { loadConfiguration } from "@zerobus/wrapper/deno";
import { capture, captureDeno } from "../command.ts";
import { ROOT, withTempFolder } from "../project.ts";
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

/** Checks every block that is in a language which there is something to check with. */
export async function checkBlocks(): Promise<void> {
  const blocks = await readBlocks();
  const inLanguage = (name: string) => blocks.filter(({ language }) => language === name);
  for (const block of inLanguage("sh")) await checkCommands(block);
  for (const block of inLanguage("yaml")) await checkConfiguration(block);
  await checkPrograms(inLanguage("ts"));
}

/**
 * Type-checks each TypeScript block, and runs it where nothing but a server is needed; complaints
 * name the document and the line.
 */
async function checkPrograms(blocks: readonly Block[]): Promise<void> {
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

/** Lets a shell read the commands, without running them. */
async function checkCommands({ document, line, text }: Block): Promise<void> {
  try {
    await capture({ program: "sh", args: ["-n", "-c", text], timeoutMs: 10_000 });
  } catch (cause) {
    throw new Error(`${document}:${line}: no commands that a shell can read`, { cause });
  }
}

/** Loads a configuration file as it is, in surroundings that have the variables it names. */
async function checkConfiguration({ document, line, text }: Block): Promise<void> {
  const names = [...text.matchAll(/\$\{(\w+)\}/g)].map((match) => match[1]!);
  await withTempFolder(async (folder) => {
    const file = `${folder}/zerobus.yaml`;
    await Deno.writeTextFile(file, text);
    const env = Object.fromEntries(names.map((name) => [name, "given"]));
    await loadConfiguration({ file, env }).catch((cause) => {
      throw new Error(`${document}:${line}: ${cause.message}`, { cause });
    });
  });
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
