/**
 * Whether sizes are what they may be, and what the README says.
 *
 * @module
 */
import { withTempFolder } from "../project.ts";
import { bundleProblems, measureBundles } from "./bundles.ts";
import { readmeProblems, type Sizes } from "./readme.ts";

/**
 * Measures what can be measured without installing anything.
 *
 * @throws if something is heavier than it may be, pulls in what it should not, or is not what the
 * README says
 */
export async function checkSizes(): Promise<void> {
  const problems = await sizeProblems({ bundles: await withTempFolder(measureBundles) });
  if (problems.length > 0) throw new Error(problems.join("\n"));
}

/** What is wrong with sizes, a sentence each. */
export async function sizeProblems(sizes: Sizes): Promise<string[]> {
  return [...bundleProblems(sizes.bundles), ...await readmeProblems(sizes)];
}
