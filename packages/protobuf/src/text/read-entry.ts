import type { DescField } from "../descriptor/model.js";
import { fail, quoted } from "../json/failure.js";
import type { AnyMessage } from "../message/codec.js";
import { zeroOf } from "../message/zero.js";
import {
  emptyMessage,
  isEnd,
  type Open,
  openMessage,
  readValue,
  separator,
  unboxed,
} from "./read-message.js";
import { skipName, skipValue } from "./skip.js";
import { charge, identifier, isLetter, peek, type Reader, take, unexpected } from "./tokenizer.js";

/** Reads an entry of a map; of two with one key, the last one counts. */
export function readEntry(
  r: Reader,
  open: Open,
  field: DescField,
  m: AnyMessage,
  local: string,
  path: string,
): void {
  open.at = path;
  charge(r, 64);
  const entry: AnyMessage = {};
  const close = openMessage(r);
  while (!isEnd(r, close)) {
    readEntryField(r, open, field, entry, path);
    separator(r);
  }
  const { key = zeroOf(field.mapKey!), value = defaultOf(r, field.mapValue!), unknown } = entry;
  if (unknown !== true) (m[local] as Map<unknown, unknown>).set(key, value);
}

function readEntryField(
  r: Reader,
  open: Open,
  field: DescField,
  entry: AnyMessage,
  path: string,
): void {
  const isWord = isLetter(peek(r));
  const at = r.p;
  const name = isWord ? identifier(r, "a field") : "";
  const inner = name === "key" ? field.mapKey! : name === "value" ? field.mapValue! : undefined;
  if (inner === undefined) {
    r.p = at;
    if (!r.options.ignoreUnknown) unexpected(r, '"key" or "value"');
    skipName(r);
    return skipValue(r);
  }
  if (Object.hasOwn(entry, name)) fail("the field occurs twice", at);
  if (!take(r, 58) && inner.message === undefined) unexpected(r, '":"');
  if (name === "value" && Object.hasOwn(entry, "key")) open.at = `${path}[${quoted(entry.key)}]`;
  const value = readValue(r, inner);
  if (value === undefined) entry.unknown = true;
  entry[name] = value;
}

function defaultOf(r: Reader, field: DescField): unknown {
  if (field.message === undefined) return zeroOf(field);
  return unboxed(field, emptyMessage(r, field.message));
}
