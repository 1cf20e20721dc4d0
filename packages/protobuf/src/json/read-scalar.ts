import { fromBase64 } from "./base64.js";
import { fail, quoted } from "./failure.js";
import type { JsonObject, JsonValue } from "./json-value.js";
import { enumOf, type FieldPlan } from "./plan.js";
import { readDouble, readInt32, readInt64 } from "./read-number.js";
import {
  begin,
  charge,
  constant,
  descend,
  literal,
  more,
  peek,
  punctuation,
  reader,
  text,
  token,
  tokenString,
  tokenText,
  unexpected,
} from "./tokenizer.js";
import { utf8 } from "./utf8.js";

/** Reads one value of a field that holds no message. `undefined`: an enum value to pass over. `peek()` was called. */
export function readScalar(f: FieldPlan): unknown {
  switch (f.kind) {
    case 9:
      return text();
    case 8: {
      const value = reader.b[reader.p] === 116;
      literal(String(value));
      return value;
    }
    case 5:
      return readInt32(false);
    case 13:
      return readInt32(true);
    case 3:
      return readInt64(false, f.scalar);
    case 4:
      return readInt64(true, f.scalar);
    case 1:
      return readDouble(false);
    case 2:
      return readDouble(true);
    case 12:
      return readBytes();
    case 21: {
      const bytes = utf8(text());
      charge(112);
      return bytes;
    }
    case 22:
      if (reader.b[reader.p] !== 110) return readEnum(f);
      literal("null");
      return 0;
    default:
      return readEnum(f);
  }
}

function readBytes(): Uint8Array {
  const at = reader.p;
  token();
  charge(112 + (((reader.e - reader.s) * 3) >> 2));
  return fromBase64(reader.t, reader.s, reader.e) ?? fail("the string is not base64", at);
}

function readEnum(f: FieldPlan): number | undefined {
  const at = reader.p;
  const desc = f.desc.enum!;
  let value: number | undefined;
  if (reader.b[at] === 34) {
    token();
    value = enumOf(f).numbers.get(tokenString());
    if (value === undefined && !reader.options.ignoreUnknownFields)
      fail(`${tokenText()} is not a value of ${desc.typeName}`, at);
    return value;
  }
  value = readInt32(false);
  if (desc.open || desc.valueByNumber(value) !== undefined) return value;
  return reader.options.ignoreUnknownFields
    ? undefined
    : fail(`${value} is not a value of ${desc.typeName}`, at);
}

/** Reads a map key: always a string, whatever the type. */
export function readMapKey(f: FieldPlan): unknown {
  if (peek() !== 34) unexpected("a string");
  if (f.kind === 9) return text(true);
  if (f.kind !== 8) return readScalar(f);
  const at = reader.p;
  token();
  const name = tokenString();
  return name === "true" || (name !== "false" && fail(`${quoted(name)} is not a bool`, at));
}

/** Reads any JSON into plain values. Counts levels as the same data in a `google.protobuf.Value` would. */
export function readJson(): JsonValue {
  const c = peek();
  switch (c) {
    case 34:
      return text();
    case 123:
      return readJsonObject(2);
    case 91: {
      const list: JsonValue[] = [];
      descend(2);
      for (let go = begin(91); go; go = more(93)) {
        charge(8);
        list.push(readJson());
      }
      reader.depth += 2;
      return list;
    }
    case 116:
    case 102:
    case 110:
      return constant(c);
    default:
      return readDouble(false);
  }
}

/** Reads an object into a plain one, in which `__proto__` is a name like any other. */
export function readJsonObject(levels: number): JsonObject {
  const object: JsonObject = {};
  charge(64);
  descend(levels);
  for (let go = begin(123); go; go = more(125)) {
    peek();
    const at = reader.p;
    const name = text(true);
    if (Object.hasOwn(object, name)) fail(`the name ${quoted(name)} occurs twice`, at);
    punctuation(58);
    charge(64);
    const value = readJson();
    if (name === "__proto__")
      Object.defineProperty(object, name, {
        value,
        writable: true,
        enumerable: true,
        configurable: true,
      });
    else object[name] = value;
  }
  reader.depth += levels;
  return object;
}
