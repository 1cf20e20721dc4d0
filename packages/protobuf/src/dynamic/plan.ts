import type { DescEnum, DescField, DescMessage, DescOneof } from "../descriptor/model.js";
import { FieldType } from "../descriptor/model.js";
import { codecSymbol, type MessageClass, type RuntimeType, typeOf } from "../message/codec.js";
import { messageMemory } from "../message/memory.js";
import { zeroOf } from "../message/zero.js";
import { noBytes } from "../wire/read-string.js";
import { typedCodecs } from "./typed.js";

/** What is done with the value behind a tag. */
export const Action = {
  SET: 0,
  ONEOF: 1,
  PUSH: 2,
  PACKED: 3,
  /** Packed 64-bit integers that are strings or numbers in the list. */
  PACKED_CONVERTED: 4,
  CLOSED: 5,
  CLOSED_ONEOF: 6,
  CLOSED_PUSH: 7,
  CLOSED_PACKED: 8,
  MESSAGE: 9,
  MESSAGE_ONEOF: 10,
  MESSAGE_PUSH: 11,
  WRAPPER: 12,
  STRUCT: 13,
  MAP: 14,
  TYPED_PUSH: 15,
  TYPED_PACKED: 16,
} as const;
export type Action = (typeof Action)[keyof typeof Action];

/** One type of value: of a field's elements, of a map's keys or values. */
export interface Element {
  /** The scalar type; BYTES for strings that are kept as bytes. MESSAGE for messages. */
  readonly type: FieldType;
  readonly wireType: number;
  readonly tag: number;
  readonly int64: DescField["int64"];
  /** Element memory of one in a list, where its length does not tell. */
  readonly charge: number;
  /** The declared numbers of a closed enum. */
  readonly closed: ReadonlySet<number> | undefined;
  /** The value that is not written with implicit presence, and that a map's entry without one has. */
  readonly zero: unknown;
  /** Messages between group tags. */
  readonly group: boolean;
  readonly endTag: number;
  /** Messages: how they are made, read and written. */
  readonly messageClass: MessageClass;
  /** Messages of a dynamic type, which need no call through their class. */
  readonly plan: Plan | undefined;
}

/** A field as the codec sees it. */
export interface FieldPlan {
  readonly number: number;
  /** The property: the field's own, or its oneof's. */
  readonly name: string;
  /** In a oneof: the case. */
  readonly caseName: string;
  readonly element: Element;
  readonly list: boolean;
  readonly packed: boolean;
  /** Lists that are typed arrays. */
  readonly typed: (typeof typedCodecs)[FieldType];
  readonly implicit: boolean;
  readonly unboxed: DescField["unboxed"];
  /** Maps. */
  readonly key: Element | undefined;
  /** Maps: element memory of a value that is a message and not there. */
  readonly valueMemory: number;
  /** How many bytes the last length of a message took. */
  lengthBytes: number;
}

/** A tag of a field: lists of scalars have two. */
export interface Slot {
  readonly action: Action;
  readonly field: FieldPlan;
}

/** A member as it is written: a field, or a oneof with its fields by case. */
export interface MemberPlan {
  readonly name: string;
  readonly field: FieldPlan | undefined;
  readonly cases: ReadonlyMap<unknown, FieldPlan> | undefined;
}

/** Slots below this tag are found by index. */
const nearTags = 2048;

/**
 * How a message is made, read and written, compiled once from its descriptor when the type is first used: types of one
 * schema refer to one another, so none can be finished before the others exist.
 */
export class Plan {
  readonly members: readonly (DescField | DescOneof)[];
  readonly property: (member: DescField | DescOneof) => string;
  readonly messageSet: boolean;
  readonly memory: number;
  /** The members of a new message in their order; lists and maps are made anew for each. */
  readonly names: readonly string[];
  readonly initials: readonly unknown[];
  readonly lists: string[] = [];
  readonly maps: string[] = [];
  near: (Slot | undefined)[] = [];
  readonly far: Map<number, Slot> = new Map();
  writes: readonly MemberPlan[] = [];
  ready = false;

  constructor(
    members: readonly (DescField | DescOneof)[],
    property: (member: DescField | DescOneof) => string,
    messageSet: boolean,
  ) {
    this.members = members;
    this.property = property;
    this.messageSet = messageSet;
    this.memory = messageMemory(members);
    this.names = members.map(property);
    this.initials = members.map(initial);
    for (const member of members) {
      const name = property(member);
      if (member.kind === "oneof" || member.cardinality === "singular") continue;
      // an array without elements cannot be changed, so that all messages have the same one
      if (member.typedArray !== undefined) continue;
      (member.cardinality === "list" ? this.lists : this.maps).push(name);
    }
  }

