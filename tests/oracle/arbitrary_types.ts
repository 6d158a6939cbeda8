/**
 * Random Arrow types and schemas.
 */
import {
  Binary,
  BinaryView,
  Bool,
  type DataType,
  DateDay,
  DateMillisecond,
  Decimal,
  Dictionary,
  Duration,
  Field,
  FixedSizeBinary,
  FixedSizeList,
  Float,
  Int,
  LargeBinary,
  LargeList,
  LargeUtf8,
  List,
  Map_,
  Null,
  Precision,
  Struct,
  Time,
  Timestamp,
  TimeUnit,
  Utf8,
  Utf8View,
} from "apache-arrow";
import fc from "fast-check";

/** What random batches may be made of. */
export interface ArbitraryBatchOptions {
  /** Most columns, and most members of a struct. Default 6. */
  readonly maxColumns?: number;
  /** Most rows after slicing. Default 12. */
  readonly maxRows?: number;
  /** Deepest nesting of structs, lists and maps. Default 3. */
  readonly maxDepth?: number;
  /**
   * Whether there may be values that fail their row: nulls where none may be, bad UTF-8, numbers
   * out of range. Default true.
   */
  readonly faults?: boolean;
  /**
   * Whether there may be Utf8View and BinaryView columns. apache-arrow's IPC writer applies the
   * offset of sliced ones twice and writes nonsense, so not where batches are written by it. Default
   * true.
   */
  readonly views?: boolean;
}

/** Draws the next random value of an arbitrary. */
export type Draw = fc.GeneratorValue;

const UNITS = [TimeUnit.SECOND, TimeUnit.MILLISECOND, TimeUnit.MICROSECOND, TimeUnit.NANOSECOND];

/** Makes types out of random numbers. */
export class TypeMaker {
  readonly draw: Draw;
  readonly options: Required<ArbitraryBatchOptions>;

  constructor(draw: Draw, options: Required<ArbitraryBatchOptions>) {
    this.draw = draw;
    this.options = options;
  }

  int(min: number, max: number): number {
    return this.draw(fc.integer, { min, max });
  }

  chance(percent: number): boolean {
    return this.int(0, 99) < percent;
  }

  oneOf<T>(choices: readonly T[]): T {
    return choices[this.int(0, choices.length - 1)]!;
  }

  fields(depth: number): Field[] {
    const count = this.int(1, this.options.maxColumns);
    return Array.from(
      { length: count },
      (_, index) => new Field(`c${index}`, this.#type(depth), this.chance(80)),
    );
  }

  #type(depth: number): DataType {
    if (this.chance(4)) return new Null();
    if (depth >= this.options.maxDepth) return this.#valueType(depth);
    switch (this.int(0, 9)) {
      case 0:
        return new List(this.#element(depth));
      case 1:
        return new LargeList(this.#element(depth));
      case 2:
        return new FixedSizeList(this.int(0, 3), this.#element(depth));
      case 3:
        return this.#mapType(depth);
      default:
        return this.#valueType(depth);
    }
  }

  #element(depth: number): Field {
    return new Field("item", this.#valueType(depth), true);
  }

  #mapType(depth: number): DataType {
    const key = new Field("key", this.#keyType(), false);
    const value = new Field("value", this.#valueType(depth), true);
    return new Map_(new Field("entries", new Struct([key, value] as never), false) as never);
  }

  /** What a field, an element or a map's value may be. */
  #valueType(depth: number): DataType {
    if (depth < this.options.maxDepth && this.chance(20)) {
      return new Struct(this.fields(depth + 1));
    }
    return this.chance(15) ? this.#dictionaryType(this.scalarType()) : this.scalarType();
  }

  #keyType(): DataType {
    const type = this.oneOf([
      () => this.#intType(),
      () => new Bool(),
      () => new Utf8(),
      () => new LargeUtf8(),
      () => this.options.views ? new Utf8View() : new Utf8(),
    ])();
    return this.chance(15) ? this.#dictionaryType(type) : type;
  }

  #dictionaryType(values: DataType): DataType {
    return new Dictionary(values, this.#intType() as never);
  }

  #intType(): Int {
    return new Int(this.chance(50) as never, this.oneOf([8, 16, 32, 64]) as never);
  }

  scalarType(): DataType {
    const time = this.oneOf(UNITS);
    const zone = this.oneOf([undefined, "UTC", "Europe/Berlin"]);
    return this.oneOf<() => DataType>([
      () => this.#intType(),
      () => this.#intType(),
      () => new Float(this.oneOf([Precision.HALF, Precision.SINGLE, Precision.DOUBLE]) as never),
      () => new Bool(),
      () => new Utf8(),
      () => new LargeUtf8(),
      () => this.options.views ? new Utf8View() : new Utf8(),
      () => new Binary(),
      () => new LargeBinary(),
      () => this.options.views ? new BinaryView() : new Binary(),
      () => new FixedSizeBinary(this.int(1, 20)),
      () => new DateDay(),
      () => new DateMillisecond(),
      () => new Timestamp(time, zone),
      () => new Time(time, (time < TimeUnit.MICROSECOND ? 32 : 64) as never),
      () => new Duration(time),
      () => new Decimal(this.int(-3, 40), 38, this.oneOf([128, 256])),
    ])();
  }
}
