/**
 * What is odd about some bytes as a message of a model: read once more, as plainly as can be, and by nothing but the
 * specification. `odd` names what libraries are known to take differently; `valid` is whether a strict reader accepts.
 */
import { isWide, MESSAGE, wireOf } from "./model.mjs";

const isWrapper = /^google\.protobuf\.\w+Value$/;
const depthLimit = 100;

class Invalid extends Error {}

/** The traits of an input. */
export function traitsOf(model, bytes) {
  const reading = { b: bytes, p: 0, odd: new Set() };
  let valid = true;
  try {
    readMessage(reading, model, bytes.length, depthLimit, 0);
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    valid = false;
  }
  return { odd: reading.odd, valid };
}

function invalid(r, odd) {
  if (odd !== undefined) r.odd.add(odd);
  throw new Invalid();
}

function readVarint(r, end) {
  let value = 0n;
  for (let i = 0; ; i++) {
    if (r.p >= end) invalid(r, r.p < r.b.length ? "overrun" : undefined);
    const byte = r.b[r.p++];
    if (i === 9 && byte > 1) invalid(r, byte > 127 ? "long-varint" : "tenth-byte");
    value |= BigInt(byte & 127) << BigInt(7 * i);
    if (byte < 128) return { value, length: i + 1 };
  }
}

function readTag(r, end) {
  const { value, length } = readVarint(r, end);
  if (value >= 1n << 32n) invalid(r, "wide-tag");
  if (length > 5) r.odd.add("long-tag");
  const number = Number(value >> 3n);
  if (number === 0) invalid(r, "number-zero");
  return { number, wire: Number(value & 7n) };
}

function readLength(r, end) {
  const { value, length } = readVarint(r, end);
  if (length > 5) r.odd.add("long-length");
  if (value >= 1n << 31n) invalid(r, "wide-length");
  const to = r.p + Number(value);
  if (to > end) invalid(r, "overrun");
  return to;
}

function take(r, n, end) {
  if (r.p + n > end) invalid(r, "overrun");
  r.p += n;
}

function skip(r, number, wire, end, depth) {
  switch (wire) {
    case 0:
      readVarint(r, end);
      break;
    case 1:
      take(r, 8, end);
      break;
    case 2:
      r.p = readLength(r, end);
      break;
    case 3:
      r.odd.add("unknown-group");
      if (depth === 0) invalid(r, "depth");
      for (;;) {
        const inner = readTag(r, end);
        if (inner.wire === 4) {
          if (inner.number !== number) invalid(r, "group-end");
          return;
        }
        skip(r, inner.number, inner.wire, end, depth - 1);
      }
    case 5:
      take(r, 4, end);
      break;
    case 4:
      invalid(r, "group-end");
      break;
    default:
      invalid(r, "wire-6-7");
  }
}

/** `group` is the number of the group that is read, 0 for none. */
function readMessage(r, model, end, depth, group) {
  if (depth < 0) invalid(r, "depth");
  const seen = new Set();
  const wrapped = isWrapper.test(model.typeName);
  while (group > 0 || r.p < end) {
    const { number, wire } = readTag(r, end);
    if (wire === 4) {
      if (group === 0 || number !== group) invalid(r, "group-end");
      break;
    }
    const field = model.byNumber.get(number);
    if (field === undefined) {
      if (wrapped) r.odd.add("wrapper-unknown");
      if (wire === 3 && model.fields.length === 0) r.odd.add("group-in-empty");
      skip(r, number, wire, end, depth);
    } else {
      r.wrapped = wrapped;
      readField(r, field, wire, end, depth, seen);
    }
  }
  for (const field of model.fields)
    if (field.presence === "required" && !seen.has(field.number)) r.odd.add("required");
}

function readField(r, field, wire, end, depth, seen) {
  if (field.cardinality === "map" && wire === 2) {
    readEntry(r, field, end, depth);
    return;
  }
  if (field.cardinality !== "map" && field.message !== undefined) {
    if (wire === (field.delimited ? 3 : 2)) {
      readInner(r, field, end, depth);
      seen.add(field.number);
      return;
    }
  } else if (field.cardinality !== "map") {
    const own = wireOf(field.type);
    if (wire === own) {
      if (readScalar(r, field, end) !== "undeclared") seen.add(field.number);
      return;
    }
    if (field.cardinality === "list" && wire === 2 && own !== 2) {
      readPacked(r, field, end);
      return;
    }
  }
  r.odd.add("wire-type");
  if (r.wrapped) r.odd.add("wrapper-unknown");
  skip(r, field.number, wire, end, depth);
}

function readInner(r, field, end, depth) {
  if (field.delimited) {
    readMessage(r, field.message, end, depth - 1, field.number);
    return;
  }
  const to = readLength(r, end);
  readMessage(r, field.message, to, depth - 1, 0);
}

function readPacked(r, field, end) {
  const to = readLength(r, end);
  if (to === r.p) r.odd.add("empty-packed");
  while (r.p < to) readScalar(r, field, to);
}

function readEntry(r, field, end, depth) {
  const to = readLength(r, end);
  const seen = new Set();
  let value;
  while (r.p < to) {
    const { number, wire } = readTag(r, to);
    const part = number === 1 ? field.key : number === 2 ? field.value : undefined;
    if (part !== undefined && wire === wireOf(part.type)) {
      if (seen.has(number)) r.odd.add("entry-twice");
      seen.add(number);
    }
    if (part === undefined) {
      r.odd.add("entry-unknown");
      skip(r, number, wire, to, depth);
    } else if (wire !== wireOf(part.type)) {
      r.odd.add("wire-type");
      skip(r, number, wire, to, depth);
    } else if (part.type === MESSAGE) {
      readMessage(r, part.message, readLength(r, to), depth - 1, 0);
    } else value = readScalar(r, part, to, number === 2) ?? value;
  }
  if (!seen.has(1) && isWide(field.key.type)) r.odd.add("entry-without-wide-key");
  const required = (of) => of.presence === "required";
  if (!seen.has(2) && field.value.message?.fields.some(required)) r.odd.add("required");
  if (!seen.has(2) && field.value.enum !== undefined) r.odd.add("entry-without-enum");
  if (value === "undeclared") r.odd.add("undeclared-in-map");
}

const fatal = new TextDecoder("utf-8", { fatal: true });

function readScalar(r, field, end, inMap = false) {
  switch (wireOf(field.type)) {
    case 1:
      take(r, 8, end);
      return undefined;
    case 5:
      take(r, 4, end);
      return undefined;
    case 2: {
      const to = readLength(r, end);
      if (field.type === 9) checkText(r, field, r.b.subarray(r.p, to));
      r.p = to;
      return undefined;
    }
    default: {
      const { value } = readVarint(r, end);
      if (field.enum === undefined || field.enum.open) return undefined;
      if (field.enum.numbers.has(Number(BigInt.asIntN(32, value)))) return "declared";
      if (!inMap) r.odd.add(field.cardinality === "list" ? "undeclared-in-list" : "undeclared");
      return "undeclared";
    }
  }
}

function checkText(r, field, bytes) {
  try {
    fatal.decode(bytes);
  } catch {
    invalid(r, field.utf8 ? "utf8" : "utf8-unverified");
  }
}
