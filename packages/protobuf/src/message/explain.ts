import { EncodeError } from "../errors.js";
import { checkMessage } from "./create.js";
import type { MessageType } from "./message-type.js";

/**
 * Runs work that only notices that a value is wrong (by `wrongValue`, a failing property access or a full stack). Which
 * value it is, the messages themselves tell: the error that leaves names its path.
 */
export function explained<R>(type: MessageType, messages: readonly unknown[], work: () => R): R {
  try {
    return work();
  } catch (error) {
    throw explanation(type, messages, error);
  }
}

function explanation(type: MessageType, messages: readonly unknown[], error: unknown): unknown {
  let cause = error;
  try {
    for (const message of messages) checkMessage(type, message);
  } catch (found) {
    cause = found;
  }
  // only a full stack is a RangeError here
  if (!(cause instanceof RangeError)) return cause;
  const at = { reason: "BOWLINE_ENCODE_VALUE", typeName: type.typeName, path: "" } as const;
  return new EncodeError("nested too deeply; does the message contain itself?", at, { cause });
}
