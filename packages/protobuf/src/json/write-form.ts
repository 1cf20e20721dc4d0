import type { AnyMessage } from "../message/codec.js";
import { durationText, isDuration } from "../wkt/duration-text.js";
import { jsonPath } from "../wkt/field-mask-text.js";
import { isTimestamp, timestampText } from "../wkt/timestamp-text.js";
import { anyType } from "./any-type.js";
import { fail, quoted, tooDeep } from "./failure.js";
import { messageOf, type Plan, planOf } from "./plan.js";
import { writeFields, writeList, writeMap, writeMessage } from "./write-message.js";
import { writeAscii } from "./write-number.js";
import {
  close,
  headroom,
  room,
  writeQuoted,
  writer,
  writeScalar,
  writeString,
} from "./write-value.js";

/** Writes a well-known type whose JSON form is not an object of its fields. */
export function writeForm(p: number, plan: Plan, m: AnyMessage): number {
  const first = plan.fields[0]!;
  switch (plan.form) {
    case "Any":
      return writeAny(p, m.typeUrl, m.value);
    case "Timestamp":
      return writeInstant(p, m, isTimestamp, timestampText);
    case "Duration":
      return writeInstant(p, m, isDuration, durationText);
    case "FieldMask":
      room(p, headroom);
      return writeString(p, (m.paths as string[]).map(maskPath).join(","));
    case "Struct":
      return writeMap(p, first, m[first.local]);
    case "ListValue":
      return writeList(p, first, m[first.local]);
    case "Value":
      return writeValue(p, plan, m.kind);
    default:
      room(p, headroom);
      return writeScalar(p, first, m[first.local]);
  }
}

function writeInstant(
  p: number,
  m: AnyMessage,
  isValid: (seconds: number, nanos: number) => boolean,
  text: (seconds: number, nanos: number) => string,
): number {
  const seconds = Number(m.seconds);
  const nanos = Number(m.nanos);
  if (!isValid(seconds, nanos)) fail(`${seconds} s and ${nanos} ns are out of the type's range`);
  return writeQuoted(p, text(seconds, nanos));
}

function maskPath(path: string): string {
  return jsonPath(path) ?? fail(`the path ${quoted(path)} has no JSON form`);
}

function writeValue(
  p: number,
  plan: Plan,
  kind: { case: string; value: unknown } | undefined,
): number {
  if (kind === undefined) fail("a Value without a kind has no JSON form");
  if (kind.case === "nullValue") return writeAscii(room(p, 8), p, "null");
  const field =
    plan.fields.find((f) => f.desc.localName === kind.case) ??
    fail(`a Value has no kind ${kind.case}`);
  if (field.desc.message !== undefined) return writeMessage(p, messageOf(field), kind.value);
  if (kind.case === "numberValue" && !Number.isFinite(kind.value))
    fail("a Value holds finite numbers only");
  room(p, headroom);
  return writeScalar(p, field, kind.value);
}

function writeAny(p: number, typeUrl: string, value: Uint8Array): number {
  if (typeUrl === "" && value.length === 0) return close(p, p, 123);
  const type = anyType(typeUrl, writer.options.registry);
  if (--writer.depth < 0) tooDeep();
  const inner = planOf(type.desc);
  const message = type.decode(value, {
    allowPartial: true,
    limits: { ...writer.options.limits, depth: writer.depth },
  });
  const start = p;
  p = writeString(writeAscii(room(p, 16 + headroom), p, ',"@type":'), typeUrl);
  if (inner.form === "") {
    p = writeFields(p, inner.members, message as AnyMessage);
  } else {
    p = writeMessage(writeAscii(room(p, 16), p, ',"value":'), inner, message);
  }
  writer.depth++;
  return close(start, p, 123);
}
