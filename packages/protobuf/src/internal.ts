/** For sibling packages only: no promise holds from version to version. */
export { type BuiltFile, buildFile } from "./descriptor/build.js";
export { allParts } from "./descriptor/parts.js";
export { FieldType } from "./descriptor/model.js";
export type {
  DescEnum,
  DescEnumValue,
  DescField,
  DescFile,
  DescMessage,
  DescMethod,
  DescOneof,
  DescService,
  Representation,
} from "./descriptor/model.js";
export { camelCase } from "./descriptor/names.js";
export { concat, Raw } from "./descriptor/raw.js";
export { decodeRange } from "./message/decode.js";
export { encodeBehind } from "./message/encode.js";
export { registerType, typeOf } from "./message/codec.js";
export { messageMemory } from "./message/memory.js";
