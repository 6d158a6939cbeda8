/**
 * The configuration from a file and the environment.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import process from "node:process";
import { errorOf } from "../../core/problems.ts";
import type { RuntimeConfiguration } from "../native.ts";
import { impossible } from "./impossible.ts";
import { DEBUG_SWITCH } from "./named_options.ts";
import { keyOf, variableOf } from "./option.ts";
import { FILE_VARIABLE, readEnvironment } from "./read_environment.ts";
import { readYaml } from "./read_yaml.ts";
import { type Environment, type Given, type Reading, unreadable } from "./source.ts";

/** Where {@linkcode loadConfiguration} looks. */
export interface LoadOptions {
  /** Path of a YAML file. Default: the variable `ZEROBUS_CONFIG_FILE`, or none. */
  readonly file?: string | undefined;
  /** Variables to look at instead of the process's own; `{}` for none. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Options that count more than anything else, and those that only code can give. */
  readonly overrides?: Partial<RuntimeConfiguration> | undefined;
}

/** Options that are of no use without others. */
const NEEDS: readonly (readonly [given: string, needed: string])[] = [
  ["clientId", "clientSecret"],
  ["clientSecret", "clientId"],
  ["tls.cert", "tls.key"],
  ["tls.key", "tls.cert"],
];
/** Tokens come from there, if there are to be any. */
const TOKENS: (typeof NEEDS)[number] = ["clientId", "unityCatalogUrl"];

/**
 * Reads a configuration for `createWrapper`. What code gives counts more than a variable, a variable
 * more than the file, the file more than the default. Every option has a key in the file
 * (`stream.max_inflight_bytes`) and a variable (`ZEROBUS_STREAM_MAX_INFLIGHT_BYTES`).
 *
 * @example
 * ```ts
 * import { createWrapper, loadConfiguration } from "@zerobus/wrapper/node";
 *
 * const configuration = await loadConfiguration({
 *   // file: "zerobus.yaml",
 *   env: {
 *     ZEROBUS_ENDPOINT: "https://1234567890.zerobus.us-west-2.cloud.databricks.com",
 *     ZEROBUS_UNITY_CATALOG_URL: "https://my-workspace.cloud.databricks.com",
 *     ZEROBUS_TABLE_NAME: "main.iot.readings",
 *     ZEROBUS_CLIENT_ID: "service principal",
 *     ZEROBUS_CLIENT_SECRET: "secret",
 *     ZEROBUS_STREAM_MAX_INFLIGHT_BYTES: "33554432",
 *   },
 *   overrides: { applicationName: "my-app" },
 * });
 * await using wrapper = await createWrapper(configuration);
 * ```
 *
 * @throws {ConfigurationError} (as a rejection) that lists everything that is wrong, each with its
 * place: unknown keys and variables, values that are none, groups that are half given, variables in
 * the file that are not set. What a value was is shown only where it cannot be a secret.
 */
export async function loadConfiguration(
  { file, env = process.env, overrides = {} }: LoadOptions = {},
): Promise<RuntimeConfiguration> {
  const environment = readEnvironment(env);
  const path = file ?? (env[FILE_VARIABLE] || undefined);
  const fromFile = path === undefined ? NOTHING : await readConfigurationFile(path, env);
  const merged = mergedByPath(fromFile.given, environment.given);
  const problems = [...fromFile.problems, ...environment.problems];
  const tree = treeOf(merged.values(), problems);
  const debugSwitch = merged.get(DEBUG_SWITCH);
  if (debugSwitch?.value === false) delete tree.debug;
  const configuration = mergedOver(tree, overrides as Tree);
  const faulty = [...fromFile.faulty, ...environment.faulty];
  problems.push(...debugProblems(configuration, debugSwitch, faulty));
  problems.push(...missing(configuration, path, faulty));
  problems.push(...impossible(configuration, merged));
  if (problems.length > 0) throw errorOf(problems);
  return configuration as unknown as RuntimeConfiguration;
}

const NOTHING: Reading = { given: [], problems: [], faulty: [] };

