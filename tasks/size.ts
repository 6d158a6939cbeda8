/**
 * What the package weighs: in a bundle, by what is imported of it, and on a disk.
 *
 *     deno task size
 *
 * Exits with 1 when something is heavier than it may be, or pulls in what it should not.
 *
 * @module
 */
import { bundleProblems, measureBundles } from "./size/bundles.ts";
import { installedSizes } from "./size/installed.ts";
import { withTempFolder } from "./project.ts";
import { textTable } from "./text_table.ts";

await withTempFolder(async (folder) => {
  const bundles = await measureBundles(folder);
  const packages = (names: readonly string[]) => names.length === 0 ? "–" : names.join(", ");
  console.log(textTable([
    ["import", "minified kB", "gzipped kB", "own kB", "packages"],
    ...bundles.map((bundle) => [
      bundle.subject.title,
      kilobytes(bundle.bytes),
      kilobytes(bundle.gzippedBytes),
      kilobytes(bundle.ownBytes),
      String(bundle.packages.length),
    ]),
  ], 1));
  for (const { subject, packages: names, outside } of bundles) {
    console.log(
      `\n${subject.title}\n  packages: ${packages(names)}\n  imports:  ${packages(outside)}`,
    );
  }
  const { packages: count, bytes, own, largest } = await installedSizes(folder);
  console.log(
    `\nnpm install: ${count} packages, ${kilobytes(bytes)} kB; this one ${kilobytes(own)} kB, ` +
      `the largest ${largest.map(([name, size]) => `${name} ${kilobytes(size)} kB`).join(", ")}`,
  );
  const problems = bundleProblems(bundles);
  for (const problem of problems) console.log(`✗ ${problem}`);
  if (problems.length > 0) Deno.exitCode = 1;
});

function kilobytes(bytes: number): string {
  return (bytes / 1_000).toLocaleString("en", {
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  });
}
