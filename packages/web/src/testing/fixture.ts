import type { InitOf, MessageOf, MessageType } from "@bowline/protobuf";
import {
  type DescField,
  type DescMessage,
  type DescOneof,
  FieldType,
  typeOf,
} from "@bowline/protobuf/reflect";
import { Random } from "./random.js";
import { wellKnown } from "./well-known.js";

/** Options of {@link fixture}. */
export interface FixtureOptions {
  /** Another seed gives other values. Default 1. */
  readonly seed?: number;
  /** Levels of messages below the first that are filled. Default 2; required fields are set past it, too. */
  readonly depth?: number;
}

/** Elements of lists and maps: the fewest that are several. */
const elements = 2;
/** How far required messages in required messages are followed. */
const requiredDepth = -10;

/**
 * A filled message of any type, for tests: every field has a value, which for the same seed is the same everywhere. A
 * text says of which field it is, numbers are small, enums have a value that is not their zero, a oneof has one of its
 * cases, lists and maps have two elements; well-known types hold something that means something. `overrides` are taken
 * as they are, in place of what would be there; members that are `undefined` are left out.
 *
 * ```ts
 * const user = fixture(User, { name: "Ada" });
 * ```
 * @throws EncodeError for overrides that are no members of the type.
 */
export function fixture<T extends MessageType>(
  type: T,
  overrides?: InitOf<T>,
  { seed = 1, depth = 2 }: FixtureOptions = {},
): MessageOf<T> {
  const init = new Filler(new Random(seed)).init(type.desc, depth);
  return type.create({ ...init, ...(overrides as object | undefined) }) as MessageOf<T>;
}

class Filler {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  init(desc: DescMessage, depth: number): Record<string, unknown> {
    const known = wellKnown(desc.typeName, this.#random);
    if (known !== undefined) return known;
    const init: Record<string, unknown> = {};
    for (const member of desc.members) {
      const value =
        member.kind === "oneof" ? this.#oneof(member, depth) : this.#field(member, depth);
      if (value !== undefined) init[member.localName] = value;
    }
    return init;
  }

  #oneof({ fields }: DescOneof, depth: number): unknown {
    const first = this.#random.below(fields.length);
    for (let i = 0; i < fields.length; i++) {
      const field = fields[(first + i) % fields.length] as DescField;
      const value = this.#element(field, depth);
      if (value !== undefined) return { case: field.localName, value };
    }
    return undefined;
  }

  #field(field: DescField, depth: number): unknown {
    if (field.cardinality === "singular") return this.#element(field, depth);
    const { mapKey, mapValue = field } = field;
    const entries: [unknown, unknown][] = [];
    for (let i = 0; i < elements; i++) {
      const value = this.#element(mapValue, depth);
      if (value === undefined) return undefined;
      entries.push([mapKey === undefined ? i : this.#scalar(mapKey, field.name), value]);
    }
    return mapKey === undefined ? entries.map(([, value]) => value) : new Map(entries);
  }

  /** One value; `undefined` where there is none that deep. */
  #element(field: DescField, depth: number): unknown {
    const { message, mapping, unboxed } = field;
    if (message === undefined) return this.#scalar(field, field.name);
    if (unboxed === "struct") return { [field.name]: this.#number() };
    if (unboxed === "wrapper") {
      return this.#scalar(message.fieldByNumber(1) as DescField, field.name);
    }
    if (depth < (field.presence === "required" ? requiredDepth : 1)) return undefined;
    const init = this.init(message, depth - 1);
    if (mapping === undefined) return init;
    try {
      return mapping.toValue(typeOf(message).create(init) as object);
    } catch {
      return undefined;
    }
  }

  #scalar(field: DescField, name: string): unknown {
    if (field.unboxed === "bytes") return this.#bytes();
    switch (field.type) {
      case FieldType.STRING:
        return `${name} ${this.#number()}`;
      case FieldType.BYTES:
        return this.#bytes();
      case FieldType.BOOL:
        return true;
      case FieldType.DOUBLE:
      case FieldType.FLOAT:
        return this.#number() + 0.5;
      case FieldType.ENUM:
        return this.#enumNumber(field);
      case FieldType.INT64:
      case FieldType.UINT64:
      case FieldType.SINT64:
      case FieldType.FIXED64:
      case FieldType.SFIXED64:
        return wide(field, this.#number());
      default:
        return this.#number();
    }
  }

  #enumNumber({ enum: desc }: DescField): number {
    const numbers = desc?.values.map(({ number }) => number) ?? [];
    const others = numbers.filter((number) => number !== 0);
    return others[this.#random.below(others.length)] ?? numbers[0] ?? 0;
  }

  #number(): number {
    return 1 + this.#random.below(999);
  }

  #bytes(): Uint8Array {
    return Uint8Array.from({ length: 4 }, () => this.#random.below(256));
  }
}

function wide({ int64 }: DescField, number: number): unknown {
  if (int64 === "number") return number;
  return int64 === "string" ? String(number) : BigInt(number);
}
