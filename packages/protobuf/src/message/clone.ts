import { copyMessage } from "./copy.js";
import { explained } from "./explain.js";
import type { MessageType } from "./message-type.js";

/**
 * A deep copy of a message, with its unknown fields. It shares no memory with the original: `bytes` and unknown fields
 * are copied out of the buffer that they were decoded from. The copy of an init literal or of a spread copy is a message.
 * @throws EncodeError naming the path of a value that its field cannot hold.
 */
export function clone<T, I>(type: MessageType<T, I>, message: NoInfer<T | I>): T {
  return explained(type, [message], () => copyMessage(type, message)) as T;
}
