/**
 * From what a file or a variable has to the value of an option.
 *
 * @module
 */
import { Secret } from "../../core/secret.ts";
import type { Option, OptionKind } from "./option.ts";

/** A value, or what is wrong with what there was. */
export type Parsed = { readonly value: unknown } | { readonly problem: string };

const TRUE = ["true", "yes", "on", "1"];
const FALSE = ["false", "no", "off", "0"];
/** Words for the absence of a bound. */
const NO_BOUND = ["null", "none", "unlimited"];
const INTEGER = /^[+-]?\d+$/;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
/** Longest that a wrong value is quoted. */
const MAX_QUOTED = 40;

/**
 * Reads a value.
 *
 * @param raw text, or what YAML made of it: a number, a boolean, null, an array
 * @param factor what numbers are multiplied by
 * @param isHidden whether a wrong value is not to be shown, since it may be a secret
 */
export function parseValue(
  { kind }: Option,
  raw: unknown,
  factor: number = 1,
  isHidden: boolean = false,
): Parsed {
  const wrong = (wanted: string, found: unknown = raw): Parsed => ({
    problem: `expected ${wanted}, got ${shown(found, isHidden || isConfidential(kind))}`,
  });
  switch (kind.type) {
    case "text":
    case "secret": {
      const text = typeof raw === "number" ? String(raw) : raw;
      if (typeof text !== "string") return wrong("text");
      if (text.trim() === "") return { problem: "is empty; leave it out, or give a value" };
      return { value: kind.type === "secret" ? new Secret(text) : text };
    }
    case "headers": {
      const pairs = typeof raw === "string"
        ? raw.split(",").map((pair) => pair.split(/=(.*)/s).map((part) => part.trim()))
        : isGroup(raw)
        ? Object.entries(raw)
        : [];
      const isLegal = pairs.every(([name, text]) => name !== "" && typeof text === "string");
      const value = Object.fromEntries(pairs);
      // A name that is there twice would lose one of its values.
      const isWhole = pairs.length > 0 && Object.keys(value).length === pairs.length;
      return isLegal && isWhole ? { value } : wrong("headers, name=value,… or a group of texts");
    }
    case "boolean": {
      const word = String(raw).trim().toLowerCase();
      if (isScalar(raw) && TRUE.includes(word)) return { value: true };
      if (isScalar(raw) && FALSE.includes(word)) return { value: false };
      return wrong("true or false");
    }
    case "integer": {
      const word = String(raw).trim().toLowerCase();
      if (kind.nullable && (raw === null || NO_BOUND.includes(word))) return { value: null };
      const { min, max = Number.MAX_SAFE_INTEGER, nullable = false } = kind;
      const wanted =
        `a whole number from ${Math.ceil(min / factor)} to ${Math.floor(max / factor)}` +
        (nullable ? ', or "unlimited"' : "");
      const value = isScalar(raw) && INTEGER.test(word) ? Number(word) * factor : NaN;
      return value >= min && value <= max ? { value } : wrong(wanted);
    }
    case "number": {
      const word = String(raw).trim();
      const value = isScalar(raw) && NUMBER.test(word) ? Number(word) : NaN;
      const { min, max } = kind;
      return value >= min && value <= max ? { value } : wrong(`a number from ${min} to ${max}`);
    }
    case "choice": {
      const value = meant(raw, kind.values);
      return value === undefined ? wrong(`one of ${kind.values.join(", ")}`) : { value };
    }
    case "list": {
      const items = Array.isArray(raw) ? raw : isScalar(raw) ? String(raw).split(",") : [raw];
      const strange = items.findIndex((item) => meant(item, kind.values) === undefined);
      if (strange < 0) return { value: items.map((item) => meant(item, kind.values)) };
      return wrong(`some of ${kind.values.join(", ")}`, items[strange]);
    }
  }
}

/** The word that a value is, in whatever case. */
function meant(raw: unknown, words: readonly string[]): string | undefined {
  const text = isScalar(raw) ? String(raw).trim().toLowerCase() : undefined;
  return words.find((word) => word.toLowerCase() === text);
}

/** Whether a value for text may be anything, a password in the wrong place included. */
export function isConfidential({ type }: OptionKind): boolean {
  return type === "secret" || type === "text" || type === "headers";
}

function isGroup(raw: unknown): raw is Readonly<Record<string, unknown>> {
  return typeof raw === "object" && raw !== null && !Array.isArray(raw);
}

function isScalar(raw: unknown): boolean {
  return typeof raw === "string" || typeof raw === "number" || typeof raw === "boolean";
}

/** What there was, unless it could be a secret. */
function shown(raw: unknown, isHidden: boolean): string {
  if (raw === null || raw === undefined) return "nothing";
  if (Array.isArray(raw)) return "a list";
  if (typeof raw === "object") return "a group";
  if (isHidden) return `a ${typeof raw}`;
  return typeof raw === "string" ? quoted(raw) : String(raw);
}

function quoted(text: string): string {
  return JSON.stringify(text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text);
}
