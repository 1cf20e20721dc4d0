import type { DecodeError } from "../errors.js";
import { decodeError } from "../message/decode.js";
import type { ViewContext } from "./context.js";

/** What went wrong while something was read, with the path from the view that was decoded. */
export function viewError(x: ViewContext, error: unknown): DecodeError {
  const { type, b, start, end } = x.root;
  return decodeError(type, b, start, end, error);
}
