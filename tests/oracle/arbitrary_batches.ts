/**
 * Random Arrow batches: every type that can be sent, nested, sliced, with nulls, with values under
 * the nulls, offsets that do not begin at 0 and dictionaries in chunks.
 *
 * Built from raw buffers, by nobody's builders, so that layouts occur that builders do not make.
 */
import {
  type Data,
  type DataType,
  Field,
  makeData,
  Precision,
  RecordBatch,
  Schema,
  Struct,
  Type,
  Vector,
} from "apache-arrow";
import fc from "fast-check";
import { type ArbitraryBatchOptions, TypeMaker } from "./arbitrary_types.ts";

export type { ArbitraryBatchOptions };

/** A batch of random schema and content. */
export function arbitraryBatch(options: ArbitraryBatchOptions = {}): fc.Arbitrary<RecordBatch> {
  const resolved = {
    maxColumns: 6,
    maxRows: 12,
    maxDepth: 3,
    faults: true,
    views: true,
    ...options,
  };
  return fc.gen().map((draw) => new BatchMaker(draw, resolved).batch());
}

/** A type with the parameters of all types; each has its own few. */
type Parametric = DataType & {
  readonly bitWidth: number;
  readonly isSigned: boolean;
  readonly precision: Precision;
  readonly byteWidth: number;
  readonly listSize: number;
  readonly indices: DataType;
  readonly dictionary: DataType;
};
type Typed = Int8Array | Int16Array | Int32Array | Uint8Array | Uint16Array | Uint32Array;

const MAX_INT64 = 2n ** 63n - 1n;
const EDGES_64 = [0n, 1n, -1n, 127n, 128n, -(2n ** 31n), 2n ** 32n, MAX_INT64, -MAX_INT64 - 1n];

