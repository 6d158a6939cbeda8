/**
 * Deep comparison. One walk answers both questions: whether two values are equal, and where they
 * stop being so.
 *
 * @module
 */

/** Where two values part. */
export interface Difference {
  /** Steps from the values that were compared to the place, such as `.rows` and `[3]`. */
  readonly path: string[];
  /** What is there on the left; `undefined` when nothing is. */
  readonly actual: unknown;
  /** What is there on the right; `undefined` when nothing is. */
  readonly expected: unknown;
}

/** Pairs that are being compared further up; meeting one again closes a cycle. */
type Ancestors = Map<object, object[]>;

/**
 * The first place where two values differ, or `undefined` when they are deeply equal.
 *
 * NaN equals NaN and 0 equals -0. Objects need the same prototype's constructor, the same own
 * enumerable keys (symbols included) and equal values; sets and the keys of maps are compared
 * without regard to order; dates, regular expressions, URLs, boxed primitives, buffers and errors
 * by what they hold.
 */
export function difference(actual: unknown, expected: unknown): Difference | undefined {
  return compare(actual, expected, new Map());
}

/** Whether two values are deeply equal, as {@linkcode difference} understands it. */
export function equal(actual: unknown, expected: unknown): boolean {
  return difference(actual, expected) === undefined;
}

function compare(
  actual: unknown,
  expected: unknown,
  ancestors: Ancestors,
): Difference | undefined {
  if (actual === expected || Object.is(actual, expected)) return undefined;
  const here: Difference = { path: [], actual, expected };
  if (!isObject(actual) || !isObject(expected)) return here;
  if (constructorOf(actual) !== constructorOf(expected)) return here;

  const open = ancestors.get(actual) ?? [];
  if (open.includes(expected)) return undefined;
  ancestors.set(actual, [...open, expected]);
  try {
    if (contentOf(actual) !== contentOf(expected)) return here;
    return compareElements(actual, expected, ancestors, here) ??
      compareMembers(actual, expected, ancestors) ??
      compareProperties(actual, expected, ancestors);
  } finally {
    ancestors.set(actual, open);
  }
}

/** What a value holds outside its properties, as something `===` can judge. */
function contentOf(value: object): unknown {
  if (value instanceof Date) return String(value.getTime());
  if (value instanceof RegExp || value instanceof URL) return String(value);
  if (value instanceof Number) return String(value);
  if (value instanceof String || value instanceof Boolean) return value.valueOf();
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (value instanceof WeakMap || value instanceof WeakSet || value instanceof WeakRef) {
    return value; // nothing can be known of it but who it is
  }
  if (value instanceof Promise || typeof value === "function") return value;
  return undefined;
}

function compareElements(
  actual: object,
  expected: object,
  ancestors: Ancestors,
  here: Difference,
): Difference | undefined {
  const left = elementsOf(actual);
  const right = elementsOf(expected);
  if (left === undefined || right === undefined) return undefined;
  if (left.length !== right.length) {
    return { path: [".length"], actual: left.length, expected: right.length };
  }
  for (let i = 0; i < left.length; i++) {
    if ((i in left) !== (i in right)) return here; // a hole is not an undefined
    const found = compare(left[i], right[i], ancestors);
    if (found !== undefined) return under(`[${i}]`, found);
  }
  return undefined;
}

/** The numbered elements of an array or a buffer. */
function elementsOf(value: object): ArrayLike<unknown> | undefined {
  if (Array.isArray(value)) return value;
  if (value instanceof DataView) {
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  }
  if (ArrayBuffer.isView(value)) return value as unknown as ArrayLike<unknown>;
  const isShared = typeof SharedArrayBuffer !== "undefined" && value instanceof SharedArrayBuffer;
  if (value instanceof ArrayBuffer || isShared) return new Uint8Array(value as ArrayBuffer);
  return undefined;
}

/** Members of sets and entries of maps, which have no order of their own. */
function compareMembers(
  actual: object,
  expected: object,
  ancestors: Ancestors,
): Difference | undefined {
  if (actual instanceof Map && expected instanceof Map) {
    if (actual.size !== expected.size) return sizes(actual, expected);
    const left = new Map(actual);
    const right = new Map(expected);
    for (const [key, value] of actual) { // keys that are the same need no search
      if (!right.has(key)) continue;
      const found = compare(value, right.get(key), ancestors);
      if (found !== undefined) return under(`.get(${labelOf(key)})`, found);
      left.delete(key);
      right.delete(key);
    }
    return compareUnordered([...left], [...right], ancestors);
  }
  if (actual instanceof Set && expected instanceof Set) {
    if (actual.size !== expected.size) return sizes(actual, expected);
    return compareUnordered(
      [...actual].filter((member) => !expected.has(member)),
      [...expected].filter((member) => !actual.has(member)),
      ancestors,
    );
  }
  return undefined;
}

function sizes(actual: { size: number }, expected: { size: number }): Difference {
  return { path: [".size"], actual: actual.size, expected: expected.size };
}

function compareUnordered(
  left: readonly unknown[],
  right: readonly unknown[],
  ancestors: Ancestors,
): Difference | undefined {
  const rest = [...right];
  for (const member of left) {
    const match = rest.findIndex((other) => compare(member, other, ancestors) === undefined);
    if (match === -1) return { path: ["(member)"], actual: member, expected: rest[0] };
    rest.splice(match, 1);
  }
  return undefined;
}

function compareProperties(
  actual: object,
  expected: object,
  ancestors: Ancestors,
): Difference | undefined {
  const keys = new Set([...propertiesOf(actual), ...propertiesOf(expected)]);
  for (const key of keys) {
    const left: unknown = Reflect.get(actual, key);
    const right: unknown = Reflect.get(expected, key);
    const found = Object.hasOwn(actual, key) === Object.hasOwn(expected, key)
      ? compare(left, right, ancestors)
      : { path: [], actual: left, expected: right };
    if (found !== undefined) return under(stepTo(key), found);
  }
  return undefined;
}

/** Own enumerable keys, without the numbered elements that were compared before. */
function propertiesOf(value: object): PropertyKey[] {
  const names = ArrayBuffer.isView(value) ? [] : Object.keys(value);
  const symbols = Object.getOwnPropertySymbols(value)
    .filter((symbol) => Object.prototype.propertyIsEnumerable.call(value, symbol));
  return [
    ...(Array.isArray(value) ? names.filter((name) => !/^\d+$/.test(name)) : names),
    ...symbols,
  ];
}

function stepTo(key: PropertyKey): string {
  return typeof key === "string" && /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(key)
    ? `.${key}`
    : `[${labelOf(key)}]`;
}

function labelOf(key: unknown): string {
  if (typeof key === "string") return JSON.stringify(key);
  return isObject(key) ? "an object" : String(key);
}

function under(step: string, found: Difference): Difference {
  found.path.unshift(step);
  return found;
}

/** An object without a prototype counts as a plain one. */
function constructorOf(value: object): unknown {
  return value.constructor ?? Object;
}

function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}
