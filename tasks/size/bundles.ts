/**
 * What the package weighs in somebody's bundle.
 *
 * @module
 */
import { resolve } from "node:path";
import { capture } from "../command.ts";
import { pack } from "../pack.ts";
import { ROOT } from "../project.ts";
import { installTools } from "../test/tools.ts";
import { sizeOf } from "./installed.ts";

/** A program that uses the package, and what it may weigh. */
export interface Subject {
  /** What it imports, for people. */
  readonly title: string;
  /** The program. */
  readonly code: string;
  /** Whether it is for a worker or for Node. */
  readonly platform: "worker" | "node";
  /** Largest size in bytes, minified. */
  readonly mostBytes?: number;
  /** Packages that it may pull in; any without this. */
  readonly packages?: readonly string[];
}

/** What came of bundling it. */
export interface Bundle {
  /** What was bundled. */
  readonly subject: Subject;
  /** Bytes of the bundle, minified. */
  readonly bytes: number;
  /** Bytes of it, gzipped. */
  readonly gzippedBytes: number;
  /** Bytes of it that are of this package. */
  readonly ownBytes: number;
  /** The other packages in it, by name. */
  readonly packages: readonly BundledPackage[];
  /** Modules of the runtime that it imports, and packages that it loads when asked to. */
  readonly outside: readonly string[];
}

/** A package that is in a bundle, or some of it. */
export interface BundledPackage {
  /** Its name. */
  readonly name: string;
  /** Bytes of the bundle that are of it. */
  readonly bytes: number;
  /** Bytes of its files, where it is installed. */
  readonly installedBytes: number;
}

/** What the core is made of: nothing that only runtimes need. */
const CORE_PACKAGES = [
  "@bufbuild/protobuf",
  "@connectrpc/connect",
  "@opentelemetry/api",
  "apache-arrow",
  "flatbuffers",
  "tslib",
];

/** Rules hold with some room, for code that is worth it; much more should be noticed. */
export const SUBJECTS: readonly Subject[] = [
  {
    title: "`createWrapper` of `.`",
    code: `export { createWrapper } from "@zerobus/wrapper";`,
    platform: "worker",
    mostBytes: 570_000,
    packages: CORE_PACKAGES,
  },
  {
    title: "everything of `.`",
    code: `export * from "@zerobus/wrapper";`,
    platform: "worker",
    packages: CORE_PACKAGES,
  },
  ...["deno", "bun", "node"].map((name): Subject => ({
    title: `everything of \`./${name}\``,
    code: `export * from "@zerobus/wrapper/${name}";`,
    platform: "node",
  })),
  {
    title: "everything of `./accelerator`",
    code: `export * from "@zerobus/wrapper/accelerator";`,
    platform: "worker",
    packages: [],
  },
  {
    title: "everything of `./testing`",
    code: `export * from "@zerobus/wrapper/testing";`,
    platform: "node",
  },
  helper("encodeBatch", 140_000, ["@bufbuild/protobuf"]),
  helper("grpcWebTransport", 110_000, ["@bufbuild/protobuf", "@connectrpc/connect"]),
  helper("IngestStream", 18_000, []),
  helper("oauthHeadersProvider", 12_000, []),
  helper("encodeVariant", 5_000, []),
  helper("isZerobusError", 1_500, []),
];

/** One name alone: the rest must fall away. */
function helper(name: string, mostBytes: number, packages: readonly string[]): Subject {
  const code = `export { ${name} } from "@zerobus/wrapper";`;
  return { title: `\`${name}\` of \`.\``, code, platform: "worker", mostBytes, packages };
}

/** What is wrong with the bundles, a sentence each. */
export function bundleProblems(bundles: readonly Bundle[]): string[] {
  return bundles.flatMap(({ subject, bytes, packages, outside }) => {
    const { title, platform, mostBytes = Infinity } = subject;
    const odd = packages.filter(({ name }) => subject.packages?.includes(name) === false);
    return [
      ...(bytes > mostBytes ? [`${title}: ${bytes} bytes, at most ${mostBytes}`] : []),
      ...odd.map(({ name }) => `${title} pulls in ${name}`),
      ...(platform === "worker" ? outside.map((name) => `${title} needs ${name}`) : []),
    ];
  });
}

