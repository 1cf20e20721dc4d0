import { fail } from "../json/failure.js";
import { typeNameOf } from "./bracketed-name.js";
import { emptyMessage, type Open, openMessage, readFields } from "./read-message.js";
import { skipValue } from "./skip.js";
import { charge, descend, type Reader, take } from "./tokenizer.js";

/** Reads the message behind its type URL, `[type.googleapis.com/pkg.Type] { … }`, into the `Any` that is open. */
export function readAny(r: Reader, open: Open, url: string, at: number): void {
  const { desc, message } = open;
  const seen = (open.seen ??= new Set());
  if (desc.typeName !== "google.protobuf.Any") {
    if (r.options.ignoreUnknown) return skipValue(r);
    fail(`${desc.typeName} is not an Any, which alone holds [${url.slice(0, 200)}]`, at);
  }
  if (desc.fields.some((field) => seen.has(field))) fail("the Any has another value", at);
  for (const field of desc.fields) seen.add(field);
  const name = typeNameOf(url)!;
  const type = r.options.registry?.message(name);
  if (type === undefined) return fail(`${name.slice(0, 200)} is not in options.registry`, at);
  open.at = `[${url}]`;
  take(r, 58);
  descend(r);
  const inner = emptyMessage(r, type.desc);
  readFields(r, type.desc, inner, openMessage(r));
  r.depth++;
  const value = type.encode(inner, { allowPartial: r.options.allowPartial === true });
  charge(r, 112 + value.length);
  message.typeUrl = url;
  message.value = value;
}
