/**
 * The configuration in environment variables.
 *
 * @module
 */
import { variableOf } from "./option.ts";
import { namedOptions } from "./named_options.ts";
import { parseValue } from "./parse_value.ts";
import type { Environment, Given, Reading } from "./source.ts";
import { suggestion } from "../../core/nearest.ts";

/** Names the path of the file; not an option. */
export const FILE_VARIABLE = "ZEROBUS_CONFIG_FILE";
/** What all variables of ours begin with. */
const PREFIX = "ZEROBUS_";
/** Variables of others that begin the same: tools, and Kubernetes for a service of that name. */
const FOREIGN =
  /^ZEROBUS_(?:(?:SDK|TEST)_.*|(?:.*_)?(?:SERVICE_(?:HOST|PORT(?:_.*)?)|PORT(?:_\d+_(?:TCP|UDP|SCTP).*)?))$/;

/** Reads every variable that stands for an option. An empty one counts as absent. */
export function readEnvironment(environment: Environment): Reading {
  const given: Given[] = [];
  const problems: string[] = [];
  const faulty: string[] = [];
  const known = new Set([FILE_VARIABLE]);
  for (const [path, option] of namedOptions()) {
    const found: { name: string; value: unknown }[] = [];
    for (const { name, factor } of variablesOf(path, option.alias)) {
      known.add(name);
      const text = environment[name];
      if (text === undefined || text === "") continue;
      const parsed = parseValue(option, text, factor);
      if ("problem" in parsed) {
        problems.push(`${name}: ${parsed.problem}`);
        faulty.push(path);
      } else found.push({ name, value: parsed.value });
    }
    const [first, second] = found;
    if (first === undefined) continue;
    given.push({ path, value: first.value, place: first.name });
    if (second !== undefined && !isSame(first.value, second.value)) {
      problems.push(`${first.name} and ${second.name} mean the same and differ; keep one of them`);
    }
  }
  for (const name of Object.keys(environment)) {
    if (!name.startsWith(PREFIX) || known.has(name)) continue;
    if (FOREIGN.test(name)) continue;
    problems.push(`${name}: is no variable of this package${suggestion(name, known)}`);
  }
  return { given, problems, faulty };
}

function variablesOf(
  path: string,
  alias: { readonly variable: string; readonly factor?: number } | undefined,
): { readonly name: string; readonly factor: number }[] {
  const own = variableOf(path);
  const names = [{ name: own, factor: 1 }];
  if (alias !== undefined && alias.variable !== own) {
    names.push({ name: alias.variable, factor: alias.factor ?? 1 });
  }
  return names;
}

function isSame(one: unknown, other: unknown): boolean {
  const text = (value: unknown) => {
    const isSecret = typeof value === "object" && value !== null && "reveal" in value;
    return isSecret ? (value as { reveal(): string }).reveal() : JSON.stringify(value);
  };
  return text(one) === text(other);
}
