/**
 * The numbers that apache-arrow gives Arrow's types, units and the like. They are the same in every
 * copy and version of it, and some of them are those of the Arrow format; taking them from
 * apache-arrow itself would bring all of it into programs that only encode.
 *
 * @module
 */

/** What an array's type is: the generic ones, which types have as `typeId`. */
export const Type = {
  Null: 1,
  Int: 2,
  Float: 3,
  Binary: 4,
  Utf8: 5,
  Bool: 6,
  Decimal: 7,
  Date: 8,
  Time: 9,
  Timestamp: 10,
  Interval: 11,
  List: 12,
  Struct: 13,
  Union: 14,
  FixedSizeBinary: 15,
  FixedSizeList: 16,
  Map: 17,
  Duration: 18,
  LargeBinary: 19,
  LargeUtf8: 20,
  LargeList: 21,
  BinaryView: 23,
  Utf8View: 24,
  Dictionary: -1,
} as const;

/** Of how many bits a floating-point number is. */
export const Precision = { HALF: 0, SINGLE: 1, DOUBLE: 2 } as const;

/** What a date counts. */
export const DateUnit = { DAY: 0, MILLISECOND: 1 } as const;

/** What a time, a timestamp or a duration counts. */
export const TimeUnit = {
  SECOND: 0,
  MILLISECOND: 1,
  MICROSECOND: 2,
  NANOSECOND: 3,
} as const;

/** How a union lays out its members. */
export const UnionMode = { Sparse: 0, Dense: 1 } as const;
