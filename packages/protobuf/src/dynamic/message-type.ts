import type { DescField, DescMessage } from "../descriptor/model.js";
import {
  type AnyMessage,
  type Codec,
  type MessageClass,
  registerType,
  typeOf,
} from "../message/codec.js";
import { adopt } from "../message/encode.js";
import { type Extension, holderSymbol } from "../message/extension.js";
import type { MessageType } from "../message/message-type.js";
import { missingRequired } from "../message/required.js";
import { messageType } from "../message/type-value.js";
import { messagePlan, Plan, setPlan } from "./plan.js";
import { readFields } from "./read.js";
import { classWith } from "./shape.js";
import { writeFields } from "./write.js";

/**
 * A message whose type is known at run time only: fields are read by the name of their property
 * (`DescField.localName`), and their values have the types that generated messages have.
 */
export interface DynamicMessage {
  [member: string]: unknown;
}

/** What a dynamic message is made from: an init literal, a message, or a spread copy of one. */
export type DynamicInit = object;

/**
 * Makes the type of a descriptor that no code was generated for, and ties it to the descriptor. The descriptor has to be
 * validated; types of its message fields have to be there when the first message is made.
 * @param required Whether a message of the type may have LEGACY_REQUIRED fields in it.
 */
export function dynamicType(
  desc: DescMessage,
  required: boolean,
): MessageType<DynamicMessage, DynamicInit> {
  const plan = messagePlan(desc);
  const messageClass = dynamicClass(plan, () => type);
  Object.defineProperty(messageClass, "name", { value: `${desc.name}$` });
  const missing: Codec["missing"] = required ? missingRequired : undefined;
  const handle = {
    message: () => desc,
    register: (_: number, made: MessageType) => registerType(desc, made),
  };
  const type: MessageType<DynamicMessage, DynamicInit> = messageType<DynamicMessage, DynamicInit>(
    handle,
    desc.index,
    desc.typeName,
    messageClass as MessageClass<DynamicMessage>,
    undefined,
    missing,
  );
  return type;
}

/** Makes an extension of a descriptor that no code was generated for. */
export function dynamicExtension(desc: DescField): Extension<object, unknown> {
  const plan = new Plan([desc], () => "value", false);
  return {
    typeName: desc.typeName!,
    desc,
    extendee: typeOf(desc.extendee!),
    [holderSymbol]: dynamicClass(plan, undefined) as unknown as MessageClass<{ value: unknown }>,
  };
}

/** A class like generated ones, whose instances have one shape. */
function dynamicClass(plan: Plan, type: (() => MessageType) | undefined): MessageClass {
  const { names, initials, lists, maps } = plan;
  class Message extends classWith(names, initials) {
    constructor() {
      super();
      const message = this as unknown as AnyMessage;
      for (let i = 0; i < lists.length; i++) message[lists[i]!] = [];
      for (let i = 0; i < maps.length; i++) message[maps[i]!] = new Map();
    }

    static read(b: Uint8Array, p: number, e: number, d: number, m: AnyMessage, g: number): void {
      readFields(plan, b, p, e, d, m, g);
    }

    static write(m: AnyMessage, p: number): number {
      const own = type === undefined || m instanceof Message;
      return writeFields(plan, own ? m : adopt(type(), m), p);
    }
  }
  setPlan(Message, plan);
  return Message as unknown as MessageClass;
}
