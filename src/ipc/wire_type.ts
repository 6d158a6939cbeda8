/**
 * The Arrow types that the service prefers, one for each kind of Delta column.
 *
 * @module
 */
import { byte, type FlatWriter, int, type Member, REFERENCE, short } from "./flat_writer.ts";

/** A type of a column as it is sent. */
export type WireType =
  /** Signed integers. */
  | { readonly kind: "int"; readonly bitWidth: 8 | 16 | 32 | 64 }
  /** Floating-point numbers. */
  | { readonly kind: "float"; readonly bitWidth: 32 | 64 }
  /** Microseconds since 1970, in UTC or in whatever place the reader is. */
  | { readonly kind: "timestamp"; readonly timezone: "UTC" | undefined }
  /**
   * Truth; text and bytes with 64-bit offsets; days since 1970; lists with 32-bit offsets; structs;
   * maps.
   */
  | { readonly kind: "bool" | "utf8" | "binary" | "date" | "list" | "struct" | "map" };

/** A column as the schema message has it. */
export interface WireField {
  /** Name. */
  readonly name: string;
  /** Whether it may hold nulls. */
  readonly nullable: boolean;
  /** Type. */
  readonly wire: WireType;
  /** Custom key-value pairs. */
  readonly metadata: ReadonlyMap<string, string>;
  /** Members, the element, or the entries. */
  readonly children: readonly WireField[];
}

/** Numbers of the union `Type` in Arrow's `Schema.fbs`. */
const TYPE_NUMBERS: Readonly<Record<WireType["kind"], number>> = {
  int: 2,
  float: 3,
  bool: 6,
  date: 8,
  timestamp: 10,
  list: 12,
  struct: 13,
  map: 17,
  binary: 19, // LargeBinary
  utf8: 20, // LargeUtf8
};

const DAY = 0;
const MICROSECOND = 2;
const SINGLE = 1;
const DOUBLE = 2;

/** Writes a field's table and everything in it. */
export function writeField(writer: FlatWriter, field: WireField): number {
  const { name, nullable, wire, children, metadata } = field;
  const pairs = [...metadata];
  const table = writer.table([
    REFERENCE, // name
    byte(nullable ? 1 : 0),
    byte(TYPE_NUMBERS[wire.kind]),
    REFERENCE, // type
    undefined, // dictionary
    REFERENCE, // children; readers want the vector even if it is empty
    pairs.length === 0 ? undefined : REFERENCE,
  ]);
  const [nameAt = 0, , , typeAt = 0, , childrenAt = 0, metadataAt = 0] = table.members;
  writer.refer(nameAt, writer.string(name));
  writer.refer(typeAt, writeType(writer, wire));
  writer.refer(childrenAt, writeFields(writer, children));
  if (pairs.length > 0) writer.refer(metadataAt, writePairs(writer, pairs));
  return table.at;
}

/** Writes a vector of fields. */
export function writeFields(writer: FlatWriter, fields: readonly WireField[]): number {
  const { at, members } = writer.references(fields.length);
  for (const [index, field] of fields.entries()) {
    writer.refer(members[index]!, writeField(writer, field));
  }
  return at;
}

function writeType(writer: FlatWriter, wire: WireType): number {
  const table = writer.table(membersOf(wire));
  if (wire.kind === "timestamp" && wire.timezone !== undefined) {
    writer.refer(table.members[1]!, writer.string(wire.timezone));
  }
  return table.at;
}

function membersOf(wire: WireType): (Member | undefined)[] {
  switch (wire.kind) {
    case "int":
      return [int(wire.bitWidth), byte(1)];
    case "float":
      return [short(wire.bitWidth === 32 ? SINGLE : DOUBLE)];
    case "date":
      return [short(DAY)];
    case "timestamp":
      return [short(MICROSECOND), wire.timezone === undefined ? undefined : REFERENCE];
    default:
      return [];
  }
}

function writePairs(writer: FlatWriter, pairs: readonly (readonly [string, string])[]): number {
  const { at, members } = writer.references(pairs.length);
  for (const [index, [key, value]] of pairs.entries()) {
    const pair = writer.table([REFERENCE, REFERENCE]);
    writer.refer(members[index]!, pair.at);
    writer.refer(pair.members[0]!, writer.string(key));
    writer.refer(pair.members[1]!, writer.string(value));
  }
  return at;
}
