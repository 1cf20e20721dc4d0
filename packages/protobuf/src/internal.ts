/** For sibling packages only: no promise holds from version to version. */
export { type BuiltFile, buildFile, type Parts } from "./descriptor/build.js";
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
  Representation,
} from "./descriptor/model.js";
export { FieldType } from "./descriptor/model.js";
export { camelCase } from "./descriptor/names.js";
export { allParts } from "./descriptor/parts.js";
export { concat, Raw } from "./descriptor/raw.js";
export { SchemaError } from "./descriptor/schema-error.js";
export { wantsTypedArray } from "./descriptor/typed-array.js";
export { validateFile } from "./descriptor/validate.js";
export { checkMapEntries } from "./descriptor/validate-links.js";
export { registerType, typeOf, viewSymbol } from "./message/codec.js";
export { decodeRange } from "./message/decode.js";
export { type EncodeTarget, encodeInto } from "./message/encode-into.js";
export { messageMemory } from "./message/memory.js";
export { decodeViewRange } from "./view/decode.js";
