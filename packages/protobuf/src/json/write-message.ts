import { type AnyMessage, typeOfReadable, unknownSymbol } from "../message/codec.js";
import { fail, inside, quoted, tooDeep } from "./failure.js";
import { type FieldPlan, messageOf, type Plan } from "./plan.js";
import { writeExtensions } from "./write-extensions.js";
import { writeForm } from "./write-form.js";
import {
  close,
  headroom,
  room,
  writeJsonObject,
  writeMapKey,
  writePiece,
  writer,
  writeScalar,
} from "./write-value.js";

/** Writes a message, or what can be made into one, in its JSON form. */
export function writeMessage(p: number, plan: Plan, value: unknown): number {
  const m = (plan.type === typeOfReadable(value) ? value : plan.type.create(value)) as AnyMessage;
  if (--writer.depth < 0) tooDeep();
  p = plan.form === "" ? close(p, writeFields(p, plan.members, m), 123) : writeForm(p, plan, m);
  writer.depth++;
  return p;
}

/** Writes the fields of a message, each with a comma in front. */
export function writeFields(p: number, members: readonly FieldPlan[], m: AnyMessage): number {
  const { emitDefaults, protoNames, redact } = writer.options;
  let f: FieldPlan | undefined;
  try {
    for (let i = 0; i < members.length; i++) {
      f = members[i]!;
      let v: unknown = m[f.local];
      if (v === undefined) continue;
      switch (f.shape) {
        case 0:
          if (!emitDefaults && isDefault(f, v)) continue;
          break;
        case 2:
          if (!Array.isArray(v) && !ArrayBuffer.isView(v)) fail("expected an array");
          if (!emitDefaults && (v as unknown[]).length === 0) continue;
          break;
        case 3:
          if (!(v instanceof Map)) fail("expected a Map");
          if (!emitDefaults && v.size === 0) continue;
          break;
        case 4: {
          const oneof: { case?: unknown; value?: unknown } = v as object;
          f =
            f.cases!.get(oneof.case) ??
            fail(`the oneof ${f.local} has no case ${quoted(oneof.case)}`);
          v = oneof.value;
        }
      }
      if (redact && f.desc.redact) continue;
      const key = protoNames ? f.protoKey : f.key;
      room(p, key.length + headroom);
      p = writePiece(p, key);
      p =
        f.shape === 2
          ? writeList(p, f, v as unknown[])
          : f.shape === 3
            ? writeMap(p, f, v as Map<unknown, unknown>)
            : writeValue(p, f, v);
    }
  } catch (error) {
    inside(error, f!.path);
  }
  return m[unknownSymbol] === undefined ? p : writeExtensions(p, m);
}

/** A wrong value is none, so that it is found when it is written. */
function isDefault({ kind }: FieldPlan, v: unknown): boolean {
  if (kind < 3) return v === 0 && 1 / v > 0;
  if (!v) return v !== null && !Number.isNaN(v);
  return kind < 5 ? v === "0" : (kind === 12 || kind === 21) && (v as Uint8Array).length === 0;
}

/** There has to be room for {@link headroom} bytes. */
function writeValue(p: number, f: FieldPlan, v: unknown): number {
  if (f.kind === 11)
    return writeMessage(p, messageOf(f), f.desc.mapping ? f.desc.mapping.toMessage(v) : v);
  if (f.kind === 20) return writeJsonObject(p, v);
  return writeScalar(p, f, v);
}

export function writeList(p: number, f: FieldPlan, list: readonly unknown[]): number {
  const start = p;
  const n = list.length;
  let i = 0;
  try {
    for (; i < n; i++) {
      room(p, headroom + 8)[p] = 44;
      p = writeValue(p + 1, f, list[i]);
    }
  } catch (error) {
    inside(error, `[${i}]`);
  }
  return close(start, p, 91);
}

export function writeMap(p: number, f: FieldPlan, map: ReadonlyMap<unknown, unknown>): number {
  const start = p;
  const { mapKey, mapValue } = f;
  let at: unknown;
  try {
    for (const [key, value] of map) {
      at = key;
      room(p, headroom + 8)[p] = 44;
      p = writeMapKey(p + 1, mapKey!, key);
      room(p, headroom + 8)[p] = 58;
      p = writeValue(p + 1, mapValue!, value);
    }
  } catch (error) {
    inside(error, `[${quoted(at)}]`);
  }
  return close(start, p, 123);
}
