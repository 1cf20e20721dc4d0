import { type AnyMessage, codecSymbol, type RuntimeType } from "../message/codec.js";
import type { MessageType } from "../message/message-type.js";
import { fail } from "./failure.js";

/** Fails if the message, or one in it, lacks a LEGACY_REQUIRED field. */
export function checkRequired(type: MessageType, message: unknown, offset: number): void {
  const paths = (type as RuntimeType)[codecSymbol].missing?.(type, message as AnyMessage) ?? [];
  if (paths.length > 0)
    fail(`required and not set: ${paths.join(", ")}`, offset, "REQUIRED", paths[0]!);
}
