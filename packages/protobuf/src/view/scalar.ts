import { cursor as c } from "../wire/cursor.js";
import { bytes, string } from "../wire/read-string.js";
import { end, safeNumber } from "../wire/read-varint.js";
import { enter, leave, type ViewContext } from "./context.js";
import { viewError } from "./failure.js";

/** The string whose length is at `p`. */
export function stringAt(x: ViewContext, p: number): string {
  enter(x);
  try {
    const z = end(x.b, p, x.b.length);
    const value = string(x.b, c.p, z);
    leave(x);
    return value;
  } catch (error) {
    throw viewError(x, error);
  }
}

/** The `bytes` value whose length is at `p`. */
export function bytesAt(x: ViewContext, p: number): Uint8Array {
  enter(x);
  try {
    const z = end(x.b, p, x.b.length);
    const value = bytes(x.b, c.p, z);
    leave(x);
    return value;
  } catch (error) {
    throw viewError(x, error);
  }
}

/** A 64-bit integer as a number. */
export function safeAt(x: ViewContext, value: bigint, p: number): number {
  try {
    return safeNumber(value, p);
  } catch (error) {
    throw viewError(x, error);
  }
}
