export { JsonError } from "../errors.js";
export { fromJson, fromJsonBytes, fromJsonString } from "./from-json.js";
export type { JsonObject, JsonValue } from "./json-value.js";
export type { JsonReadOptions, JsonWriteOptions } from "./options.js";
export { toJson, toJsonBytes, toJsonString } from "./to-json.js";
