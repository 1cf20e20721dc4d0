/** Descriptors, registries and options: what a schema says, at run time. */

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
} from "../descriptor/model.js";
export { FieldType } from "../descriptor/model.js";
export { SchemaError } from "../descriptor/schema-error.js";
export type { DynamicInit, DynamicMessage } from "../dynamic/message-type.js";
export { typeOf } from "../message/codec.js";
export type { Registry } from "../registry.js";
export { type Comments, comments } from "./comments.js";
export { type Difference, type DiffOptions, diff } from "./diff.js";
export { applyMask, maskOf } from "./mask.js";
export {
  type DescWithOptions,
  getOption,
  hasOption,
  type OptionsOf,
  optionsOf,
} from "./options.js";
export { type Reflection, reflect } from "./reflection.js";
export { createRegistry, type RegistryItem } from "./registry.js";
export {
  createTypeRegistry,
  type GeneratedModule,
  type SchemaRegistry,
  type TypeRegistryItem,
} from "./type-registry.js";
export { type Visited, type WalkOptions, walk } from "./walk.js";
