/** Arbitrary messages for property tests with fast-check, which is an optional peer dependency. */
import * as fc from "fast-check";
import type { DescField, DescMessage, DescOneof, FieldMapping } from "../descriptor/model.js";
import { typeOf } from "../message/codec.js";
import { setExtension } from "../message/extension-access.js";
import type { MessageType } from "../message/message-type.js";
import { setUnknownFields, unknownFields } from "../message/unknown-fields.js";
import type { SchemaRegistry } from "../reflect/type-registry.js";
import { jsonObject, scalar } from "./scalar.js";
import { unknownField } from "./unknown.js";
import { wellKnown } from "./well-known.js";

/** Options of {@link arbitrary}. */
export interface ArbitraryOptions {
  /** Levels of messages below the first. Default 2. LEGACY_REQUIRED fields are set past it, too, up to 10 more. */
  readonly depth?: number;
  /** Elements of a list and entries of a map, at most. Default 3. */
  readonly maxElements?: number;
  /**
   * With it an `Any` holds messages of its files' types, and messages have its extensions. Without it an `Any` is empty
   * and there are no extensions.
   */
  readonly registry?: SchemaRegistry;
  /** Messages have fields that their schema does not know. Default false: JSON has no place for them. */
  readonly unknownFields?: boolean;
}

/**
 * Arbitrary messages of a type, generated or dynamic: `fc.assert(fc.property(arbitrary(User), (user) => …))`. Every one
 * of them can be encoded, has a JSON form and can be printed as text: well-known types are within their ranges, strings
 * are well-formed, required fields are set. Shrinking leaves fields out and makes values smaller.
 */
export function arbitrary<T>(
  type: MessageType<T>,
  options: ArbitraryOptions = {},
): fc.Arbitrary<T> {
  return new Builder(options).message(type, options.depth ?? 2) as fc.Arbitrary<T>;
}

/** How far required messages in required messages are followed before they are left out. */
const requiredDepth = -10;

class Builder {
  readonly #options: ArbitraryOptions;
  readonly #messages = new Map<string, fc.Arbitrary<object>>();
  readonly #extensions: ReadonlyMap<string, readonly DescField[]>;
  readonly #anyTypes: readonly MessageType[];

  constructor(options: ArbitraryOptions) {
    this.#options = options;
    this.#extensions = extensionsOf(options.registry);
    this.#anyTypes = typesOf(options.registry);
  }

  message(type: MessageType, depth: number): fc.Arbitrary<object> {
    const key = `${type.typeName}:${depth}`;
    let made = this.#messages.get(key);
    if (made === undefined) {
      made = this.#make(type, depth);
      this.#messages.set(key, made);
    }
    return made;
  }

