/**
 * What the package weighs: in a bundle, by what is imported of it, and on a disk.
 *
 *     deno task size            # tell, and look whether the README says the same
 *     deno task size --write    # write it into the README
 *
 * Exits with 1 when something is heavier than it may be, pulls in what it should not, or is not what
 * the README says.
 *
 * @module
 */
import { measureBundles } from "./size/bundles.ts";
import { sizeProblems } from "./size/check_sizes.ts";
import { installedSizes } from "./size/installed.ts";
import { writeReadme } from "./size/readme.ts";
import { withTempFolder } from "./project.ts";
import { textTable } from "./text_table.ts";

await withTempFolder(async (folder) => {
  const bundles = await measureBundles(folder);
  const listed = (names: readonly string[]) => names.length === 0 ? "–" : names.join(", ");
  console.log(textTable([
    ["import", "minified kB", "gzipped kB", "own kB", "packages", "their files kB"],
    ...bundles.map((bundle) => [
      bundle.subject.title,
      kilobytes(bundle.bytes),
      kilobytes(bundle.gzippedBytes),
      kilobytes(bundle.ownBytes),
      String(bundle.packages.length),
      kilobytes(bundle.packages.reduce((sum, { installedBytes }) => sum + installedBytes, 0)),
    ]),
  ], 1));
  for (const { subject, packages, outside } of bundles) {
    const parts = packages.map(({ name, bytes }) => `${name} ${kilobytes(bytes)} kB`);
    console.log(
      `\n${subject.title}\n  packages: ${listed(parts)}\n  imports:  ${listed(outside)}`,
    );
  }
  const installed = await installedSizes(folder);
  const { packages: count, bytes, own, largest } = installed;
  console.log(
    `\nnpm install: ${count} packages, ${kilobytes(bytes)} kB; this one ${kilobytes(own)} kB, ` +
      `the largest ${largest.map(([name, size]) => `${name} ${kilobytes(size)} kB`).join(", ")}`,
  );
  const sizes = { bundles, installed };
  if (Deno.args.includes("--write")) await writeReadme(sizes);
  const problems = await sizeProblems(sizes);
  for (const problem of problems) console.log(`✗ ${problem}`);
  if (problems.length > 0) Deno.exitCode = 1;
});

function kilobytes(bytes: number): string {
  return (bytes / 1_000).toLocaleString("en", {
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  });
}
