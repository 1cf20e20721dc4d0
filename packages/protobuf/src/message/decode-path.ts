import { type DescField, type DescMessage, FieldType } from "../descriptor/model.js";
import { Raw } from "../descriptor/raw.js";
import { cursor as c } from "../wire/cursor.js";
import { tag } from "../wire/read-varint.js";
import { skip } from "../wire/unknown.js";

/**
 * The path of the field that byte `offset` of an input belongs to. Only failures ask for it, so decoders carry no path
 * along; the input is walked again.
 */
export function pathAt(
  desc: DescMessage,
  b: Uint8Array,
  p: number,
  e: number,
  offset: number,
): string {
  c.unknown = 0x40000000;
  return attempt(() => walk(desc, b, p, e, offset), "").slice(1);
}

/** What `work` returns, `otherwise` where the bytes cannot be read. */
function attempt<T>(work: () => T, otherwise: T): T {
  try {
    return work();
  } catch {
    return otherwise;
  }
}

/** The path below `desc`, a dot in front. */
function walk(desc: DescMessage, b: Uint8Array, p: number, e: number, offset: number): string {
  const seen: Record<number, number> = {};
  while (p < e) {
    let t = b[p++]!;
    if (t > 127) {
      t = tag(b, p, t);
      p = c.p;
    }
    const next = attempt(() => skip(b, p, e, t, 10_000), Number.POSITIVE_INFINITY);
    const number = t >>> 3;
    const index = seen[number] ?? 0;
    seen[number] = index + 1;
    if (next > offset || next >= e) {
      const field = desc.fieldByNumber(number);
      return field === undefined
        ? ""
        : pathIn(field, index, b, p, Math.min(next, e), t & 7, offset);
    }
    p = next;
  }
  return "";
}

/** The path at a field whose value is `b[p, e)` with its length, if it has one. */
function pathIn(
  field: DescField,
  index: number,
  b: Uint8Array,
  p: number,
  e: number,
  wireType: number,
  offset: number,
): string {
  const inner = field.message ?? field.mapValue?.parent;
  const element = field.cardinality === "list" && (wireType !== 2 || !field.packed);
  const path = `.${field.localName}${element ? `[${index}]` : ""}`;
  if (inner === undefined || (wireType & 6) !== 2) return path;
  // the length may be wrong; that it can be skipped is enough
  if (wireType === 2) while (b[p++]! > 127);
  if (field.mapKey === undefined) return offset < p ? path : path + walk(inner, b, p, e, offset);
  const value = walk(inner, b, p, e, offset).replace(/^\.(key|value)/, "");
  return `${path}[${attempt(() => keyText(field.mapKey!, new Raw(b.subarray(p, e))), "")}]${value}`;
}

function keyText(key: DescField, entry: Raw): string {
  return key.type === FieldType.STRING ? JSON.stringify(entry.string(1)) : String(entry.integer(1));
}
