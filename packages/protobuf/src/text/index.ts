export { TextError } from "../errors.js";
export { fromText } from "./from-text.js";
export type { TextReadOptions, TextWriteOptions } from "./options.js";
export { toText } from "./to-text.js";
