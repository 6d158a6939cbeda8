/**
 * Loading configurations in tests.
 *
 * @module
 */
import { assert, assertInstanceOf, assertRejects } from "@std/assert";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigurationError } from "../../../src/core/errors.ts";
import {
  loadConfiguration,
  type LoadOptions,
} from "../../../src/runtime/configuration/load_configuration.ts";
import type { RuntimeConfiguration } from "../../../src/runtime/native.ts";

/** Variables without which there is no configuration. */
export const REQUIRED: Readonly<Record<string, string>> = {
  ZEROBUS_ENDPOINT: "https://localhost:1",
  ZEROBUS_TABLE_NAME: "a.b.c",
};
/** The name that a file has in messages. */
export const FILE: string = "zerobus.yaml";

/** Loads a file with this content. */
export async function load(
  yaml: string,
  options: LoadOptions = {},
): Promise<RuntimeConfiguration> {
  const folder = await mkdtemp(join(tmpdir(), "configuration-"));
  const file = join(folder, FILE);
  try {
    await writeFile(file, yaml);
    return await loadConfiguration({ env: REQUIRED, file, ...options });
  } catch (error) {
    // The path is another one every time.
    if (error instanceof Error) error.message = error.message.replaceAll(file, FILE);
    throw error;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What is said about a configuration that cannot work. */
export async function problemsOf(loading: () => Promise<unknown>): Promise<string> {
  const error = await assertRejects(loading);
  assertInstanceOf(error, ConfigurationError);
  assert(error.details.problems !== undefined);
  return error.message;
}
