/**
 * The configuration in a YAML file.
 *
 * @module
 */
import {
  isCollection,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
} from "yaml";
import { keyOf, type Option } from "./option.ts";
import { namedOptions } from "./named_options.ts";
import { suggestion } from "../../core/nearest.ts";
import { parseValue } from "./parse_value.ts";
import { plainValue } from "./plain_value.ts";
import { type Environment, type Given, type Reading, unreadable } from "./source.ts";
import { yamlProblem } from "./yaml_problem.ts";

/** How deep groups are; what is deeper is none of ours. */
const MAX_DEPTH = 4;
/** What a key may look like to be repeated in a message: `client_secret=…` is none. */
const NAME = /^[\w.-]{1,64}$/;

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
  readonly #faulty: string[] = [];
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
    // What the parser only warns of, it has understood in a way that nobody meant.
    for (const { code, pos } of [...document.errors, ...document.warnings]) {
      const key = code === "DUPLICATE_KEY" ? this.#nameAt(pos[0]) : "";
      const problem = `${this.#place(pos[0])}: ${key}${yamlProblem(code)}`;
      if (!this.#problems.includes(problem)) this.#problems.push(problem);
    }
    if (this.#problems.length > 0) return unreadable(this.#problems);
    if (document.contents !== null) this.#readGroup(document.contents as Node, "", 0);
    return {
      given: [...this.#given.values()],
      problems: this.#problems,
      faulty: this.#faulty,
    };
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
    if (!NAME.test(name)) {
      this.#complain(key, `${prefix}…: this is no name of an option`);
      return;
    }
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
    const asText = ["text", "secret", "headers"].includes(option.kind.type);
    const plain = plainValue(value, this.#environment, asText);
    const parsed = "problem" in plain
      ? plain
      : parseValue(option, plain.value, factor, plain.isExpanded);
    if ("problem" in parsed) {
      this.#complain(key, `${full}: ${parsed.problem}`);
      this.#faulty.push(path);
    } else if (this.#given.has(path)) {
      this.#complain(key, `${full}: ${this.#given.get(path)!.place} means the same; keep one`);
    } else {
      const place = `${this.#place(key.range?.[0] ?? 0)}: ${full}`;
      this.#given.set(path, { path, value: parsed.value, place });
    }
  }

  #complain(node: Node | null, problem: string): void {
    this.#problems.push(`${this.#place(node?.range?.[0] ?? 0)}: ${problem}`);
  }

  /** The key that stands at an offset, if it is one that may be repeated. */
  #nameAt(offset: number): string {
    const name = /^[\w.-]{1,64}(?=["']?\s*:)/.exec(this.#text.slice(offset, offset + 80))?.[0];
    return name === undefined ? "" : `${name}: `;
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
