import type { DescField, DescMessage, DescOneof } from "../descriptor/model.js";
import type { AnyMessage } from "../message/codec.js";
import { newMessage } from "../message/codec.js";
import type { MessageType } from "../message/message-type.js";
import { isZero } from "../message/zero.js";
import { requireSubject, type Subject } from "./subject.js";

/** A message or a view, read and written by descriptor. It holds nothing: what it changes is the message. */
export interface Reflection {
  /** The descriptor of the type. */
  readonly desc: DescMessage;
  /** The type; of a view, that of its message. */
  readonly type: MessageType;
  /** The message or view itself. */
  readonly value: object;
  /** Whether it is a view, which cannot be written. */
  readonly readOnly: boolean;
  /**
   * The value of a field, by its descriptor, its name in the schema or its property. Unset: what the property holds
   * (`undefined` with explicit presence, else the type's zero, `[]` or an empty `Map`); `undefined` for a member of a
   * oneof that is not the one that is set. Lists and maps are the message's own.
   */
  get(field: string | DescField): unknown;
  /** Whether a field is set: has a value, or with implicit presence one that differs from the default, or elements. */
  has(field: string | DescField): boolean;
  /**
   * Sets a field to a value, or to what `create` would make one of. A member of a oneof becomes the one that is set.
   * `undefined` makes the field unset.
   * @throws EncodeError naming the path of what the field cannot hold; the message is then unchanged.
   * @throws TypeError for views, which are read-only.
   */
  set(field: string | DescField, value: unknown): void;
  /**
   * Makes a field unset; a member of a oneof only if it is the one that is set.
   * @throws TypeError for views, which are read-only.
   */
  clear(field: string | DescField): void;
  /** The field that is set in a oneof, or `undefined`. */
  which(oneof: string | DescOneof): DescField | undefined;
  /** The fields that are set, with their values, in the order of their numbers. */
  fields(): IterableIterator<readonly [field: DescField, value: unknown]>;
}

/**
 * Reads and writes a message, generated or dynamic, or reads a view, by descriptor: `reflect(user).get("name")`.
 * Extensions are not fields; see `getExtension`.
 * @throws TypeError for what is no message: init literals and spread copies do not say their type.
 */
export function reflect(value: object): Reflection {
  return new Reflected(value as AnyMessage, requireSubject(value, "reflect"));
}

class Reflected implements Reflection {
  readonly value: AnyMessage;
  readonly #subject: Subject;

  constructor(value: AnyMessage, subject: Subject) {
    this.value = value;
    this.#subject = subject;
  }

  get desc(): DescMessage {
    return this.#subject.desc;
  }

  get type(): MessageType {
    return this.#subject.type;
  }

  get readOnly(): boolean {
    return this.#subject.view;
  }

  get(field: string | DescField): unknown {
    const desc = this.#field(field);
    if (desc.oneof === undefined) return this.value[desc.localName];
    const selected: { case: string; value: unknown } | undefined = this.value[desc.oneof.localName];
    return selected?.case === desc.localName ? selected.value : undefined;
  }

  has(field: string | DescField): boolean {
    const desc = this.#field(field);
    return isSetValue(desc, this.get(desc));
  }

  set(field: string | DescField, value: unknown): void {
    const desc = this.#field(field);
    this.#refuseView(desc);
    if (value === undefined) return this.clear(desc);
    const { localName, oneof } = desc;
    const name = oneof?.localName ?? localName;
    const init = oneof === undefined ? value : { case: localName, value };
    const made = this.type.create({ [name]: init }) as AnyMessage;
    this.value[name] = made[name];
  }

  clear(field: string | DescField): void {
    const desc = this.#field(field);
    this.#refuseView(desc);
    const { localName, oneof } = desc;
    if (oneof === undefined) this.value[localName] = newMessage(this.type)[localName];
    else if (this.value[oneof.localName]?.case === localName)
      this.value[oneof.localName] = undefined;
  }

  which(oneof: string | DescOneof): DescField | undefined {
    const desc = this.#oneof(oneof);
    const name: unknown = this.value[desc.localName]?.case;
    return desc.fields.find((field) => field.localName === name);
  }

  *fields(): IterableIterator<readonly [field: DescField, value: unknown]> {
    for (const member of this.desc.members) {
      const field = member.kind === "oneof" ? this.which(member) : member;
      if (field === undefined) continue;
      const value = this.get(field);
      if (isSetValue(field, value)) yield [field, value];
    }
  }

  #refuseView({ name }: DescField): void {
    if (!this.readOnly) return;
    throw new TypeError(
      `${this.desc.typeName}.${name} is read through a view, which is read-only; $toMessage() gives a message that can be written`,
    );
  }

  #field(field: string | DescField): DescField {
    const { desc } = this;
    if (typeof field !== "string") {
      // a descriptor of another registry is as good as ours
      const ours = field.extendee === undefined ? desc.fieldByNumber(field.number) : undefined;
      if (ours?.name === field.name && field.parent?.typeName === desc.typeName) return ours;
      throw new TypeError(
        `${field.typeName ?? `${field.parent?.typeName}.${field.name}`} is not a field of ${desc.typeName}`,
      );
    }
    const found = desc.fieldByName(field) ?? desc.fieldByLocalName(field);
    if (found !== undefined) return found;
    const names = desc.fields.map(({ name }) => name);
    const known = names.length === 0 ? "it has none" : `it has: ${names.join(", ")}`;
    throw new TypeError(`${desc.typeName} has no field ${JSON.stringify(field)}; ${known}`);
  }

  #oneof(oneof: string | DescOneof): DescOneof {
    const { oneofs, typeName } = this.desc;
    const name = typeof oneof === "string" ? oneof : oneof.name;
    const found =
      oneofs.find((one) => one.name === name) ?? oneofs.find((one) => one.localName === name);
    if (found !== undefined) return found;
    const known = oneofs.map((one) => one.name).join(", ") || "none";
    throw new TypeError(`${typeName} has no oneof ${JSON.stringify(name)}; it has: ${known}`);
  }
}

/** Whether the value that a field's property holds makes the field set. */
export function isSetValue(field: DescField, value: unknown): boolean {
  if (value === undefined) return false;
  if (field.cardinality === "map") return sizeOf(value as object) > 0;
  if (field.cardinality === "list") return (value as ArrayLike<unknown>).length > 0;
  return field.presence !== "implicit" || field.oneof !== undefined || !isZero(field, value);
}

function sizeOf(map: object): number {
  return map instanceof Map ? map.size : Object.keys(map).length;
}