async function readConfigurationFile(path: string, environment: Environment): Promise<Reading> {
  let text;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    const { code } = cause as { readonly code?: string };
    const why = code === "ENOENT" ? "there is no such file" : `it cannot be read (${code})`;
    return unreadable([`${path}: ${why}`]);
  }
  return readYaml(text, path, environment);
}

/** Groups and values, as the configuration has them. */
type Tree = { [name: string]: unknown };

/** The environment's values over the file's. Switching a group off there takes its members along. */
function mergedByPath(file: readonly Given[], environment: readonly Given[]): Map<string, Given> {
  const off = environment.filter(({ value }) => value === false).map(({ path }) => `${path}.`);
  const left = file.filter(({ path }) => !off.some((prefix) => path.startsWith(prefix)));
  return new Map([...left, ...environment].map((item) => [item.path, item]));
}

/** Puts values into their groups. A group's switch may be off, or it may have members, not both. */
function treeOf(given: Iterable<Given>, problems: string[]): Tree {
  const tree: Tree = {};
  // Switches first, so that a group takes the place of a true one.
  const items = [...given].filter(({ path }) => path !== DEBUG_SWITCH)
    .sort((one, other) => one.path.split(".").length - other.path.split(".").length);
  for (const { path, value, place } of items) {
    const names = path.split(".");
    const last = names.pop()!;
    let group = tree;
    let isOff = false;
    for (const name of names) {
      if (group[name] === false) isOff = true;
      if (typeof group[name] !== "object") group[name] = {};
      group = group[name] as Tree;
    }
    if (isOff) {
      problems.push(`${place}: ${keyOf(names.join("."))} is switched off; keep one of the two`);
    }
    group[last] = value;
  }
  return tree;
}

/** Other clients switch debug output on apart from saying where it goes. */
function debugProblems(
  { debug }: Tree,
  given: Given | undefined,
  faulty: readonly string[],
): string[] {
  const isWanted = debug !== undefined || given?.value === true;
  const hasFolder = (debug as Tree | undefined)?.outputDir !== undefined;
  if (!isWanted || hasFolder || faulty.includes("debug.outputDir")) return [];
  const place = given?.place ?? "debug";
  return [`${place}: needs debug.output_dir (${variableOf("debug.outputDir")}), the folder`];
}

/** Code's options over the others; groups are merged, everything else is replaced. */
function mergedOver(tree: Tree, overrides: Tree): Tree {
  const merged = { ...tree };
  for (const [name, value] of Object.entries(overrides)) {
    if (value === undefined) continue;
    const isGroup = isPlain(value) && isPlain(merged[name]);
    merged[name] = isGroup ? mergedOver(merged[name] as Tree, value as Tree) : value;
  }
  return merged;
}

function isPlain(value: unknown): boolean {
  return typeof value === "object" && value !== null &&
    Object.getPrototypeOf(value) === Object.prototype;
}

/** What must be there and is not. */
function missing(
  configuration: Tree,
  file: string | undefined,
  faulty: readonly string[],
): string[] {
  const problems: string[] = [];
  // What is there and wrong has been complained about.
  const has = (path: string) => faulty.includes(path) || valueAt(configuration, path) !== undefined;
  const where = (path: string) =>
    `set ${variableOf(path)}, or ${keyOf(path)} in ${file ?? "a file"}`;
  for (const path of ["endpoint", "tableName"]) {
    if (!has(path)) problems.push(`${keyOf(path)}: is missing; ${where(path)}`);
  }
  const takesTokens = configuration.writerDisabled !== true && !has("headersProvider");
  for (const [given, needed] of takesTokens ? [...NEEDS, TOKENS] : NEEDS) {
    if (!has(given) || has(needed)) continue;
    problems.push(`${keyOf(given)}: is of no use without ${keyOf(needed)}; ${where(needed)}`);
  }
  return problems;
}

function valueAt(tree: Tree, path: string): unknown {
  return path.split(".").reduce<unknown>((group, name) => (group as Tree)?.[name], tree);
}
