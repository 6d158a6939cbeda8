/**
 * Whether the bytes of a record are exactly a message of the stream's type. Strict, and written
 * from the wire format alone: known fields with the right wire types, required fields present, text
 * in UTF-8, nothing cut short.
 *
 * @module
 */
import {
  type DescriptorProto,
  type EnumDescriptorProto,
  type FieldDescriptorProto,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as FieldType,
} from "@bufbuild/protobuf/wkt";
import { WireType } from "@bufbuild/protobuf/wire";
import type { RowType } from "./descriptor.ts";

/** A record that is no message of its type. Names fields, never values. */
export class RecordProblem extends Error {
  override name = "RecordProblem";
}

interface MessageShape {
  readonly name: string;
  readonly fields: Map<number, FieldShape>;
  readonly required: string[];
}

interface FieldShape {
  readonly name: string;
  readonly wireType: WireType;
  /** Whether several values may share one length prefix. */
  readonly packable: boolean;
  readonly text: boolean;
  readonly message: MessageShape | undefined;
  readonly enumNumbers: ReadonlySet<number> | undefined;
  /** Position among the message's required fields, or -1. */
  readonly requiredIndex: number;
}

/** Levels of messages, the row included; what protobuf implementations commonly read. */
const MAX_DEPTH = 100;
const MAX_VARINT_BYTES = 10;

/** Checks records of one type. */
export class RecordChecker {
  readonly #row: MessageShape;
  readonly #utf8 = new TextDecoder("utf-8", { fatal: true });
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  /** One flag for each required field of each open message, innermost last. */
  #seen = new Uint8Array(64);

  /** Compiles the type once. */
  constructor(type: RowType) {
    this.#row = compile(type);
  }

  /**
   * Checks the record between two positions.
   *
   * @throws {RecordProblem} with the first thing that is wrong.
   */
  check(bytes: Uint8Array, start: number, end: number): void {
    this.#bytes = bytes;
    this.#at = start;
    this.#message(this.#row, end, 0, 0);
  }

  /** `firstFlag` is where this message's part of `#seen` begins. */
  #message(shape: MessageShape, end: number, depth: number, firstFlag: number): void {
    if (depth === MAX_DEPTH) throw new RecordProblem(`${shape.name}: nested too deeply`);
    const lastFlag = firstFlag + shape.required.length;
    this.#reserveFlags(firstFlag, lastFlag);
    while (this.#at < end) {
      const tag = this.#varint(end, shape.name);
      const field = shape.fields.get(tag >>> 3);
      if (field === undefined) {
        throw new RecordProblem(`${shape.name}: unknown field number ${tag >>> 3}`);
      }
      if (field.requiredIndex >= 0) this.#seen[firstFlag + field.requiredIndex] = 1;
      const wireType = tag & 7;
      if (wireType === field.wireType) {
        this.#value(field, end, depth, lastFlag);
      } else if (field.packable && wireType === WireType.LengthDelimited) {
        const packedEnd = this.#length(end, field.name);
        while (this.#at < packedEnd) this.#value(field, packedEnd, depth, lastFlag);
      } else {
        throw new RecordProblem(
          `${field.name}: wire type ${wireType} where ${field.wireType} belongs`,
        );
      }
    }
    const missing = this.#seen.subarray(firstFlag, lastFlag).indexOf(0);
    if (missing >= 0) {
      throw new RecordProblem(`required field ${shape.required[missing]} is missing`);
    }
  }

