/**
 * Writes what follows from the list of options: the JSON Schema of configuration files, and the
 * table of options in the documentation.
 *
 *     deno run -A tasks/generate_configuration.ts           # write
 *     deno run -A tasks/generate_configuration.ts --check   # fail when what is there differs
 *
 * @module
 */
import { configurationSchema } from "../src/runtime/configuration/json_schema.ts";
import { namedOptions } from "../src/runtime/configuration/named_options.ts";
import { keyOf, type Option, variableOf } from "../src/runtime/configuration/option.ts";
import { ROOT } from "./project.ts";
import { markdownTable } from "./text_table.ts";

/** The generated files and what belongs into them. */
const FILES: Readonly<Record<string, () => string>> = {
  "src/runtime/configuration/configuration.schema.json": () =>
    `${JSON.stringify(configurationSchema(), null, 2)}\n`,
  "docs/configuration.md": () =>
    `# Configuration files and variables

<!-- Written by \`deno task generate\` from src/runtime/configuration/options.ts. -->

\`loadConfiguration({ file, env, overrides })\`, of the entry points for Deno, Bun and Node, reads a YAML
file and the environment. What code gives counts more than a variable, a variable more than the file,
the file more than the default. Whatever is wrong is listed at once, with its place.

\`\`\`yaml
# yaml-language-server: $schema=./node_modules/@zerobus/wrapper/configuration.schema.json
endpoint: https://1234567890.zerobus.us-west-2.cloud.databricks.com
unity_catalog_url: https://my-workspace.cloud.databricks.com
table_name: main.iot.readings
client_id: \${ZEROBUS_CLIENT_ID}
client_secret: \${ZEROBUS_CLIENT_SECRET}
stream:
  max_inflight_bytes: 33554432
debug:
  output_dir: \${DEBUG_DIR:-debug}
  max_files_retained: unlimited
\`\`\`

In values, \`\${NAME}\` is the variable of that name, \`\${NAME:-text}\` the variable or the text, and \`$$\` a
dollar sign. \`ZEROBUS_CONFIG_FILE\` names the file where code does not. Empty variables count as absent.

${optionTable()}
Other names that are understood, so that files and variables of the Rust wrapper go on working:

${aliasTable()}`,
};

function optionTable(): string {
  const rows = namedOptions().map(([path, option]) => [
    code(keyOf(path)),
    code(variableOf(path)),
    valuesOf(option),
    option.default === undefined ? "" : code(String(option.default)),
    option.description,
  ]);
  return markdownTable(["key", "variable", "values", "default", ""], rows);
}

function aliasTable(): string {
  const rows = namedOptions().flatMap(([path, { alias }]) => {
    if (alias === undefined) return [];
    const isOwn = alias.variable === variableOf(path);
    if (isOwn && alias.key === undefined) return [];
    const note = alias.factor === undefined ? "" : `times ${alias.factor}`;
    const key = alias.key === undefined ? "" : code(alias.key);
    return [[code(keyOf(path)), isOwn ? "" : code(alias.variable), key, note]];
  });
  return markdownTable(["option", "variable", "key", ""], rows);
}

function valuesOf({ kind }: Option): string {
  switch (kind.type) {
    case "integer": {
      const most = kind.max === undefined ? "" : ` to ${kind.max.toLocaleString("en")}`;
      return `${kind.min.toLocaleString("en")}${most === "" ? " and more" : most}${
        kind.nullable ? ", unlimited" : ""
      }`;
    }
    case "number":
      return `${kind.min} to ${kind.max}`;
    case "choice":
      return kind.values.join(", ");
    case "list":
      return "gRPC status names";
    default:
      return kind.type;
  }
}

function code(text: string): string {
  return `\`${text}\``;
}

for (const [path, content] of Object.entries(FILES)) {
  const wanted = content();
  if (!Deno.args.includes("--check")) {
    await Deno.mkdir(`${ROOT}/docs`, { recursive: true });
    await Deno.writeTextFile(`${ROOT}/${path}`, wanted);
  } else if (await Deno.readTextFile(`${ROOT}/${path}`).catch(() => "") !== wanted) {
    console.error(`${path} is not what the list of options says. Run: deno task generate`);
    Deno.exitCode = 1;
  }
}
