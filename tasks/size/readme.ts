/**
 * The sizes in the README: written there by `deno task size --write`, between marks.
 *
 * @module
 */
import { captureDeno } from "../command.ts";
import { ROOT } from "../project.ts";
import { markdownTable } from "../text_table.ts";
import type { Bundle } from "./bundles.ts";
import type { Installed } from "./installed.ts";

const README = `${ROOT}/README.md`;

/** How far a size may be off, as a share of it. What is no size, has to be exact. */
const TOLERANCE = 0.05;

/** What was measured. What an installation brings, is not known to those who do not install. */
export interface Sizes {
  /** By what is imported. */
  readonly bundles: readonly Bundle[];
  /** What `npm install` brings. */
  readonly installed?: Installed;
}

/** The blocks of the README by the name in their marks. */
function blocksOf({ bundles, installed }: Sizes): ReadonlyMap<string, string> {
  const blocks = new Map([["bundles", bundleTable(bundles)]]);
  if (installed !== undefined) blocks.set("installation", installationText(installed));
  return blocks;
}

function bundleTable(bundles: readonly Bundle[]): string {
  const rows = bundles.map(({ subject, bytes, gzippedBytes, ownBytes, packages }) => {
    const files = packages.reduce((sum, { installedBytes }) => sum + installedBytes, 0);
    return [
      subject.title,
      `${kilobytes(bytes)} kB`,
      `${kilobytes(gzippedBytes)} kB`,
      `${kilobytes(ownBytes)} kB`,
      String(packages.length),
      files === 0 ? "–" : `${megabytes(files)} MB`,
    ];
  });
  const table = markdownTable(
    ["import", "minified", "gzipped", "of this package", "dependencies in it", "their files"],
    rows,
  );
  return `${table}\n${arrowSentence(bundles[0]!)}\n`;
}

function arrowSentence({ packages }: Bundle): string {
  const arrow = packages.find(({ name }) => name === "apache-arrow");
  return `${kilobytes(arrow?.bytes ?? 0)} kB of the first are apache-arrow, which programs that ` +
    `make batches have anyway.`;
}

function installationText({ packages, bytes, own, largest }: Installed): string {
  const others = largest.map(([name, size]) => `${name} ${megabytes(size)} MB`).join(", ");
  return `\`npm install\` brings ${packages} packages of ${megabytes(bytes)} MB: this one ` +
    `${megabytes(own)} MB, ${others}, and smaller ones.\n`;
}

/** What the README says of sizes that is not so, a sentence for each block. */
export async function readmeProblems(sizes: Sizes): Promise<string[]> {
  return staleBlocks(await Deno.readTextFile(README), blocksOf(sizes));
}

/** Says in the README what was measured. */
export async function writeReadme(sizes: Sizes): Promise<void> {
  let text = await Deno.readTextFile(README);
  for (const [name, block] of blocksOf(sizes)) {
    text = text.replace(markedBlock(name), (_, start, _old, end) => `${start}${block}\n${end}`);
  }
  await Deno.writeTextFile(README, text);
  await captureDeno(["fmt", "--quiet", README]);
}

/** A problem for each block whose words are others, or one of whose numbers is too far off. */
export function staleBlocks(text: string, blocks: ReadonlyMap<string, string>): string[] {
  return [...blocks].flatMap(([name, block]) => {
    const said = markedBlock(name).exec(text)?.[2];
    return said !== undefined && isNearly(said, block)
      ? []
      : [`the sizes in README.md (${name}) are not today's. Run: deno task size --write`];
  });
}

function markedBlock(name: string): RegExp {
  return new RegExp(`(<!-- sizes: ${name} -->\\s*)([^]*?)(<!-- end of sizes -->)`);
}

/** A number; with a unit, it is a size. */
const NUMBER = /(\d+(\.\d+)?)(\s[kM]B)?/g;

function isNearly(said: string, block: string): boolean {
  const words = (text: string) => text.replaceAll(NUMBER, "#$3").replaceAll(/[\s-]+/g, " ").trim();
  const numbers = (text: string) => [...text.matchAll(NUMBER)];
  if (words(said) !== words(block)) return false;
  const measured = numbers(block);
  return numbers(said).every(([, number, fraction, unit], index) => {
    const value = Number(measured[index]![1]);
    const rounding = fraction === undefined ? 1 : 0.1;
    const most = unit === undefined ? 0 : Math.max(rounding, TOLERANCE * value);
    return Math.abs(Number(number) - value) <= most + 1e-9;
  });
}

function kilobytes(bytes: number): string {
  return String(Math.round(bytes / 1_000));
}

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1);
}
