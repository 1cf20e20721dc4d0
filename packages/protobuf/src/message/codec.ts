import type { DescMessage } from "../descriptor/model.js";
import type { MessageType } from "./message-type.js";

/** On every message prototype: its {@link MessageType}. Shared by duplicate installs. */
export const typeSymbol: unique symbol = Symbol.for("bowline.protobuf.type") as never;

/** Own key of messages that have unknown fields: their wire bytes as runs, in the order they were read. */
export const unknownSymbol: unique symbol = Symbol.for("bowline.protobuf.unknown") as never;

/** On every message type: its {@link Codec}. */
export const codecSymbol: unique symbol = Symbol.for("bowline.protobuf.codec") as never;

/** A message as the table-driven parts of the runtime see it. */
export interface AnyMessage {
  // biome-ignore lint/suspicious/noExplicitAny: members are known by descriptor only.
  [member: string]: any;
  [unknownSymbol]?: Uint8Array[];
}

/**
 * The generated class of a message: its constructor makes an empty message in its fixed shape, `read` and `write`
 * are the codec in place.
 */
export interface MessageClass<T extends object = AnyMessage> {
  new (): T;
  /**
   * Reads fields from `b[p, e)` into `m`, merging. `d`: levels of nesting that are left. `g`: the end-group tag that
   * ends the message (then the position behind it is left in the cursor), −1 for a message that ends at `e`.
   */
  read(b: Uint8Array, p: number, e: number, d: number, m: T, g: number): void;
  /** Writes `m` at `p` into the output buffer, growing it as needed; returns the position behind it. */
  write(m: T, p: number): number;
}

/** What the runtime keeps for a type beside its public face. */
export interface Codec {
  readonly messageClass: MessageClass;
  /** The class's static methods, where every type has them in the same place. */
  readonly read: MessageClass["read"];
  readonly write: MessageClass["write"];
  /** The paths of LEGACY_REQUIRED fields that are not set; only where the message or one in it can have such fields. */
  readonly missing: ((type: MessageType, message: AnyMessage) => string[]) | undefined;
  /** The size of the message of this type that was encoded last, which tells where to write the next one. */
  lastSize: number;
  /** The names of the message's members, in their order; once somebody has asked. */
  members?: readonly string[];
  readonly types: (() => readonly MessageType[]) | undefined;
  readonly desc: () => DescMessage;
}

/** A type value with the runtime's own slot. */
export interface RuntimeType extends MessageType {
  readonly [codecSymbol]: Codec;
}

/** An empty message of a type. */
export function newMessage(type: MessageType): AnyMessage {
  return new (type as RuntimeType)[codecSymbol].messageClass();
}

/** The type of a message value, `undefined` for literals, spread copies and everything else. */
export function typeOfMessage(value: unknown): MessageType | undefined {
  return (value as { [typeSymbol]?: MessageType } | null | undefined)?.[typeSymbol];
}

/** On every view's prototype: its view type. Shared by duplicate installs. */
export const viewSymbol: unique symbol = Symbol.for("bowline.protobuf.view") as never;

/** The type of a message value or of a view's message, `undefined` for everything else. */
export function typeOfReadable(value: unknown): MessageType | undefined {
  const view = value as { [viewSymbol]?: { readonly message: MessageType } } | null | undefined;
  return typeOfMessage(value) ?? view?.[viewSymbol]?.message;
}

const types = new WeakMap<DescMessage, () => MessageType>();

/** Ties a descriptor to its type. Called once, when the descriptor is built. */
export function registerType(desc: DescMessage, type: MessageType): void {
  types.set(desc, () => type);
}

/** Ties a descriptor to a type that is made when it is first asked for; {@link registerType} then replaces this. */
export function registerMaker(desc: DescMessage, make: () => MessageType): void {
  types.set(desc, make);
}

/** The type of a descriptor: of message fields, map values, method inputs. */
export function typeOf(desc: DescMessage): MessageType {
  const make = types.get(desc);
  if (make === undefined) throw new Error(`no type for ${desc.typeName}`);
  return make();
}
