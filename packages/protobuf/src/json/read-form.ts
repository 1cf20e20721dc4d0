import type { DescField } from "../descriptor/model.js";
import type { AnyMessage } from "../message/codec.js";
import { parseDuration } from "../wkt/duration-text.js";
import { protoPath } from "../wkt/field-mask-text.js";
import { type Instant, parseTimestamp } from "../wkt/timestamp-text.js";
import { anyType } from "./any-type.js";
import { fail, quoted } from "./failure.js";
import { aside, messageOf, type Plan, planOf } from "./plan.js";
import { emptyMessage, readFields, readList, readMap, readMessage } from "./read-message.js";
import { asInt64 } from "./read-number.js";
import { readJson, readScalar } from "./read-scalar.js";
import {
  begin,
  charge,
  descend,
  more,
  name,
  peek,
  reader,
  skip,
  text,
  tokenString,
  unexpected,
} from "./tokenizer.js";

/** Reads a well-known type whose JSON form is not an object of its fields. */
export function readForm(plan: Plan, m: AnyMessage): void {
  const first = plan.fields[0]!;
  switch (plan.form) {
    case "Any":
      return readAny(plan, m);
    case "Timestamp":
      return readInstant(parseTimestamp, "an RFC 3339 timestamp", first.desc, m);
    case "Duration":
      return readInstant(parseDuration, "a duration such as 1.5s", first.desc, m);
    case "FieldMask":
      return readFieldMask(m);
    case "Struct":
      peek();
      return readMap(first, m[first.local]);
    case "ListValue":
      peek();
      m[first.local] = readList(first);
      return;
    case "Value":
      return readValue(plan, m);
    default: {
      peek();
      m[first.local] = readScalar(first);
    }
  }
}

function readInstant(
  parse: (text: string) => Instant | undefined,
  what: string,
  seconds: DescField,
  m: AnyMessage,
): void {
  peek();
  const at = reader.p;
  const value = text();
  const instant = parse(value) ?? fail(`${quoted(value)} is not ${what}`, at);
  m.seconds = asInt64(seconds, instant.seconds);
  m.nanos = instant.nanos;
}

function readFieldMask(m: AnyMessage): void {
  peek();
  const at = reader.p;
  const value = text();
  if (value === "") return;
  m.paths = value.split(",").map((path) => {
    charge(24 + path.length);
    return protoPath(path) ?? fail(`${quoted(path)} is not a path in lowerCamelCase`, at);
  });
}

function readValue(plan: Plan, m: AnyMessage): void {
  const c = peek();
  const nested = c === 123 ? "structValue" : c === 91 ? "listValue" : undefined;
  if (nested !== undefined) {
    const field = plan.fields.find((f) => f.desc.localName === nested)!;
    m.kind = { case: nested, value: readMessage(messageOf(field)) };
    return;
  }
  const value = readJson();
  m.kind =
    value === null
      ? { case: "nullValue", value: 0 }
      : { case: value === !!value ? "boolValue" : `${typeof value}Value`, value };
}

function readAny(plan: Plan, m: AnyMessage): void {
  if (peek() !== 123) unexpected("an object");
  const start = reader.p;
  const typeUrl = findType(start);
  if (typeUrl === "") return;
  const { registry, allowPartial } = reader.options;
  const type = anyType(typeUrl, registry, start);
  reader.p = start;
  descend(1);
  const inner = readInner(plan, planOf(type.desc));
  reader.depth++;
  const value = aside(() => type.encode(inner, { allowPartial: allowPartial === true }));
  charge(112 + value.length);
  m.typeUrl = typeUrl;
  m.value = value;
}

/** The `@type` of the object at the position, wherever it stands in it; `""` for an empty object, behind which it goes on. */
function findType(start: number): string {
  const { depth, unknown } = reader;
  let empty = true;
  for (let go = begin(123); go; go = more(125)) {
    empty = false;
    name();
    const found = tokenString() === "@type";
    peek();
    if (found) {
      reader.depth = depth;
      reader.unknown = unknown;
      return text();
    }
    skip();
  }
  return empty ? "" : fail('the object has no "@type"', start);
}

/** The message in an Any, beside its `@type`, or as `value` where its JSON is no object of its fields. */
function readInner(plan: Plan, inner: Plan): AnyMessage {
  const { typeName } = inner.type;
  const isEmpty = typeName === "google.protobuf.Empty";
  if (inner.form === "" && !isEmpty) {
    const message = emptyMessage(inner);
    readFields(inner, message, true);
    return message;
  }
  const box = {
    ...plan.fields[1]!,
    index: 0,
    kind: 11,
    nullable: inner.form === "Value",
    message: inner,
  };
  const holder: AnyMessage = {};
  readFields({ ...plan, fields: [box], names: new Map([["value", box]]) }, holder, true);
  // Runtimes do not agree whether an Empty needs its "value".
  return (
    holder.value ??
    (isEmpty ? emptyMessage(inner) : fail(`the ${typeName} has no "value"`, reader.p))
  );
}
