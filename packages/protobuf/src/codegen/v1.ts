/**
 * What generated code imports, and nothing else does. The names and their meaning hold for as long as the path says
 * `v1`: code that an older generator wrote goes on working.
 */
import type { Parts } from "../descriptor/build.js";
import { type FileHandle, fileHandle } from "../descriptor/file-handle.js";
import type { Representation } from "../descriptor/model.js";

/** The version that the generator writes into its files; others do not compile. */
export type CodegenVersion = "1";

/**
 * The handle of a generated file: its serialized descriptor without source information, the files it refers to, and the
 * builders of what it declares beside messages.
 */
export function file(
  version: CodegenVersion,
  base64: string,
  dependencies: () => readonly FileHandle[],
  parts: Parts,
  representation?: Representation,
): FileHandle {
  if (version !== "1")
    throw new Error(`generated for codegen version ${version as string}; generate the code again`);
  return fileHandle(base64, dependencies, parts, representation);
}

export { buildEnum } from "../descriptor/build-enum.js";
export { buildExtension } from "../descriptor/build-extension.js";
export { buildService } from "../descriptor/build-service.js";
export { defaultValue } from "../descriptor/default-value.js";
export type { FileHandle } from "../descriptor/file-handle.js";
export { typedArray } from "../descriptor/typed-array.js";
export type { JsonObject } from "../json/json-value.js";
export { adopt } from "../message/encode.js";
export type { Extension } from "../message/extension.js";
export { extension } from "../message/extension-value.js";
export type { MapInit } from "../message/map-init.js";
export { mappedAgain, mappedMessage, mappedValue, mappings } from "../message/mapped.js";
export type { MessageType } from "../message/message-type.js";
export { missingRequired } from "../message/required.js";
export type { MappedValue } from "../message/type-mapping.js";
export { messageType } from "../message/type-value.js";
export {
  checkBytes,
  checkEnd,
  checkEnum,
  checkField,
  checkFixed32,
  checkFixed64,
  checkItem,
  checkNumber,
  checkPackedEnum,
  checkPackedFixed,
  checkPackedVarint,
  checkPackedWide,
  checkSkip,
  checkString,
  checkTag,
  checkTyped,
  checkTypedFixed,
  checkTypedVarint,
  checkUnknown,
  checkVarint,
  typedSize,
} from "../view/check.js";
export { child } from "../view/child.js";
export type { ViewContext } from "../view/context.js";
export {
  bool as elementBool,
  elementBytes,
  elementDouble,
  elementFixed32,
  elementFixed64,
  elementFloat,
  elementKey,
  elementSfixed32,
  elementSfixed64,
  elementString,
  elementUint32,
  int32 as elementInt32,
  int64 as elementInt64,
  sint32 as elementSint32,
  sint64 as elementSint64,
  uint64 as elementUint64,
} from "../view/element.js";
export { viewError } from "../view/failure.js";
export {
  closeEntry,
  dropEntries,
  entrySlot,
  fieldIndex,
  noEntry,
  openEntry,
} from "../view/field-index.js";
export { children, scalars, typedScalars } from "../view/list.js";
export { childMap, scalarMap } from "../view/map.js";
export { mappedChild, mappedList, mappedMap } from "../view/mapped.js";
export { bytesAt, safeAt, stringAt } from "../view/scalar.js";
export { endScan, scanUnknown, scanValue, startScan } from "../view/scan.js";
export { viewType } from "../view/type-value.js";
export type { View, ViewType } from "../view/view-type.js";
export { cursor, overBudget, tooDeep, truncated } from "../wire/cursor.js";
export { varintSize } from "../wire/output.js";
export { key as readKey } from "../wire/read-key.js";
export {
  packedBool as readPackedBool,
  packedDouble as readPackedDouble,
  packedFixed32 as readPackedFixed32,
  packedFixed64 as readPackedFixed64,
  packedFloat as readPackedFloat,
  packedInt32 as readPackedInt32,
  packedInt64 as readPackedInt64,
  packedSfixed32 as readPackedSfixed32,
  packedSfixed64 as readPackedSfixed64,
  packedSint32 as readPackedSint32,
  packedSint64 as readPackedSint64,
  packedUint32 as readPackedUint32,
  packedUint64 as readPackedUint64,
} from "../wire/read-packed.js";
export {
  bytes as readBytes,
  noBytes,
  string as readString,
} from "../wire/read-string.js";
export {
  appendTyped,
  emptyBigInt64Array,
  emptyBigUint64Array,
  emptyFloat32Array,
  emptyFloat64Array,
  emptyInt32Array,
  emptyUint32Array,
  typedDouble as readTypedDouble,
  typedFixed32 as readTypedFixed32,
  typedFixed64 as readTypedFixed64,
  typedFloat as readTypedFloat,
  typedInt32 as readTypedInt32,
  typedInt64 as readTypedInt64,
  typedSfixed32 as readTypedSfixed32,
  typedSfixed64 as readTypedSfixed64,
  typedSint32 as readTypedSint32,
  typedSint64 as readTypedSint64,
  typedUint32 as readTypedUint32,
  typedUint64 as readTypedUint64,
} from "../wire/read-typed.js";
export {
  bool as readBool,
  double as readDouble,
  fixed32 as readFixed32,
  fixed64 as readFixed64,
  float as readFloat,
  int32 as readInt32,
  int64 as readInt64,
  length as readLength,
  safeNumber,
  sfixed64 as readSfixed64,
  sint64 as readSint64,
  tag as readTag,
  uint64 as readUint64,
  varint32 as readVarint32,
} from "../wire/read-varint.js";
export { keepUnknown, keepUnknownVarint, skip, unknown } from "../wire/unknown.js";
export {
  endMessage,
  entries,
  list,
  messageSet as writeMessageSet,
  messageSetItem,
  room,
  roomBytes,
  unknownFields as writeUnknown,
} from "../wire/write-message.js";
export {
  packedBool as writePackedBool,
  packedDouble as writePackedDouble,
  packedFixed32 as writePackedFixed32,
  packedFixed64 as writePackedFixed64,
  packedFloat as writePackedFloat,
  packedInt32 as writePackedInt32,
  packedInt64 as writePackedInt64,
  packedSfixed32 as writePackedSfixed32,
  packedSfixed64 as writePackedSfixed64,
  packedSint32 as writePackedSint32,
  packedSint64 as writePackedSint64,
  packedUint32 as writePackedUint32,
  packedUint64 as writePackedUint64,
} from "../wire/write-packed.js";
export {
  bool as writeBool,
  bytes as writeBytes,
  double as writeDouble,
  fixed32 as writeFixed32,
  fixed64 as writeFixed64,
  float as writeFloat,
  int32 as writeInt32,
  int64 as writeInt64,
  isBytes,
  sfixed32 as writeSfixed32,
  sfixed64 as writeSfixed64,
  sint32 as writeSint32,
  sint64 as writeSint64,
  string as writeString,
  stringValue,
  toBigInt,
  uint32 as writeUint32,
  uint64 as writeUint64,
  wrongValue,
} from "../wire/write-scalar.js";
export {
  typedDouble as writeTypedDouble,
  typedFixed32 as writeTypedFixed32,
  typedFixed64 as writeTypedFixed64,
  typedFloat as writeTypedFloat,
  typedInt32 as writeTypedInt32,
  typedInt64 as writeTypedInt64,
  typedSfixed32 as writeTypedSfixed32,
  typedSfixed64 as writeTypedSfixed64,
  typedSint32 as writeTypedSint32,
  typedSint64 as writeTypedSint64,
  typedUint32 as writeTypedUint32,
  typedUint64 as writeTypedUint64,
} from "../wire/write-typed.js";
export { timestampAsDate, timestampAsExactDate } from "../wkt/timestamp-mapping.js";
