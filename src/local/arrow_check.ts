/**
 * Whether the arrays of a record batch are as the Arrow format has them. Strict, and written from the
 * format alone: lengths, offsets in order and within their data, text in UTF-8, no nulls where none
 * may be.
 *
 * @module
 */
import { type Data, type Field, Type } from "apache-arrow";
import type { Parametric } from "./columns/fits_arrow.ts";

/** Whether what is around a value is there at all: the struct or the list that it belongs to. */
type IsPresent = (index: number) => boolean;

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** What is wrong with an array, if anything is. Names columns, never values. */
export function arrayProblem(
  field: Field,
  data: Data,
  path: string = field.name,
  isPresent: IsPresent = () => true,
): string | undefined {
  const { length, nullBitmap, type } = data;
  const bits = 8 * (nullBitmap?.byteLength ?? 0);
  if (data.nullCount > 0 && bits < length) return `${path}: its validity is too short`;
  let nulls = 0;
  for (let index = 0; index < length; index++) {
    if (data.getValid(index)) continue;
    nulls++;
    if (!field.nullable && isPresent(index)) return `${path}: a null where none may be`;
  }
  if (nulls !== Math.max(data.nullCount, 0)) return `${path}: ${nulls} nulls, not as many as said`;
  switch (type.typeId) {
    case Type.Struct:
      return type.children.map((child: Field, member: number) => {
        const values = data.children[member]!;
        if (values.length !== length) return `${path}.${child.name}: not as long as its struct`;
        const isThere = (index: number) => isPresent(index) && data.getValid(index);
        return arrayProblem(child, values, `${path}.${child.name}`, isThere);
      }).find((problem: string | undefined) => problem !== undefined);
    case Type.List:
    case Type.Map: {
      const [elements] = data.children;
      return offsetProblem(data, elements!.length, path) ??
        arrayProblem(type.children[0]!, elements!, `${path}[]`);
    }
    case Type.Utf8:
    case Type.LargeUtf8:
      return offsetProblem(data, data.values.length, path) ?? textProblem(data, path);
    case Type.Binary:
    case Type.LargeBinary:
      return offsetProblem(data, data.values.length, path);
    default: {
      const { bitWidth = 8 } = type as Parametric;
      const wanted = type.typeId === Type.Bool ? length / 8 : length * Math.min(bitWidth, 8) / 8;
      return data.values.length < wanted ? `${path}: too few values` : undefined;
    }
  }
}

function offsetProblem(
  { length, valueOffsets }: Data,
  limit: number,
  path: string,
): string | undefined {
  if (length === 0) return undefined;
  if (valueOffsets.length < length + 1) return `${path}: too few offsets`;
  for (let index = 0; index < length; index++) {
    if (valueOffsets[index]! > valueOffsets[index + 1]!) return `${path}: offsets out of order`;
  }
  if (valueOffsets[0]! < 0 || valueOffsets[length]! > limit) {
    return `${path}: offsets beyond its data`;
  }
  return undefined;
}

/** The text between the first offset and the last must be some, and no offset within a character. */
function textProblem({ length, valueOffsets, values }: Data, path: string): string | undefined {
  if (length === 0) return undefined;
  try {
    utf8.decode(values.subarray(Number(valueOffsets[0]), Number(valueOffsets[length])));
  } catch {
    return `${path}: text that is not UTF-8`;
  }
  for (let index = 1; index < length; index++) {
    const offset = Number(valueOffsets[index]);
    if (offset < values.length && (values[offset]! & 0xc0) === 0x80) {
      return `${path}: an offset within a character`;
    }
  }
  return undefined;
}