  /** Fills the plan in. The types of all message fields have to be there. */
  compile(): void {
    this.ready = true;
    this.writes = this.members.map((member): MemberPlan => {
      const name = this.property(member);
      if (member.kind === "field")
        return { name, field: this.#field(member, name, ""), cases: undefined };
      const cases = new Map(
        member.fields.map((f) => [f.localName, this.#field(f, name, f.localName)]),
      );
      return { name, field: undefined, cases };
    });
    const highest = this.near.length;
    this.near = Array.from({ length: highest }, (_, t) => this.near[t]);
  }

  #field(desc: DescField, name: string, caseName: string): FieldPlan {
    const value = desc.mapValue;
    const field: FieldPlan = {
      number: desc.number,
      name,
      caseName,
      element: elementOf(value ?? desc, value === undefined ? desc.number : 2),
      list: desc.cardinality === "list",
      packed: desc.packed,
      typed: desc.typedArray === undefined ? undefined : typedCodecs[desc.type],
      implicit: desc.presence === "implicit",
      unboxed: desc.unboxed,
      key: desc.mapKey === undefined ? undefined : elementOf(desc.mapKey, 1),
      valueMemory: value?.message === undefined ? 0 : messageMemory(value.message.members),
      lengthBytes: 1,
    };
    if (field.key !== undefined) this.#slot((desc.number << 3) | 2, Action.MAP, field);
    else this.#slots(field, caseName !== "");
    return field;
  }

  #slots(field: FieldPlan, inOneof: boolean): void {
    const { element, list, number, unboxed } = field;
    if (element.type === FieldType.MESSAGE) {
      const action = list
        ? Action.MESSAGE_PUSH
        : inOneof
          ? Action.MESSAGE_ONEOF
          : unboxed === "wrapper"
            ? Action.WRAPPER
            : unboxed === "struct"
              ? Action.STRUCT
              : Action.MESSAGE;
      return this.#slot(element.tag, action, field);
    }
    if (field.typed !== undefined) {
      this.#slot(element.tag, Action.TYPED_PUSH, field);
      return this.#slot((number << 3) | 2, Action.TYPED_PACKED, field);
    }
    const closed = element.closed !== undefined;
    const one = list ? Action.PUSH : inOneof ? Action.ONEOF : Action.SET;
    this.#slot(element.tag, closed ? ((one + Action.CLOSED) as Action) : one, field);
    if (!list || element.wireType === 2) return;
    const converted = isWide(element.type) && element.int64 !== "bigint";
    const packed = closed
      ? Action.CLOSED_PACKED
      : converted
        ? Action.PACKED_CONVERTED
        : Action.PACKED;
    this.#slot((number << 3) | 2, packed, field);
  }

  #slot(tag: number, action: Action, field: FieldPlan): void {
    const slot: Slot = { action, field };
    if (tag >= 0 && tag < nearTags) this.near[tag] = slot;
    else this.far.set(tag, slot);
  }
}

/** The plans of dynamic types, so that messages in messages are read without a call through their class. */
const plans = new WeakMap<object, Plan>();

export function setPlan(messageClass: object, plan: Plan): void {
  plans.set(messageClass, plan);
}

function initial(member: DescField | DescOneof): unknown {
  if (member.kind === "oneof" || member.cardinality !== "singular")
    return member.kind === "field" ? member.typedArray?.from([]) : undefined;
  return member.presence === "implicit" ? zeroValue(member) : undefined;
}

/** What a scalar without presence has: enums 0, whatever their first value. */
function zeroValue(field: DescField): unknown {
  if (field.message !== undefined) return undefined;
  if (field.enum !== undefined) return 0;
  return isBytesField(field) ? noBytes : zeroOf(field);
}

function isBytesField(field: DescField): boolean {
  return field.type === FieldType.BYTES || field.unboxed === "bytes";
}

const wireTypes = [0, 1, 5, 0, 0, 0, 1, 5, 0, 2, 3, 2, 2, 0, 0, 5, 1, 0, 0];

function isWide(type: FieldType): boolean {
  return (
    type === FieldType.INT64 ||
    type === FieldType.UINT64 ||
    type === FieldType.SINT64 ||
    type === FieldType.FIXED64 ||
    type === FieldType.SFIXED64
  );
}

function elementOf(desc: DescField, number: number): Element {
  const type = isBytesField(desc) ? FieldType.BYTES : desc.type;
  const wireType = desc.delimited ? 3 : wireTypes[type]!;
  const codec =
    desc.message === undefined
      ? undefined
      : (typeOf(desc.message) as RuntimeType)[codecSymbol].messageClass;
  return {
    type,
    wireType,
    tag: (number << 3) | wireType,
    int64: desc.int64,
    charge: isWide(type) && desc.int64 !== "number" ? (desc.int64 === "bigint" ? 24 : 44) : 8,
    closed: closedNumbers(desc.enum),
    zero: zeroValue(desc),
    group: desc.delimited,
    endTag: (number << 3) | 4,
    messageClass: codec as MessageClass,
    plan: codec === undefined ? undefined : plans.get(codec),
  };
}

const declared = new WeakMap<DescEnum, ReadonlySet<number>>();

function closedNumbers(desc: DescEnum | undefined): ReadonlySet<number> | undefined {
  if (desc === undefined || desc.open) return undefined;
  let numbers = declared.get(desc);
  if (numbers === undefined) {
    numbers = new Set(desc.values.map((value) => value.number));
    declared.set(desc, numbers);
  }
  return numbers;
}

/** A plan for a message type. */
export function messagePlan(desc: DescMessage): Plan {
  return new Plan(desc.members, (member) => member.localName, desc.messageSet);
}
