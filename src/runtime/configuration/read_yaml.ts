/**
 * The configuration in a YAML file.
 *
 * @module
 */
import {
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
} from "yaml";
import { expand } from "./expand.ts";
import { keyOf, type Option } from "./option.ts";
import { namedOptions } from "./named_options.ts";
import { suggestion } from "./nearest.ts";
import { parseValue } from "./parse_value.ts";
import type { Environment, Given, Reading } from "./source.ts";

/** How deep groups are; what is deeper is none of ours. */
const MAX_DEPTH = 4;

/** An option as a file names it. */
interface Target {
  readonly path: string;
  readonly option: Option;
  readonly factor: number;
}

/** Reads a file's text. `${NAME}` in a value is replaced by the variable of that name. */
export function readYaml(text: string, file: string, environment: Environment): Reading {
  return new YamlReader(text, file, environment).read();
}

class YamlReader {
  readonly #text: string;
  readonly #file: string;
  readonly #environment: Environment;
  readonly #lines = new LineCounter();
  readonly #given = new Map<string, Given>();
  readonly #problems: string[] = [];
  readonly #targets: ReadonlyMap<string, Target> = targetsByKey();
  readonly #groups: ReadonlySet<string> = groupsOf(this.#targets.keys());

  constructor(text: string, file: string, environment: Environment) {
    this.#text = text;
    this.#file = file;
    this.#environment = environment;
  }

  read(): Reading {
    const document = parseDocument(this.#text, {
      lineCounter: this.#lines,
      prettyErrors: false,
      uniqueKeys: true,
    });
    for (const { message, pos } of document.errors) {
      // Only the library's own words: what stands there may be a secret.
      this.#problems.push(`${this.#place(pos[0])}: ${message.split("\n")[0]}`);
    }
    if (this.#problems.length === 0 && document.contents !== null) {
      this.#readGroup(document.contents as Node, "", 0);
    }
    return { given: [...this.#given.values()], problems: this.#problems };
  }

  #readGroup(node: Node, prefix: string, depth: number): void {
    if (!isMap(node)) {
      const what = prefix === "" ? "the file" : prefix.slice(0, -1);
      this.#complain(node, `${what}: expected options with their values`);
      return;
    }
    for (const pair of node.items) this.#readPair(pair as Pair<Node, Node | null>, prefix, depth);
  }

  #readPair({ key, value }: Pair<Node, Node | null>, prefix: string, depth: number): void {
    const name = isScalar(key) ? String(key.value) : "";
    const full = `${prefix}${name}`;
    const target = this.#targets.get(full);
    const isGroup = value !== null && isCollection(value) && !isSeq(value);
    if (this.#groups.has(full) && (isGroup || target === undefined)) {
      if (value === null || isScalar(value) && value.value === null) return; // a group left empty
      if (depth < MAX_DEPTH) this.#readGroup(value, `${full}.`, depth + 1);
      return;
    }
    if (target === undefined) {
      const names = [...this.#targets.keys(), ...this.#groups];
      this.#complain(key, `${full}: is no option${suggestion(full, names)}`);
      return;
    }
    this.#take(target, full, key, value);
  }

  #take({ path, option, factor }: Target, full: string, key: Node, value: Node | null): void {
    if (value !== null && isAlias(value)) {
      this.#complain(key, `${full}: write the value here; aliases are not followed`);
      return;
    }
    let raw: unknown = value === null ? null : value.toJSON();
    if (typeof raw === "string") {
      const expanded = expand(raw, this.#environment);
      if ("problem" in expanded) {
        this.#complain(key, `${full}: ${expanded.problem}`);
        return;
      }
      raw = expanded.value;
    }
    const parsed = parseValue(option, raw, factor);
    if ("problem" in parsed) this.#complain(key, `${full}: ${parsed.problem}`);
    else if (this.#given.has(path)) {
      this.#complain(key, `${full}: ${this.#given.get(path)!.place} means the same; keep one`);
    } else {
      const place = `${this.#place(key.range?.[0] ?? 0)}: ${full}`;
      this.#given.set(path, { path, value: parsed.value, place });
    }
  }

  #complain(node: Node | null, problem: string): void {
    this.#problems.push(`${this.#place(node?.range?.[0] ?? 0)}: ${problem}`);
  }

  #place(offset: number): string {
    return `${this.#file}:${this.#lines.linePos(offset).line || 1}`;
  }
}

/** Every key that a file may have. */
function targetsByKey(): Map<string, Target> {
  const targets = new Map<string, Target>();
  for (const [path, option] of namedOptions()) {
    targets.set(keyOf(path), { path, option, factor: 1 });
    const { alias } = option;
    if (alias?.key !== undefined) {
      targets.set(alias.key, { path, option, factor: alias.factor ?? 1 });
    }
  }
  return targets;
}

/** The keys that have others below them. */
function groupsOf(keys: Iterable<string>): Set<string> {
  const groups = new Set<string>();
  for (const key of keys) {
    for (let cut = key.lastIndexOf("."); cut > 0; cut = key.lastIndexOf(".", cut - 1)) {
      groups.add(key.slice(0, cut));
    }
  }
  return groups;
}
