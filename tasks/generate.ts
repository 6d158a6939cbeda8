/**
 * Regenerates `src/gen/*_pb.ts` from the `.proto` files beside them.
 *
 *     deno run -A tasks/generate.ts           # write
 *     deno run -A tasks/generate.ts --check   # fail when what is there differs
 *
 * buf and its plugin are npm packages run by this very Deno, so a machine needs nothing else: no
 * global installation, no lifecycle script, no configuration file.
 *
 * @module
 */
import manifest from "../deno.json" with { type: "json" };

const GENERATED = new URL("../src/gen/", import.meta.url);
const { "@bufbuild/buf": BUF, "@bufbuild/protoc-gen-es": PLUGIN } = manifest.imports;

/** What buf is told; the same shape as a `buf.gen.yaml`. */
const TEMPLATE = {
  version: "v2",
  plugins: [{
    local: [Deno.execPath(), "run", "-A", PLUGIN],
    out: ".",
    opt: ["target=ts", "import_extension=ts", "erasable_syntax=true"],
  }],
};

async function generate(into: string): Promise<void> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", BUF],
      ...["generate", ".", "--template", JSON.stringify(TEMPLATE), "--output", into],
    ],
    cwd: GENERATED,
  }).output();
  if (success) return;
  const text = new TextDecoder();
  throw new Error(`buf generate failed:\n${text.decode(stdout)}${text.decode(stderr)}`);
}

/** The generated files of a folder, by name. */
async function generatedFiles(folder: string | URL): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for await (const { name } of Deno.readDir(folder)) {
    if (!name.endsWith("_pb.ts")) continue;
    const path = folder instanceof URL ? new URL(name, folder) : `${folder}/${name}`;
    files.set(name, await Deno.readTextFile(path));
  }
  return files;
}

/** Names of files that differ, are missing or should not be there. */
async function differences(): Promise<string[]> {
  const folder = await Deno.makeTempDir();
  try {
    await generate(folder);
    const [fresh, present] = [await generatedFiles(folder), await generatedFiles(GENERATED)];
    const names = new Set([...fresh.keys(), ...present.keys()]);
    return [...names].filter((name) => fresh.get(name) !== present.get(name)).sort();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

if (Deno.args.includes("--check")) {
  const names = await differences();
  if (names.length > 0) {
    console.error(`src/gen is not what its .proto files say: ${names.join(", ")}.`);
    console.error("Run: deno task generate");
    Deno.exit(1);
  }
  console.log("src/gen: up to date");
} else {
  await generate(".");
  console.log(`src/gen: ${[...(await generatedFiles(GENERATED)).keys()].sort().join(", ")}`);
}
