import type { DescEnum, DescField, DescMessage, DescOneof } from "../descriptor/model.js";
import { codecSymbol, type MessageClass, type RuntimeType, typeOf } from "../message/codec.js";
import type { Extension } from "../message/extension.js";
import { messageMemory } from "../message/memory.js";
import type { MessageType } from "../message/message-type.js";
import { cursor } from "../wire/cursor.js";
import { type Form, formOf, type Kind, kindOf } from "./kind.js";
import { type Piece, piece } from "./piece.js";

/** What the codec needs to know of a field, or a oneof, made once. */
export interface FieldPlan {
  readonly desc: DescField;
  /** The field that says what a scalar is: of an unboxed wrapper, the one in it. */
  readonly scalar: DescField;
  /**
   * 0 implicit or 1 explicit presence, 2 list, 3 map, 4 oneof: in {@link Plan.members} the oneof, in {@link Plan.fields}
   * a member of it.
   */
  readonly shape: number;
  /** The property of messages that holds it; for a member of a oneof, the oneof's. */
  readonly local: string;
  /** Its segment of the path in errors. */
  readonly path: string;
  readonly kind: Kind;
  /** `,"userId":` and `,"user_id":` as they are written. */
  readonly key: Piece;
  readonly protoKey: Piece;
  /** Element memory of an element, where reading it does not count any. */
  readonly cost: number;
  /** Its place in {@link Plan.fields}. */
  readonly index: number;
  /** JSON null is a value, not an absent one. */
  readonly nullable: boolean;
  /** Oneofs, as members: their fields. */
  readonly cases: ReadonlyMap<unknown, FieldPlan> | undefined;
  readonly mapKey: FieldPlan | undefined;
  readonly mapValue: FieldPlan | undefined;
  /** Message fields; see {@link messageOf}. */
  message: Plan | undefined;
  /** Enum fields; see {@link enumOf}. */
  enum: EnumPlan | undefined;
}

/** What the codec needs to know of a message type. */
export interface Plan {
  readonly type: MessageType;
  readonly form: Form;
  readonly messageClass: MessageClass;
  /** What is read, in the order in which it is expected. */
  readonly fields: readonly FieldPlan[];
  /** Element memory of an empty one. */
  readonly memory: number;
  /** What is written. */
  readonly members: readonly FieldPlan[];
  /** By JSON name and by name in the schema. */
  readonly names: ReadonlyMap<string, FieldPlan>;
}

export interface EnumPlan {
  /** JSON names, quoted, by number. */
  readonly written: ReadonlyMap<number, Piece>;
  readonly numbers: ReadonlyMap<string, number>;
}

export function fieldPlan(
  desc: DescField,
  shape: number,
  index = 0,
  local: string = desc.localName,
): FieldPlan {
  const kind = kindOf(desc);
  const { jsonName, mapKey, mapValue, message } = desc;
  const isExtension = desc.typeName !== undefined;
  const isSingle = shape !== 2 && shape !== 3;
  return {
    desc,
    scalar: desc.unboxed === "wrapper" ? message!.fields[0]! : desc,
    shape,
    local,
    path: isExtension ? jsonName : `.${desc.localName}`,
    kind,
    key: piece(`,${JSON.stringify(jsonName)}:`),
    protoKey: piece(`,${JSON.stringify(isExtension ? jsonName : desc.name)}:`),
    cost: [1, 2, 5, 8, 13, 14, 22].includes(kind) ? 8 : 0,
    index,
    nullable: isSingle && (kind === 22 || message?.typeName === "google.protobuf.Value"),
    cases: undefined,
    mapKey: mapKey && fieldPlan(mapKey, 1),
    mapValue: mapValue && fieldPlan(mapValue, 1),
    message: undefined,
    enum: undefined,
  };
}

function shapeOf(desc: DescField): number {
  if (desc.cardinality === "list") return 2;
  if (desc.cardinality === "map") return 3;
  return desc.presence === "implicit" ? 0 : 1;
}

const plans = new WeakMap<object, Plan | FieldPlan>();

function kept<T extends Plan | FieldPlan>(key: object, make: () => T): T {
  let plan = plans.get(key) as T | undefined;
  if (plan === undefined) plans.set(key, (plan = aside(make)));
  return plan;
}

/** The plan of a message type. */
export function planOf(desc: DescMessage): Plan {
  return kept(desc, () => {
    const type = typeOf(desc);
    const fields: FieldPlan[] = [];
    const members = desc.members.map((member) => {
      if (member.kind === "oneof") return oneofPlan(member, fields);
      const plan = fieldPlan(member, shapeOf(member), fields.length);
      fields.push(plan);
      return plan;
    });
    return {
      type,
      form: formOf(desc),
      messageClass: (type as RuntimeType)[codecSymbol].messageClass,
      memory: messageMemory(desc.members),
      fields,
      members,
      names: byNames(fields.map((field) => [field.desc, field])),
    };
  });
}

function oneofPlan(desc: DescOneof, fields: FieldPlan[]): FieldPlan {
  const cases = new Map<unknown, FieldPlan>();
  for (const member of desc.fields) {
    const plan = fieldPlan(member, 4, fields.length, desc.localName);
    fields.push(plan);
    cases.set(member.localName, plan);
  }
  return { ...fields.at(-1)!, cases, path: `.${desc.localName}` };
}

/** By JSON name, and by name in the schema where no JSON name is the same. */
function byNames<T>(
  all: (readonly [desc: { readonly name: string; readonly jsonName: string }, value: T])[],
): Map<string, T> {
  return new Map([
    ...all.map(([desc, value]) => [desc.name, value] as const),
    ...all.map(([desc, value]) => [desc.jsonName, value] as const),
  ]);
}

/** The plan of a message field's type. Types refer to themselves, so it is found when it is needed. */
export function messageOf(field: FieldPlan): Plan {
  return (field.message ??= planOf(field.desc.message!));
}

export function enumOf(field: FieldPlan): EnumPlan {
  return (field.enum ??= enumPlan(field.desc.enum!));
}

function enumPlan({ values }: DescEnum): EnumPlan {
  return {
    // Of aliases, the first one is written.
    written: new Map(
      [...values].reverse().map((v) => [v.number, piece(JSON.stringify(v.jsonName))]),
    ),
    numbers: byNames(values.map((v) => [v, v.number])),
  };
}

/** The plan of an extension, over its holder. */
export function extensionPlan(extension: Extension): FieldPlan {
  return kept(extension, () => fieldPlan(extension.desc, shapeOf(extension.desc), 0, "value"));
}

/** Calls code that may decode messages of its own (descriptors, registries) in the middle of a decode. */
export function aside<T>(work: () => T): T {
  const saved = { ...cursor };
  try {
    return work();
  } finally {
    Object.assign(cursor, saved);
  }
}
