import { assert } from "@std/assert";
import fc from "fast-check";
import { load, REQUIRED } from "./loading.ts";
import { namedOptions } from "../../../src/runtime/configuration/named_options.ts";
import { keyOf, variableOf } from "../../../src/runtime/configuration/option.ts";
import { loadConfiguration } from "../../../src/runtime/configuration/load_configuration.ts";
import { test } from "../../harness/mod.ts";

const SECRET = "hunter2";

/** What a configuration was refused for, or nothing. */
async function saidOf(loading: Promise<unknown>): Promise<string> {
  try {
    await loading;
    return "";
  } catch (error) {
    return `${error} ${JSON.stringify(error)} ${(error as Error).stack}`;
  }
}

const noise = fc.string({
  unit: fc.constantFrom(..." !&*[]{}\"'#%@`|>:,?-\\$ax1"),
  maxLength: 6,
});

test("whatever a secret is written like, no message shows it", async () => {
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(noise, noise, async (before, after) => {
      const said = await saidOf(load(`client_id: a\nclient_secret: ${before}${SECRET}${after}`));
      if (said !== "") refused++;
      assert(!said.includes(SECRET), said);
    }),
    { numRuns: 500 },
  );
  assert(refused > 50, `only ${refused} were refused`);
});

test("whatever option a secret is given for by way of a variable, no message shows it", async () => {
  for (const [path] of namedOptions()) {
    const names = keyOf(path).split(".").reverse();
    const yaml = names.reduce((inner, name) => `{ ${name}: ${inner} }`, '"${PASSWORD}"');
    const said = await saidOf(load(yaml, { env: { ...REQUIRED, PASSWORD: SECRET } }));
    assert(!said.includes(SECRET), said);
  }
});

test("secrets in options for text are not shown, wherever they come from", async () => {
  for (const [path, { kind }] of namedOptions()) {
    if (!["text", "secret", "headers"].includes(kind.type)) continue;
    const env = { ...REQUIRED, [variableOf(path)]: ` ${SECRET} \u0000 ${SECRET}` };
    const said = await saidOf(loadConfiguration({ env }));
    assert(!said.includes(SECRET), said);
  }
});
