import type { DescMessage } from "../descriptor/model.js";
import { typeOfMessage, typeOfReadable } from "../message/codec.js";
import type { MessageType } from "../message/message-type.js";

/** The type of a message or of what a view is one of, and whether it is a view. */
export interface Subject {
  readonly type: MessageType;
  readonly desc: DescMessage;
  readonly view: boolean;
}

/** Tells what a value is: a message, a dynamic one among them, or a view; `undefined` for all else. */
export function subjectOf(value: unknown): Subject | undefined {
  const type = typeOfReadable(value);
  return type && { type, desc: type.desc, view: typeOfMessage(value) === undefined };
}

/** As {@link subjectOf}, of what has to be one. */
export function requireSubject(value: unknown, what: string): Subject {
  const subject = subjectOf(value);
  if (subject !== undefined) return subject;
  const got = value === null ? "null" : Array.isArray(value) ? "a list" : `a ${typeof value}`;
  throw new TypeError(
    `${what} takes a message or a view, got ${got}; a literal or a spread copy becomes one by create()`,
  );
}
