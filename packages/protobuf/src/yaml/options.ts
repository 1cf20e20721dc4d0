import type { JsonReadOptions, JsonWriteOptions } from "../json/options.js";

/** Options of `toYaml`: those of ProtoJSON. */
export interface YamlWriteOptions extends Omit<JsonWriteOptions, "indent"> {
  /** Spaces a level of indentation, from 1 to 10. Default 2. */
  readonly indent?: number;
}

/**
 * Options of `fromYaml`: those of ProtoJSON. `limits.elementMemoryBytes` bounds three things, one by one: the syntax tree,
 * before it is built, at 192 bytes a token of the YAML (a scalar, a comment, an indicator such as `-` or `:`) and 64 for
 * white space or a line break between them; what aliases repeat; and, as everywhere, the message.
 */
export type YamlReadOptions = JsonReadOptions;