  #make(type: MessageType, depth: number): fc.Arbitrary<object> {
    const { desc } = type;
    if (desc.typeName === "google.protobuf.Any") return this.#any(type, depth);
    const init = wellKnown(desc.typeName) ?? this.#init(desc, depth);
    const message = init.map((literal) => type.create(literal) as object);
    return this.#withUnknown(this.#withExtensions(message, desc, depth), desc);
  }

  #init(desc: DescMessage, depth: number): fc.Arbitrary<object> {
    const members: Record<string, fc.Arbitrary<unknown>> = {};
    const required: string[] = [];
    for (const member of desc.members) {
      const values =
        member.kind === "oneof" ? this.#oneof(member, depth) : this.#field(member, depth);
      if (values === undefined) continue;
      members[member.localName] = values;
      if (member.kind === "field" && member.presence === "required")
        required.push(member.localName);
    }
    // the keys are as unknown to the compiler as the schema
    return fc.record(members, { requiredKeys: required as never[], noNullPrototype: true });
  }

  #oneof(oneof: DescOneof, depth: number): fc.Arbitrary<unknown> | undefined {
    const cases = oneof.fields.flatMap((field) => {
      const value = this.#element(field, depth);
      return value === undefined
        ? []
        : [
            value.map((held) =>
              held === undefined ? undefined : { case: field.localName, value: held },
            ),
          ];
    });
    return cases.length === 0 ? undefined : fc.oneof(...cases);
  }

  #field(field: DescField, depth: number): fc.Arbitrary<unknown> | undefined {
    const maxLength = this.#options.maxElements ?? 3;
    const value = this.#element(field.mapValue ?? field, depth);
    if (value === undefined || field.cardinality === "singular") return value;
    if (field.cardinality === "list")
      return fc.array(value, { maxLength }).map((list) => list.filter((one) => one !== undefined));
    return fc
      .uniqueArray(fc.tuple(scalar(field.mapKey!), value), {
        maxLength,
        selector: ([key]) => key,
        comparator: "SameValueZero",
      })
      .map((entries) => new Map(entries.filter(([, one]) => one !== undefined)));
  }

  /** One value, which is `undefined` where a mapping refuses the message; `undefined` where there is none that deep. */
  #element(field: DescField, depth: number): fc.Arbitrary<unknown> | undefined {
    if (field.message === undefined) return scalar(field);
    if (field.unboxed === "struct") return jsonObject;
    if (field.unboxed === "wrapper") return scalar(field.message.fieldByNumber(1)!);
    const least = field.presence === "required" ? requiredDepth : 1;
    if (depth < least) return undefined;
    const messages = this.message(typeOf(field.message), depth - 1);
    return field.mapping === undefined ? messages : mapped(field.mapping, messages);
  }

  #any(type: MessageType, depth: number): fc.Arbitrary<object> {
    if (this.#anyTypes.length === 0 || depth < 1)
      return fc.constant(undefined).map(() => type.create());
    return fc.constantFrom(...this.#anyTypes).chain((held) =>
      this.message(held, depth - 1).map((message) =>
        type.create({
          typeUrl: `type.googleapis.com/${held.typeName}`,
          value: held.encode(message, { allowPartial: true }),
        }),
      ),
    );
  }

  #withExtensions(
    messages: fc.Arbitrary<object>,
    desc: DescMessage,
    depth: number,
  ): fc.Arbitrary<object> {
    const values: Record<string, fc.Arbitrary<unknown>> = {};
    for (const field of this.#extensions.get(desc.typeName) ?? []) {
      const value = this.#field(field, depth);
      if (value !== undefined) values[field.typeName!] = value;
    }
    if (Object.keys(values).length === 0) return messages;
    return fc
      .tuple(messages, fc.record(values, { requiredKeys: [], noNullPrototype: true }))
      .map(([message, set]) => {
        for (const [name, value] of Object.entries(set)) {
          const extension = this.#options.registry!.extension(name);
          if (extension !== undefined && value !== undefined)
            setExtension(message, extension, value);
        }
        return message;
      });
  }

  #withUnknown(messages: fc.Arbitrary<object>, desc: DescMessage): fc.Arbitrary<object> {
    // what a MessageSet does not know is taken for items
    if (this.#options.unknownFields !== true || desc.messageSet) return messages;
    return fc
      .tuple(messages, fc.array(unknownField(desc), { maxLength: 2 }))
      .map(([message, fields]) => {
        if (fields.length > 0)
          setUnknownFields(message, [
            ...unknownFields(message),
            ...fields.map((bytes) => ({ bytes })),
          ]);
        return message;
      });
  }
}

/** The values of messages; `undefined` for those that the mapping refuses. */
function mapped(mapping: FieldMapping, messages: fc.Arbitrary<object>): fc.Arbitrary<unknown> {
  return messages.map((message) => {
    try {
      return mapping.toValue(message);
    } catch {
      return undefined;
    }
  });
}

function messagesOf(registry: SchemaRegistry | undefined): DescMessage[] {
  const all: DescMessage[] = [];
  const waiting = (registry?.files ?? []).flatMap((file) => [...file.messages]);
  for (let desc = waiting.shift(); desc !== undefined; desc = waiting.shift()) {
    all.push(desc);
    waiting.unshift(...desc.messages);
  }
  return all;
}

function typesOf(registry: SchemaRegistry | undefined): MessageType[] {
  // the items of a MessageSet stay raw in an `Any`, and have no JSON form then
  return messagesOf(registry)
    .filter((desc) => !desc.messageSet)
    .flatMap(({ typeName }) => registry!.message(typeName) ?? []);
}

/** The extensions of a registry by the name of the message that they extend. */
function extensionsOf(registry: SchemaRegistry | undefined): Map<string, DescField[]> {
  const found = new Map<string, DescField[]>();
  const files = registry?.files ?? [];
  for (const field of [...files, ...messagesOf(registry)].flatMap(({ extensions }) => extensions)) {
    const extendee = field.extendee!.typeName;
    const list = found.get(extendee);
    if (list === undefined) found.set(extendee, [field]);
    else list.push(field);
  }
  return found;
}
