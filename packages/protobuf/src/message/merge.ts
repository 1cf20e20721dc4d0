import type { DescField, DescOneof } from "../descriptor/model.js";
import { wrongValue } from "../wire/write-scalar.js";
import { type AnyMessage, typeOf, unknownSymbol } from "./codec.js";
import { asMessage, copyMessage } from "./copy.js";
import { explained } from "./explain.js";
import type { MessageType } from "./message-type.js";
import { setOwn } from "./own-property.js";
import { isZero } from "./zero.js";

/** Assignments that are made when all of them are known to succeed. */
type Plan = (() => void)[];

/**
 * Merges `source` into `target` as protobuf does, as if the bytes of both were decoded as one message: fields that are
 * set in the source replace those of the target, lists are appended, maps are merged by key, messages recursively, the
 * members of a oneof replace one another (the same message member is merged), unknown fields are appended. A `Struct`
 * is merged by its keys, a wrapper as the message it stands for: its default value replaces nothing.
 * The source is copied, so that the two share no memory afterwards; nested messages, lists and maps of the target stay
 * the same objects.
 * @throws EncodeError naming the path of a value that does not fit its field, `TypeError` for a target with frozen
 * or read-only parts that the merge would change; the target is then as it was.
 */
export function merge<T, I>(
  type: MessageType<T, I>,
  target: NoInfer<T>,
  source: NoInfer<T | I>,
): void {
  const added = explained(type, [source], () => copyMessage(type, source));
  const plan: Plan = [];
  explained(type, [target], () => {
    const into = asMessage(type, target);
    planMessage(type, into, added, plan);
    if (into !== target) {
      writable(target as object);
      for (const name of [...Reflect.ownKeys(into), unknownSymbol])
        assignable(target as object, name);
      plan.push(() => Object.assign(target as object, into));
    }
  });
  for (const assign of plan) assign();
}

/** `target` is a message of the type, `source` a copy that may be taken over. */
function planMessage(type: MessageType, target: AnyMessage, source: AnyMessage, plan: Plan): void {
  writable(target);
  for (const member of type.desc.members) {
    const value: unknown = source[member.localName];
    if (value === undefined) continue;
    if (member.kind === "oneof") planOneof(member, target, value as Selected, plan);
    else if (member.cardinality === "list") planList(member, target, value as unknown[], plan);
    else if (member.cardinality === "map") planMap(member, target, value, plan);
    else planSingular(member, target, value, plan);
  }
  const runs = source[unknownSymbol];
  if (runs === undefined) return;
  const before = target[unknownSymbol] ?? [];
  assignable(target, unknownSymbol);
  plan.push(() => {
    target[unknownSymbol] = [...before, ...runs];
  });
}

function writable(object: object): void {
  if (Object.isExtensible(object)) return;
  throw new TypeError(
    "the target of a merge is frozen, sealed or not extensible; merge into a clone of it",
  );
}

/** Refuses a member that an assignment would fail on, its own or an inherited one. */
function assignable(object: object, name: PropertyKey): void {
  for (let at: object | null = object; at !== null; at = Object.getPrototypeOf(at)) {
    const member = Object.getOwnPropertyDescriptor(at, name);
    if (member === undefined) continue;
    if (member.writable === true || member.set !== undefined) return;
    throw new TypeError(
      `the target of a merge has a read-only ${JSON.stringify(String(name))}; merge into a clone of it`,
    );
  }
}

interface Selected {
  readonly case: string;
  value: unknown;
}

function planOneof(desc: DescOneof, target: AnyMessage, added: Selected, plan: Plan): void {
  const held = target[desc.localName] as Selected | undefined;
  const field = desc.fields.find((candidate) => candidate.localName === added.case)!;
  if (held?.case !== added.case || field.message === undefined) {
    assignable(target, desc.localName);
    plan.push(() => {
      target[desc.localName] = added;
    });
    return;
  }
  writable(held);
  if (field.mapping !== undefined) {
    const value = mergedValue(field, held.value, added.value);
    assignable(held, "value");
    plan.push(() => {
      held.value = value;
    });
    return;
  }
  planNested(
    typeOf(field.message),
    held as unknown as AnyMessage,
    "value",
    added.value as AnyMessage,
    plan,
  );
}

function planNested(
  type: MessageType,
  holder: AnyMessage,
  name: string,
  added: AnyMessage,
  plan: Plan,
): void {
  const held: unknown = holder[name];
  const into = asMessage(type, held);
  planMessage(type, into, added, plan);
  if (into === held) return;
  assignable(holder, name);
  plan.push(() => {
    holder[name] = into;
  });
}

function planSingular(field: DescField, target: AnyMessage, value: unknown, plan: Plan): void {
  const { localName } = field;
  const held: unknown = target[localName];
  if (field.mapping !== undefined && held !== undefined) {
    value = mergedValue(field, held, value);
  } else if (field.message !== undefined && held !== undefined) {
    if (field.unboxed === undefined) {
      planNested(typeOf(field.message), target, localName, value as AnyMessage, plan);
      return;
    }
    if (field.unboxed === "wrapper" && isZero(field.message.fieldByNumber(1)!, value)) return;
    if (field.unboxed === "struct") {
      planStruct(held, value as object, plan);
      return;
    }
  }
  if (field.presence === "implicit" && isZero(field, value)) return;
  assignable(target, localName);
  plan.push(() => {
    target[localName] = value;
  });
}

/** The value of the merge of two values' messages. */
function mergedValue(field: DescField, held: unknown, added: unknown): unknown {
  const type = typeOf(field.message!);
  const message = copyMessage(type, field.mapping!.toMessage(held));
  merge(type, message, field.mapping!.toMessage(added));
  return field.mapping!.toValue(message);
}

function planStruct(held: unknown, added: object, plan: Plan): void {
  if (typeof held !== "object" || held === null || Array.isArray(held)) wrongValue();
  writable(held);
  for (const key of Object.keys(added)) assignable(held, key);
  plan.push(() => {
    for (const [key, value] of Object.entries(added)) setOwn(held, key, value);
  });
}

function planList(
  field: DescField,
  target: AnyMessage,
  added: ArrayLike<unknown>,
  plan: Plan,
): void {
  if (added.length === 0) return;
  const held: unknown = target[field.localName];
  if (Array.isArray(held)) {
    writable(held);
    assignable(held, "length");
    plan.push(() => {
      for (let i = 0; i < added.length; i++) held.push(added[i]);
    });
    return;
  }
  if (held !== undefined && !ArrayBuffer.isView(held)) wrongValue();
  assignable(target, field.localName);
  plan.push(() => {
    const all = [...((held as Float64Array | undefined) ?? []), ...Array.from(added)];
    target[field.localName] = field.typedArray?.from(all) ?? all;
  });
}

function planMap(field: DescField, target: AnyMessage, added: unknown, plan: Plan): void {
  const held: unknown = target[field.localName];
  if (held !== undefined && !(held instanceof Map)) wrongValue();
  if (held === undefined) assignable(target, field.localName);
  plan.push(() => {
    if (held === undefined) target[field.localName] = added;
    else for (const [key, value] of added as Map<unknown, unknown>) held.set(key, value);
  });
}
