/**
 * Where a newcomer works.
 *
 * @module
 */
import type { LocalZerobus } from "@zerobus/wrapper/testing";
import { capture } from "../command.ts";
import { readManifest } from "../project.ts";
import type { Tool } from "../test/tools.ts";

/** An empty folder, and what there is to put into it. */
export interface Place {
  /** The folder. */
  readonly folder: string;
  /** Path of the packed artefact. */
  readonly tarball: string;
  /** Paths of the programs. */
  readonly tools: Readonly<Record<Tool, string>>;
  /** The server to send to. */
  readonly local: LocalZerobus;
  /** The table to send to. */
  readonly tableName: string;
}

/** Something that a newcomer does. */
export interface Case {
  /** What, in a few words. */
  readonly title: string;
  /** Does it and returns what there is to say of it; fails by throwing. */
  run(place: Place): Promise<string>;
}

const TIMEOUT_MS = 180_000;

/** Runs a program in the folder, with the server's address in its environment. */
export async function runIn(
  { folder, local, tableName }: Place,
  program: string,
  ...args: readonly string[]
): Promise<string> {
  return await capture({
    program,
    args,
    cwd: folder,
    env: settings(local, tableName),
    timeoutMs: TIMEOUT_MS,
  });
}

/** The settings of the quick starts. */
export function settings(local: LocalZerobus, tableName: string): Record<string, string> {
  return {
    ZEROBUS_ENDPOINT: local.url,
    UNITY_CATALOG_URL: local.unityCatalogUrl,
    ZEROBUS_TABLE_NAME: tableName,
    ZEROBUS_CLIENT_ID: local.clientId,
    ZEROBUS_CLIENT_SECRET: local.clientSecret,
  };
}

/** Installs the artefact and more packages from npm. */
export async function install(place: Place, ...packages: readonly string[]): Promise<void> {
  await writeIn(place, "package.json", `{ "private": true, "type": "module" }\n`);
  await runIn(place, "npm", "install", "--no-audit", "--no-fund", place.tarball, ...packages);
}

/** Writes a file into the folder and returns its path. */
export async function writeIn(
  { folder }: Place,
  name: string,
  text: string,
): Promise<string> {
  await Deno.writeTextFile(`${folder}/${name}`, text);
  return `${folder}/${name}`;
}

/** A package at the version that this one works with, as npm has it. */
export async function compatible(name: string): Promise<string> {
  return (await readManifest()).imports[name]!.replace(/^npm:/, "");
}

/** Fails unless so many rows have landed. */
export function expectRows({ local, tableName }: Place, expected: number): void {
  const landed = local.tables.get(tableName)?.rowCount ?? 0;
  if (landed !== expected) throw new Error(`${landed} rows landed, ${expected} were sent`);
}
