import type { DescMessage, FieldMapping } from "../descriptor/model.js";
import { cursor, Malformed } from "../wire/cursor.js";
import { wrongValue } from "../wire/write-scalar.js";
import { typeOf } from "./codec.js";
import { checkMessage } from "./create.js";
import type { MessageType } from "./message-type.js";
import { expected } from "./problem.js";
import type { TypeMapping } from "./type-mapping.js";

// biome-ignore lint/suspicious/noExplicitAny: generated code calls with the types that belong together.
type AnyMapping<Message = any, Value = any> = TypeMapping<Message, Value, any>;

/** Calls a conversion, which may decode messages of its own, in the middle of a decode. Positions are not kept. */
function aside<A, R>(work: (argument: A) => R, argument: A): R {
  const { memory, unknown, keepUnknown, messageSet } = cursor;
  try {
    return work(argument);
  } finally {
    cursor.memory = memory;
    cursor.unknown = unknown;
    cursor.keepUnknown = keepUnknown;
    cursor.messageSet = messageSet;
  }
}

function textOf(error: unknown): string {
  return `its mapping refuses it: ${error instanceof Error ? error.message : String(error)}`;
}

/** The value of a message that was read, with the body at `p` or, of a group, before `p`. */
export function mappedValue<Message, Value>(
  mapping: AnyMapping<Message, Value>,
  message: Message,
  p: number,
): Value {
  try {
    return aside((read) => mapping.toValue(read), message);
  } catch (error) {
    throw new Malformed(textOf(error), p, false, p - 1);
  }
}

/** The message of a value that is being written; what is wrong with it, {@link mappings} tells afterwards. */
export function mappedMessage<Message, Value>(
  mapping: AnyMapping<Message, Value>,
  value: Value,
): Message {
  if (!mapping.is(value)) wrongValue();
  try {
    return mapping.toMessage(value) as Message;
  } catch {
    wrongValue();
  }
}

/** The message that a field goes on with where it occurs again: the value's, copied by its bytes. */
export function mappedAgain<Message, Value>(
  mapping: AnyMapping<Message, Value>,
  type: MessageType<Message>,
  value: Value,
  p: number,
): Message {
  try {
    return aside((held) => {
      const bytes = type.encode(mapping.toMessage(held), { allowPartial: true });
      return type.decode(bytes, { allowPartial: true });
    }, value);
  } catch (error) {
    throw new Malformed(textOf(error), p, false, p - 1);
  }
}

/** Gives the fields of a file their mappings, by the full names of the types. */
export function mappings(
  all: () => Readonly<Record<string, AnyMapping>>,
): (message: DescMessage) => FieldMapping | undefined {
  const made = new Map<DescMessage, FieldMapping | undefined>();
  return (message) => {
    if (!made.has(message)) {
      const table = all();
      const has = Object.hasOwn(table, message.typeName);
      made.set(message, has ? fieldMapping(message, table[message.typeName]!) : undefined);
    }
    return made.get(message);
  };
}

function fieldMapping(desc: DescMessage, mapping: AnyMapping): FieldMapping {
  const what = mapping.description ?? `a value for ${desc.typeName}`;
  const attempt = <T>(work: () => T): T => {
    try {
      return aside(work, undefined);
    } catch (error) {
      throw new TypeError(textOf(error), { cause: error });
    }
  };
  const toMessage = (value: unknown): object => {
    if (!mapping.is(value)) throw new TypeError(expected(what, value));
    return attempt(() => mapping.toMessage(value) as object);
  };
  const { equals, clone } = mapping;
  return {
    mapping,
    toValue: (message) => attempt(() => mapping.toValue(message) as unknown),
    toMessage,
    problem(value, deep) {
      if (!mapping.is(value)) return expected(what, value);
      if (!deep) return undefined;
      try {
        checkMessage(typeOf(desc), toMessage(value));
        return undefined;
      } catch (error) {
        return (error as Error).message;
      }
    },
    shown(value) {
      try {
        return toMessage(value);
      } catch {
        return "[…]";
      }
    },
    equals: equals && ((a, b) => attempt(() => equals.call(mapping, a, b))),
    clone: clone && ((value) => attempt(() => clone.call(mapping, value) as unknown)),
  };
}
