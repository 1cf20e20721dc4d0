import { FieldType, type TypedArray } from "../descriptor/model.js";
import * as read from "../wire/read-typed.js";
import * as write from "../wire/write-typed.js";

/** Reads the packed list `b[p, z)` behind the elements of a typed array; returns the one that the list is then. */
export type ReadTyped = (b: Uint8Array, p: number, z: number, list: TypedArray) => TypedArray;

/** Writes the length and the elements of a packed list at `p`; returns the position behind them. */
export type WriteTyped = (p: number, list: ArrayLike<number> | ArrayLike<bigint>) => number;

interface TypedCodec {
  readonly read: ReadTyped;
  readonly write: WriteTyped;
}

function codec<L, T>(
  readList: (b: Uint8Array, p: number, z: number, list: L) => L,
  writeList: (p: number, list: ArrayLike<T>) => number,
): TypedCodec {
  return { read: readList as unknown as ReadTyped, write: writeList as unknown as WriteTyped };
}

/** By type: how lists that are typed arrays are read and written packed. */
export const typedCodecs: Partial<Record<FieldType, TypedCodec>> = {
  [FieldType.DOUBLE]: codec(read.typedDouble, write.typedDouble),
  [FieldType.FLOAT]: codec(read.typedFloat, write.typedFloat),
  [FieldType.INT32]: codec(read.typedInt32, write.typedInt32),
  [FieldType.SINT32]: codec(read.typedSint32, write.typedSint32),
  [FieldType.SFIXED32]: codec(read.typedSfixed32, write.typedSfixed32),
  [FieldType.UINT32]: codec(read.typedUint32, write.typedUint32),
  [FieldType.FIXED32]: codec(read.typedFixed32, write.typedFixed32),
  [FieldType.INT64]: codec(read.typedInt64, write.typedInt64),
  [FieldType.SINT64]: codec(read.typedSint64, write.typedSint64),
  [FieldType.SFIXED64]: codec(read.typedSfixed64, write.typedSfixed64),
  [FieldType.UINT64]: codec(read.typedUint64, write.typedUint64),
  [FieldType.FIXED64]: codec(read.typedFixed64, write.typedFixed64),
};
