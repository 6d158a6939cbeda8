/**
 * Other people's readers, as far as they are at hand.
 *
 * @module
 */
import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import process from "node:process";

/** As much of DuckDB as the tests need. */
export interface DuckDatabase {
  connect(): DuckConnection;
}

/** A connection to it. */
export interface DuckConnection {
  insertArrowFromIPCStream(stream: Uint8Array, options: { name: string; create: boolean }): void;
  query(sql: string): { toArray(): { toJSON(): Record<string, unknown> }[] };
  close(): void;
}

/** Where DuckDB was installed for the tests, if it was. */
const FOLDER = process.env.ZEROBUS_TEST_READERS;

/** Why DuckDB is not asked, if it is not. */
export const withoutDuckDb: string | undefined = FOLDER === undefined
  ? "DuckDB is installed by `deno task test`"
  : undefined;

/** DuckDB, compiled to WebAssembly; to be opened once. */
export async function openDuckDb(): Promise<DuckDatabase> {
  const require = createRequire(`${FOLDER}/package.json`);
  const name = "@duckdb/duckdb-wasm/dist";
  const duckdb = require(`${name}/duckdb-node-blocking.cjs`);
  const bundle = (kind: string) => ({
    mainModule: require.resolve(`${name}/duckdb-${kind}.wasm`),
    mainWorker: "",
  });
  const bundles = { mvp: bundle("mvp"), eh: bundle("eh") };
  const opened = await duckdb.createDuckDB(bundles, new duckdb.VoidLogger(), duckdb.NODE_RUNTIME);
  await opened.instantiate(() => {});
  return opened;
}

/** Runs a program with an input and returns what it prints; `undefined` if there is no such one. */
export function run(
  program: string,
  args: readonly string[],
  input: Uint8Array = new Uint8Array(0),
): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const options = { timeout: 20_000, maxBuffer: 64 * 1024 * 1024 };
    const child = execFile(program, args, options, (error, output, errors) => {
      if (error === null) resolve(output);
      else if (error.code === "ENOENT") resolve(undefined);
      else reject(new Error(`${program}: ${errors || error.message}`));
    });
    child.stdin?.on("error", () => {}); // it may not want to read
    child.stdin?.end(input);
  });
}

/** Whether a program is there and does what is asked without complaint. */
export function isAtHand(program: string, args: readonly string[]): Promise<boolean> {
  return run(program, args).then((printed) => printed !== undefined, () => false);
}
