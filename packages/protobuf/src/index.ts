/** Messages: what is done with a generated type beside `create`, `decode`, `encode` and `is`. */
export type {
  DescEnum,
  DescEnumValue,
  DescField,
  DescFile,
  DescMessage,
  DescMethod,
  DescOneof,
  DescService,
  FieldMapping,
  Int64Representation,
  Representation,
  TypedArray,
  TypedArrayForm,
} from "./descriptor/model.js";
export {
  DecodeError,
  EncodeError,
  type FieldPath,
  JsonError,
  TextError,
  YamlError,
} from "./errors.js";
export { clone } from "./message/clone.js";
export { encodeChunks } from "./message/encode-chunks.js";
export { enumName } from "./message/enum-name.js";
export { type EqualsOptions, equals } from "./message/equals.js";
export type { Extension } from "./message/extension.js";
export {
  clearExtension,
  type ExtensionValue,
  getExtension,
  hasExtension,
  setExtension,
} from "./message/extension-access.js";
export { merge } from "./message/merge.js";
export type {
  DecodeLimits,
  DecodeOptions,
  EncodeOptions,
  InitOf,
  MessageOf,
  MessageType,
} from "./message/message-type.js";
export { clear, type FieldName, isSet } from "./message/presence.js";
export type { MappedValue, TypeMapping } from "./message/type-mapping.js";
export { setUnknownFields, type UnknownField, unknownFields } from "./message/unknown-fields.js";
export type { Registry } from "./registry.js";
export {
  type DelimitedHead,
  type DelimitedStreamOptions,
  decodeDelimited,
  decodeDelimitedStream,
  encodeDelimited,
  peekDelimited,
} from "./stream/delimited.js";
export type { View, ViewDecodeOptions, ViewType } from "./view/view-type.js";
