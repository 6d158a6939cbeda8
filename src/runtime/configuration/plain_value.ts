/**
 * The value that stands in a YAML file, with its variables.
 *
 * @module
 */
import { isAlias, isMap, isScalar, isSeq, type Node } from "yaml";
import { expand } from "./expand.ts";
import type { Environment } from "./source.ts";

/** A value, and whether a part of it comes from a variable; or what is wrong with it. */
export type Plain =
  | { readonly value: unknown; readonly isExpanded: boolean }
  | { readonly problem: string };

/**
 * Text, number, boolean or null, or a list or group of those; `${NAME}` is replaced in each.
 *
 * @param asText whether numbers stay as they are written: `007` as an id is not 7
 */
export function plainValue(node: Node | null, environment: Environment, asText: boolean): Plain {
  if (node === null) return { value: null, isExpanded: false };
  if (isAlias(node)) return { problem: "write the value here; aliases are not followed" };
  if (isScalar(node)) {
    const { value, source } = node;
    if (typeof value === "string") return expand(value, environment);
    return { value: asText && typeof value === "number" ? source : value, isExpanded: false };
  }
  const members: [name: string, value: unknown][] = [];
  let isExpanded = false;
  const nodes: [string, Node | null][] = isMap<Node, Node | null>(node)
    ? node.items.map(({ key, value }) => [isScalar(key) ? String(key.value) : "", value])
    : isSeq<Node>(node)
    ? node.items.map((item, index) => [String(index), item])
    : [];
  for (const [name, member] of nodes) {
    // Nothing has lists of lists, so what is deeper is only looked at for its kind.
    const isDeeper = isMap(member) || isSeq(member);
    const plain = isDeeper
      ? { value: {}, isExpanded: false }
      : plainValue(member, environment, asText);
    if ("problem" in plain) return plain;
    isExpanded ||= plain.isExpanded;
    members.push([name, plain.value]);
  }
  const value = isSeq(node) ? members.map(([, member]) => member) : Object.fromEntries(members);
  return { value, isExpanded };
}