class BatchMaker extends TypeMaker {
  batch(): RecordBatch {
    // The first column is never of type Null: a schema of nothing else cannot be sent.
    const fields = this.fields(0).with(0, new Field("c0", this.scalarType(), this.chance(80)));
    const before = this.int(0, 9);
    const rows = this.int(0, this.options.maxRows);
    const length = before + rows + this.int(0, 9);
    const children = fields.map((field) => this.#data(field.type, length, field.nullable));
    const struct = make({ type: new Struct(fields), length, nullCount: 0, children });
    return new RecordBatch(new Schema(fields), struct as Data<Struct>).slice(before, before + rows);
  }

  /** An array of the type with so many values, some of them null. */
  #data(type: DataType, length: number, nullable: boolean): Data {
    const mayBeNull = nullable || (this.options.faults && this.chance(10));
    const nullBitmap = mayBeNull && this.chance(70) ? this.#bits(length, nullable ? 75 : 95) : null;
    const common: Common = { type, length, nullBitmap };
    const { byteWidth, bitWidth, precision, listSize } = type as Parametric;
    switch (type.typeId) {
      case Type.Null:
        return make({ type, length });
      case Type.Bool:
        return make({ ...common, data: this.#bits(length, 50) });
      case Type.Utf8:
      case Type.Binary:
      case Type.LargeUtf8:
      case Type.LargeBinary:
        return this.#variable(common, type, length);
      case Type.Utf8View:
      case Type.BinaryView:
        return this.#views(common, type, length);
      case Type.FixedSizeBinary:
        return make({ ...common, data: this.#bytes(length * byteWidth) });
      case Type.Decimal:
        return make({ ...common, data: this.#decimals(length, bitWidth / 32) });
      case Type.Float:
        return make({ ...common, data: this.#floats(precision, length) });
      case Type.Struct: {
        const children = type.children.map((child: Field) =>
          this.#data(child.type, length, child.nullable)
        );
        return make({ ...common, children });
      }
      case Type.List:
      case Type.LargeList:
        return this.#list(common, type, length);
      case Type.FixedSizeList: {
        const child = this.#elements(type.children[0]!, length * listSize);
        return make({ ...common, child });
      }
      case Type.Map:
        return this.#map(common, type, length);
      case Type.Dictionary:
        return this.#dictionary(common, type, length);
      default:
        return make({ ...common, data: this.#integers(type, length) });
    }
  }

  #bits(length: number, percent: number): Uint8Array {
    const bits = new Uint8Array((length + 7) >> 3);
    for (let bit = 0; bit < length; bit++) {
      if (this.chance(percent)) bits[bit >> 3]! |= 1 << (bit & 7);
    }
    return bits;
  }

  #bytes(length: number): Uint8Array {
    return this.draw(fc.uint8Array, { minLength: length, maxLength: length });
  }

  #integers(type: DataType, length: number): Typed | BigInt64Array | BigUint64Array {
    const values = new type.ArrayType(length);
    if (values instanceof BigInt64Array || values instanceof BigUint64Array) {
      return values.map(() => this.#int64(type));
    }
    const bits = 8 * values.BYTES_PER_ELEMENT;
    return values.map(() => this.#edge(-(2 ** (bits - 1)), 2 ** bits - 1));
  }

  /** Any 64-bit number, or without faults one that every conversion takes. */
  #int64(type: DataType): bigint {
    if (!this.options.faults) {
      const isPlain = type.typeId === Type.Int;
      const max = isPlain ? MAX_INT64 : 9_000_000_000_000n;
      return this.draw(fc.bigInt, {
        min: isPlain && !(type as Parametric).isSigned ? 0n : -max,
        max,
      });
    }
    if (this.chance(30)) return this.oneOf(EDGES_64);
    const bits = BigInt(this.int(1, 63));
    return this.draw(fc.bigInt, { min: -(2n ** bits), max: 2n ** bits - 1n });
  }

  #edge(min: number, max: number): number {
    return this.chance(30) ? this.oneOf([min, max, 0, -1, 127, 128]) : this.int(min, max);
  }

  #floats(precision: Precision, length: number): Uint16Array | Float32Array | Float64Array {
    if (precision === Precision.HALF) {
      return new Uint16Array(length).map(() => this.int(0, 0xffff));
    }
    return precision === Precision.SINGLE
      ? new Float32Array(length).map(() => this.draw(fc.float))
      : new Float64Array(length).map(() => this.draw(fc.double));
  }

  #decimals(length: number, width: number): Uint32Array {
    const words = new Uint32Array(length * width);
    for (let index = 0; index < length; index++) {
      const used = this.int(0, width);
      const negative = this.chance(40);
      for (let word = 0; word < width; word++) {
        const value = word < used ? this.int(0, 0xffff_ffff) : 0;
        words[index * width + word] = negative ? ~value : value;
      }
    }
    return words;
  }

  /** One text or one run of bytes. */
  #blob(type: DataType): Uint8Array {
    const isText = type.typeId === Type.Utf8 || type.typeId === Type.LargeUtf8 ||
      type.typeId === Type.Utf8View;
    if (!isText || (this.options.faults && this.chance(3))) {
      return this.draw(fc.uint8Array, { maxLength: this.oneOf([4, 13, 80]) });
    }
    const unit = this.oneOf(["grapheme-ascii", "binary"] as const);
    const text = this.draw(fc.string, { unit, maxLength: this.oneOf([4, 13, 80]) });
    return new TextEncoder().encode(text);
  }

  #variable(common: Common, type: DataType, length: number): Data {
    const before = this.#blob(type);
    const blobs = Array.from({ length }, () => this.#blob(type));
    const sizes = blobs.map((blob) => blob.length);
    const valueOffsets = offsetsOf(before.length, sizes);
    const data = new Uint8Array(before.length + sizes.reduce((sum, size) => sum + size, 0) + 2);
    data.set(before);
    for (const [index, blob] of blobs.entries()) data.set(blob, valueOffsets[index]);
    return make({ ...common, valueOffsets: widen(valueOffsets, type), data });
  }

  #views(common: Common, type: DataType, length: number): Data {
    const views = new Uint8Array(16 * length);
    const view = new DataView(views.buffer);
    const chunks: number[][] = [[], this.chance(50) ? [1, 2, 3] : []];
    for (let index = 0; index < length; index++) {
      const blob = this.#blob(type);
      const at = 16 * index;
      view.setInt32(at, blob.length, true);
      if (blob.length <= 12) {
        views.set(blob, at + 4);
        continue;
      }
      const chunk = this.int(0, 1);
      views.set(blob.subarray(0, 4), at + 4);
      view.setInt32(at + 8, chunk, true);
      view.setInt32(at + 12, chunks[chunk]!.length, true);
      chunks[chunk]!.push(...blob);
    }
    const variadicBuffers = chunks.map((chunk) => Uint8Array.from(chunk));
    return make({ ...common, views, variadicBuffers });
  }

  #list(common: Common, type: DataType, length: number): Data {
    const before = this.int(0, 3);
    const sizes = Array.from({ length }, () => this.int(0, 3));
    const valueOffsets = offsetsOf(before, sizes);
    const child = this.#elements(type.children[0]!, valueOffsets.at(-1)! + this.int(0, 2));
    return make({ ...common, valueOffsets: widen(valueOffsets, type), child });
  }

  /** Elements are rarely null, because a null element fails its row. */
  #elements(field: Field, length: number): Data {
    return this.#data(field.type, length, this.options.faults && this.chance(5));
  }

  #map(common: Common, type: DataType, length: number): Data {
    const before = this.int(0, 3);
    const valueOffsets = offsetsOf(before, Array.from({ length }, () => this.int(0, 3)));
    const [key, value] = type.children[0]!.type.children as [Field, Field];
    const count = valueOffsets.at(-1)!;
    const entries = make({
      type: type.children[0]!.type,
      length: count,
      nullCount: 0,
      children: [this.#elements(key, count), this.#elements(value, count)],
    });
    return make({ ...common, valueOffsets, child: entries });
  }

  #dictionary(common: Common, type: DataType, length: number): Data {
    const { dictionary, indices: indexType } = type as Parametric;
    // Values may be null as well; a null value is a null wherever its index stands.
    const chunks = Array.from(
      { length: this.int(1, 2) },
      () => this.#data(dictionary, this.int(1, 4), this.options.faults && this.chance(20)),
    );
    const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    const indices = new indexType.ArrayType(length);
    const data = indices instanceof BigInt64Array || indices instanceof BigUint64Array
      ? indices.map(() => BigInt(this.int(0, size - 1)))
      : indices.map(() => this.int(0, size - 1));
    return make({ ...common, data, dictionary: new Vector(chunks) });
  }
}

/** What every kind of array has. */
interface Common {
  readonly type: DataType;
  readonly length: number;
  readonly nullBitmap: Uint8Array | null;
}

/** apache-arrow's `makeData`, whose overloads want a type that is known beforehand. */
function make(props: Partial<Common> & Record<string, unknown>): Data {
  return makeData(props as never);
}

function offsetsOf(first: number, sizes: readonly number[]): Int32Array {
  const offsets = new Int32Array(sizes.length + 1);
  offsets[0] = first;
  for (const [index, size] of sizes.entries()) offsets[index + 1] = offsets[index]! + size;
  return offsets;
}

function widen(offsets: Int32Array, type: DataType): Int32Array | BigInt64Array {
  const isLarge = type.typeId === Type.LargeUtf8 || type.typeId === Type.LargeBinary ||
    type.typeId === Type.LargeList;
  return isLarge ? BigInt64Array.from(offsets, BigInt) : offsets;
}