  #value(field: FieldShape, end: number, depth: number, firstFlag: number): void {
    switch (field.wireType) {
      case WireType.Varint: {
        const value = this.#varint(end, field.name);
        if (field.enumNumbers !== undefined && !field.enumNumbers.has(value | 0)) {
          throw new RecordProblem(`${field.name}: a number that its enum does not have`);
        }
        return;
      }
      case WireType.Bit32:
        return this.#skip(4, end, field.name);
      case WireType.Bit64:
        return this.#skip(8, end, field.name);
      default: {
        const valueEnd = this.#length(end, field.name);
        if (field.message !== undefined) {
          this.#message(field.message, valueEnd, depth + 1, firstFlag);
        } else if (field.text) {
          this.#text(valueEnd, field.name);
        }
        this.#at = valueEnd;
      }
    }
  }

  /** The low 32 bits of a varint. */
  #varint(end: number, name: string): number {
    let low = 0;
    for (let index = 0; index < MAX_VARINT_BYTES; index++) {
      if (this.#at >= end) throw new RecordProblem(`${name}: cut short`);
      const byte = this.#bytes[this.#at++]!;
      if (index < 5) low |= (byte & 0x7f) << (7 * index);
      if (byte < 0x80) return low >>> 0;
    }
    throw new RecordProblem(`${name}: a varint of more than ${MAX_VARINT_BYTES} bytes`);
  }

  /** Reads a length and returns where what it announces ends. */
  #length(end: number, name: string): number {
    const valueEnd = this.#varint(end, name) + this.#at;
    if (valueEnd > end) throw new RecordProblem(`${name}: cut short`);
    return valueEnd;
  }

  #skip(count: number, end: number, name: string): void {
    this.#at += count;
    if (this.#at > end) throw new RecordProblem(`${name}: cut short`);
  }

  #text(end: number, name: string): void {
    const bytes = this.#bytes;
    let at = this.#at;
    while (at < end && bytes[at]! < 0x80) at++;
    if (at === end) return;
    try {
      this.#utf8.decode(bytes.subarray(at, end));
    } catch {
      throw new RecordProblem(`${name}: text that is not UTF-8`);
    }
  }

  #reserveFlags(from: number, to: number): void {
    if (to > this.#seen.length) {
      const larger = new Uint8Array(to * 2);
      larger.set(this.#seen);
      this.#seen = larger;
    }
    this.#seen.fill(0, from, to);
  }
}

/** Everything that is not a varint. */
const WIRE_TYPES: ReadonlyMap<FieldType, WireType> = new Map([
  [FieldType.DOUBLE, WireType.Bit64],
  [FieldType.FIXED64, WireType.Bit64],
  [FieldType.SFIXED64, WireType.Bit64],
  [FieldType.FLOAT, WireType.Bit32],
  [FieldType.FIXED32, WireType.Bit32],
  [FieldType.SFIXED32, WireType.Bit32],
  [FieldType.STRING, WireType.LengthDelimited],
  [FieldType.BYTES, WireType.LengthDelimited],
  [FieldType.MESSAGE, WireType.LengthDelimited],
]);

function compile({ descriptor, types }: RowType): MessageShape {
  const shapes = new Map<DescriptorProto, MessageShape>();
  const shapeOf = (message: DescriptorProto): MessageShape => {
    const known = shapes.get(message);
    if (known !== undefined) return known;
    const shape: MessageShape = { name: message.name, fields: new Map(), required: [] };
    // Before its fields are looked at, because a message may contain itself.
    shapes.set(message, shape);
    for (const field of message.field) shape.fields.set(field.number, fieldOf(field, shape));
    return shape;
  };
  const fieldOf = (field: FieldDescriptorProto, parent: MessageShape): FieldShape => {
    const wireType = WIRE_TYPES.get(field.type) ?? WireType.Varint;
    const type = types.get(field.typeName);
    const required = field.label === Label.REQUIRED;
    return {
      name: field.name,
      wireType,
      packable: field.label === Label.REPEATED && wireType !== WireType.LengthDelimited,
      text: field.type === FieldType.STRING,
      message: field.type === FieldType.MESSAGE ? shapeOf(type as DescriptorProto) : undefined,
      enumNumbers: field.type === FieldType.ENUM
        ? new Set((type as EnumDescriptorProto).value.map((value) => value.number))
        : undefined,
      requiredIndex: required ? parent.required.push(field.name) - 1 : -1,
    };
  };
  return shapeOf(descriptor);
}
