import { type AnyMessage, codecSymbol, unknownSymbol } from "../message/codec.js";
import { encode } from "../message/encode.js";
import { type Extension, holderSymbol } from "../message/extension.js";
import type { MessageType } from "../message/message-type.js";
import { fail, inside, quoted } from "./failure.js";
import type { Piece } from "./piece.js";
import { aside, extensionPlan, type FieldPlan, messageOf, type Plan } from "./plan.js";
import { readForm } from "./read-form.js";
import { readJsonObject, readMapKey, readScalar } from "./read-scalar.js";
import {
  begin,
  charge,
  descend,
  literal,
  more,
  peek,
  punctuation,
  reader,
  skip,
  token,
  tokenString,
  unexpected,
} from "./tokenizer.js";

export function emptyMessage({ messageClass, memory }: Plan): AnyMessage {
  charge(memory);
  return new messageClass();
}

/** Reads a message in its JSON form. */
export function readMessage(plan: Plan): AnyMessage {
  const message = emptyMessage(plan);
  descend(1);
  if (plan.form === "") readFields(plan, message, false);
  else readForm(plan, message);
  reader.depth++;
  return message;
}

/**
 * Reads an object of fields into `m`. Fields are looked for in the order in which we write them first; `any`: the
 * object is inside an Any, its `@type` was read already.
 */
export function readFields(plan: Plan, m: AnyMessage, any: boolean): void {
  const { fields } = plan;
  let seen = 0;
  let later: number[] | undefined;
  let others: Set<string> | undefined;
  let next = 0;
  let field: FieldPlan | undefined;
  try {
    for (let go = begin(123); go; go = more(125)) {
      if (peek() !== 34) unexpected("a field name");
      const at = reader.p;
      field = fields[next];
      if (field === undefined || !isNext(field.key)) {
        token();
        field = plan.names.get(tokenString());
        if (field === undefined) {
          others ??= new Set();
          readOther(plan, m, any, others, at);
          continue;
        }
        punctuation(58);
      }
      const { index } = field;
      const bit = 1 << index;
      let before = seen;
      if (index < 32) seen |= bit;
      else {
        // A word that is not there yet counts as 0 in what follows.
        before = (later ??= [])[index >> 5]!;
        later[index >> 5] = before | bit;
      }
      if ((before & bit) !== 0) fail("the field occurs twice", at);
      next = index + 1;
      readField(field, m);
      field = undefined;
    }
  } catch (error) {
    throw inside(error, field?.path ?? "");
  }
}

/** Whether the text goes on with a field's name; if so, passes over it. The key has a comma in front. */
function isNext(key: Piece): boolean {
  const { view } = reader;
  const { words } = key;
  const before = reader.p - 1;
  const last = (key.length - 1) >> 2;
  // The byte in front is a comma, too, but for the first field.
  if ((view.getInt32(before, true) ^ words[0]!) >>> 8 !== 0) return false;
  for (let i = 1; i < last; i++) if (view.getInt32(before + i * 4, true) !== words[i]) return false;
  if (((view.getInt32(before + last * 4, true) ^ words[last]!) & key.mask) !== 0) return false;
  reader.p = before + key.length;
  return true;
}

function readField(f: FieldPlan, m: AnyMessage): void {
  if (peek() === 110 && !f.nullable) return literal("null");
  const { local } = f;
  switch (f.shape) {
    case 2:
      m[local] = readList(f);
      return;
    case 3:
      return readMap(f, m[local]);
    case 4: {
      const before: { case: string } | undefined = m[local];
      if (before !== undefined)
        fail(`${before.case} and ${f.desc.localName} are in one oneof`, reader.p);
      const value = readValue(f);
      if (value !== undefined) m[local] = { case: f.desc.localName, value };
      return;
    }
    default: {
      const value = readValue(f);
      if (value !== undefined) m[local] = value;
    }
  }
}

function readValue(f: FieldPlan): unknown {
  if (f.kind === 11) {
    const message = readMessage(messageOf(f));
    const { mapping } = f.desc;
    return mapping ? mapping.toValue(message) : message;
  }
  if (f.kind === 20) return readJsonObject(1);
  return readScalar(f);
}

export function readList(f: FieldPlan): unknown {
  const { cost, desc } = f;
  const list: unknown[] = [];
  let i = -1;
  try {
    for (let go = begin(91); go; go = more(93)) {
      i++;
      peek();
      charge(cost);
      const value = readValue(f);
      if (value !== undefined) list.push(value);
    }
  } catch (error) {
    throw inside(error, i < 0 ? "" : `[${i}]`);
  }
  return desc.typedArray?.from(list) ?? list;
}

export function readMap(f: FieldPlan, map: Map<unknown, unknown>): void {
  const { mapKey, mapValue } = f;
  let key: unknown;
  let inEntry = false;
  try {
    for (let go = begin(123); go; go = more(125)) {
      inEntry = false;
      peek();
      const at = reader.p;
      key = readMapKey(mapKey!);
      inEntry = true;
      if (map.has(key)) fail("the key occurs twice", at);
      punctuation(58);
      peek();
      charge(64);
      const value = readValue(mapValue!);
      if (value !== undefined) map.set(key, value);
    }
  } catch (error) {
    throw inside(error, inEntry ? `[${quoted(key)}]` : "");
  }
}

/** A member of an object that is no field: an extension, the type of an Any, or unknown. Its name was read as a token. */
function readOther(plan: Plan, m: AnyMessage, any: boolean, others: Set<string>, at: number): void {
  const name = tokenString();
  if (others.has(name)) fail(`the name ${quoted(name)} occurs twice`, at);
  others.add(name);
  punctuation(58);
  peek();
  if (any && name === "@type") return token();
  const { registry } = reader.options;
  const extension = /^\[.*\]$/s.test(name)
    ? aside(() => registry?.extension(name.slice(1, -1)))
    : undefined;
  if (extension !== undefined && extension.extendee.typeName === plan.type.typeName) {
    const holder = new extension[holderSymbol]();
    try {
      readField(
        aside(() => extensionPlan(extension)),
        holder,
      );
    } catch (error) {
      throw inside(error, name);
    }
    // Extensions are kept as unknown fields.
    (m[unknownSymbol] ??= []).push(encodedHolder(extension, holder));
    return;
  }
  if (!reader.options.ignoreUnknownFields)
    fail(`${plan.type.typeName} has no field ${quoted(name)}`, at);
  skip();
}

function encodedHolder(
  { typeName, [holderSymbol]: messageClass }: Extension,
  holder: object,
): Uint8Array {
  return encode(
    { typeName, [codecSymbol]: { write: messageClass.write } } as unknown as MessageType,
    holder,
  );
}
