/**
 * Values as text for failure messages: every line says one thing, keys are sorted, so that two
 * texts can be compared line by line. The same on every runtime, which their `inspect`s are not.
 *
 * @module
 */

/** Elements shown of one array, set, map or buffer, and characters of one string. */
const SHOWN = { elements: 100, characters: 2_000 };
const LINE_WIDTH = 80;
const DEEPEST = 12;

/** A value as text, over several lines when it does not fit into one. */
export function format(value: unknown): string {
  return formatWithin(value, []);
}

function formatWithin(value: unknown, parents: readonly object[]): string {
  switch (typeof value) {
    case "string":
      return value.length > SHOWN.characters
        ? `${JSON.stringify(value.slice(0, SHOWN.characters))}… ${value.length} characters`
        : JSON.stringify(value);
    case "number":
      return Object.is(value, -0) ? "-0" : String(value);
    case "bigint":
      return `${value}n`;
    case "function":
      return `[function ${value.name || "(anonymous)"}]`;
    case "object":
      return value === null ? "null" : formatObject(value, parents);
    default:
      return String(value);
  }
}

function formatObject(value: object, parents: readonly object[]): string {
  if (parents.includes(value)) return "[circular]";
  const name = value.constructor?.name ?? "";
  if (parents.length >= DEEPEST) return `[${name}]`;
  const within = (inner: unknown) => formatWithin(inner, [...parents, value]);

  if (value instanceof Date) {
    return Number.isNaN(value.getTime()) ? "Date(invalid)" : `Date(${value.toISOString()})`;
  }
  if (value instanceof RegExp) return String(value);
  if (value instanceof URL) return `URL(${value.href})`;
  if (value instanceof Number || value instanceof String || value instanceof Boolean) {
    return `[${name}: ${within(value.valueOf())}]`;
  }
  if (Array.isArray(value)) {
    const elements = Array.from(
      { length: Math.min(value.length, SHOWN.elements) },
      (_, i) => i in value ? within(value[i]) : "(empty)",
    );
    return enclose(name === "Array" ? "[" : `${name} [`, elements, value.length, "]");
  }
  if (value instanceof Set) {
    const members = [...value].map(within).sort();
    return enclose(`${name} {`, members.slice(0, SHOWN.elements), value.size, "}");
  }
  if (value instanceof Map) {
    const entries = [...value].map(([key, inner]) => `${within(key)} => ${within(inner)}`).sort();
    return enclose(`${name} {`, entries.slice(0, SHOWN.elements), value.size, "}");
  }
  const bytes = bytesOf(value);
  if (bytes !== undefined) {
    const shown = Array.prototype.map.call(bytes.subarray(0, SHOWN.elements), within) as string[];
    return enclose(`${name} [`, shown, bytes.length, "]");
  }
  const members = membersOf(value, within);
  const plain = name === "" || name === "Object";
  if (members.length === 0 && !plain) return `${name} {}`;
  return enclose(plain ? "{" : `${name} {`, members, members.length, "}");
}

/** A buffer as something with numbered elements; typed arrays are that already. */
function bytesOf(value: object): Uint8Array | undefined {
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (value instanceof DataView) {
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  }
  return ArrayBuffer.isView(value) ? value as Uint8Array : undefined;
}

function membersOf(value: object, within: (inner: unknown) => string): string[] {
  const symbols = Object.getOwnPropertySymbols(value)
    .filter((symbol) => Object.prototype.propertyIsEnumerable.call(value, symbol));
  const members = [
    ...Object.keys(value).sort().map((key): [string, unknown] => [
      /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(key) ? key : JSON.stringify(key),
      Reflect.get(value, key),
    ]),
    ...symbols.map((key): [string, unknown] => [`[${String(key)}]`, Reflect.get(value, key)]),
  ];
  if (value instanceof Error) {
    members.unshift(["message", value.message]);
    if (value.cause !== undefined) members.push(["cause", value.cause]);
  }
  return members.map(([key, inner]) => `${key}: ${within(inner)}`);
}

function enclose(open: string, parts: string[], total: number, close: string): string {
  if (parts.length === 0) return open + close;
  if (total > parts.length) parts = [...parts, `… ${total - parts.length} more`];
  const line = `${open} ${parts.join(", ")} ${close}`;
  if (line.length <= LINE_WIDTH && !line.includes("\n")) {
    return open.endsWith("[") ? `${open}${parts.join(", ")}${close}` : line;
  }
  const lines = parts.map((part) => `  ${part.replaceAll("\n", "\n  ")},`);
  return `${open}\n${lines.join("\n")}\n${close}`;
}