/** Packs the package, puts it where programs find it, and bundles each subject. */
export async function measureBundles(folder: string): Promise<Bundle[]> {
  const [{ esbuild }, tarball] = await Promise.all([
    installTools(["esbuild"], `${folder}/tools`),
    pack(folder),
  ]);
  const installed = `${folder}/node_modules/@zerobus/wrapper`;
  await Deno.mkdir(installed, { recursive: true });
  await capture({
    program: "tar",
    args: ["-xzf", tarball, "--strip-components=1", "-C", installed],
    timeoutMs: 30_000,
  });
  const bundles: Bundle[] = [];
  for (const subject of SUBJECTS) bundles.push(await measure(subject, folder, esbuild));
  return bundles;
}

/** Packages that only those have who want telemetry to be sent. */
const OPTIONAL = ["exporter-*", "otlp-transformer", "resources", "sdk-*"];

/** As much of esbuild's account as matters here. */
interface Account {
  readonly outputs: Readonly<
    Record<string, {
      readonly bytes: number;
      readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>>;
      readonly imports: readonly { readonly path: string; readonly external?: boolean }[];
    }>
  >;
}

async function measure(subject: Subject, folder: string, esbuild: string): Promise<Bundle> {
  await Deno.writeTextFile(`${folder}/program.js`, subject.code);
  const platform = subject.platform === "worker"
    ? ["--platform=browser", "--conditions=workerd,worker,browser"]
    : ["--platform=node", ...OPTIONAL.map((name) => `--external:@opentelemetry/${name}`)];
  await capture({
    program: esbuild,
    args: [
      "program.js",
      ...["--bundle", "--minify", "--format=esm", "--target=es2022", "--log-level=warning"],
      ...["--outfile=bundle.js", "--metafile=account.json"],
      ...platform,
    ],
    cwd: folder,
    // The dependencies are those that this repository has installed.
    env: { NODE_PATH: `${ROOT}/node_modules` },
    timeoutMs: 60_000,
  });
  const account: Account = JSON.parse(await Deno.readTextFile(`${folder}/account.json`));
  const { bytes, inputs, imports } = Object.values(account.outputs)[0]!;
  const packages = new Map<string, BundledPackage>();
  for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
    const found = packageOf(path);
    if (bytesInOutput === 0 || found === undefined) continue;
    const { name, place } = found;
    const known = packages.get(name);
    packages.set(name, {
      name,
      bytes: (known?.bytes ?? 0) + bytesInOutput,
      installedBytes: known?.installedBytes ?? sizeOf(resolve(folder, place)),
    });
  }
  const own = packages.get(OWN);
  packages.delete(OWN);
  return {
    subject,
    bytes,
    gzippedBytes: await gzippedBytes(await Deno.readFile(`${folder}/bundle.js`)),
    ownBytes: own?.bytes ?? 0,
    packages: [...packages.values()].sort((one, other) => one.name < other.name ? -1 : 1),
    outside: [...new Set(imports.map(({ path }) => path))].sort(),
  };
}

const OWN = "@zerobus/wrapper";

/** The package that a file is of, and its folder: the innermost, where packages are in packages. */
function packageOf(path: string): { readonly name: string; readonly place: string } | undefined {
  const match = /^.*node_modules\/((?:@[^/]+\/)?[^/.][^/]*)(?=\/)/.exec(path);
  return match === null ? undefined : { name: match[1]!, place: match[0] };
}

async function gzippedBytes(bytes: Uint8Array<ArrayBuffer>): Promise<number> {
  const gzipped = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return (await new Response(gzipped).arrayBuffer()).byteLength;
}
