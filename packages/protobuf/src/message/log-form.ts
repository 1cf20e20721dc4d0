import type { DescField, DescMessage } from "../descriptor/model.js";
import { isBytes } from "../wire/write-scalar.js";
import type { MessageType } from "./message-type.js";

/** What stands for a value that cannot be shown, or has been shown enough of. */
const redacted = "[redacted]";
const circular = "[circular]";
const cut = "[…]";

/** Nesting and number of values past which the log form is cut: a log line is no place for more. */
const maxDepth = 100;
const maxValues = 100_000;

/** One walk: the objects around the value, against cycles, and the values that are left. */
interface Walk {
  readonly around: Set<object>;
  left: number;
}

/**
 * The log form of a message, for people: what `JSON.stringify` and `util.inspect` show. Fields that the schema marks
 * `debug_redact` are `"[redacted]"`, 64-bit integers are text, `bytes` base64, maps objects; unset fields are left out,
 * and so are unknown ones, since nobody knows whether they may be shown; of an `Any` only the payload's size is shown. Never throws, whatever the message holds; what
 * is nested past 100 levels or behind 100,000 values is cut. Data goes through `toJson` instead.
 */
export function logForm(type: MessageType, message: unknown): unknown {
  try {
    return messageForm(type.desc, message, { around: new Set(), left: maxValues });
  } catch {
    return cut;
  }
}

/**
 * The log form as `util.inspect` prints it: `greet.v1.User { name: 'Ada' }`. The parameters behind `message` are those of
 * Node's custom inspection functions: colours, depth, line length and cuts are as they were asked for. A `depth` below 0
 * asks for the name alone; without an `inspect` the form is JSON.
 */
export function inspectForm(
  type: MessageType,
  message: unknown,
  depth?: unknown,
  options?: unknown,
  inspect?: unknown,
): string {
  if (typeof depth === "number" && depth < 0) return `[${type.typeName}]`;
  const form = logForm(type, message);
  const printed: unknown =
    typeof inspect === "function"
      ? inspect(form, { ...(options as object), depth })
      : JSON.stringify(form);
  return `${type.typeName} ${printed}`;
}

/** Keeps the walk finite and whole: no value throws, no object is inside itself. */
function guarded(walk: Walk, value: object, form: () => unknown): unknown {
  if (walk.around.has(value)) return circular;
  if (walk.left <= 0 || walk.around.size >= maxDepth) return cut;
  walk.around.add(value);
  try {
    return form();
  } catch {
    return cut;
  } finally {
    walk.around.delete(value);
  }
}

function messageForm(desc: DescMessage, value: unknown, walk: Walk): unknown {
  if (typeof value !== "object" || value === null) return plainForm(value, walk);
  return guarded(walk, value, () => {
    const form: [string, unknown][] = [];
    for (const member of desc.members) {
      const held = (value as Record<string, unknown>)[member.localName];
      if (held === undefined) continue;
      const shown =
        member.kind === "field"
          ? fieldForm(member, held, walk)
          : oneofForm(member.fields, held, walk);
      form.push([member.localName, shown]);
    }
    return Object.fromEntries(form);
  });
}

function oneofForm(fields: readonly DescField[], held: unknown, walk: Walk): unknown {
  const { case: name, value } = held as { readonly case?: unknown; readonly value?: unknown };
  const field = fields.find((candidate) => candidate.localName === name);
  // a case that the schema does not have may be anything, a secret too
  if (field === undefined) return { case: String(name), value: cut };
  return { case: name, value: field.redact ? redacted : elementForm(field, value, walk) };
}

function fieldForm(field: DescField, held: unknown, walk: Walk): unknown {
  if (field.redact) return redacted;
  // what is inside may be redacted by a schema that is not at hand
  if (field.parent?.typeName === "google.protobuf.Any" && field.number === 2)
    return isBytes(held) ? `[${held.length} bytes]` : cut;
  if (field.cardinality === "singular" || typeof held !== "object" || held === null) {
    return elementForm(field, held, walk);
  }
  return guarded(walk, held, () =>
    field.cardinality === "list"
      ? each<unknown, unknown>(
          Array.from(held as ArrayLike<unknown>),
          walk,
          (item) => elementForm(field, item, walk),
          cut,
        )
      : entriesForm(
          Symbol.iterator in held ? (held as Map<unknown, unknown>) : Object.entries(held),
          walk,
          (item) => elementForm(field.mapValue!, item, walk),
        ),
  );
}

/** The forms of the items, `last` in place of those that are too many. */
function each<T, F>(items: Iterable<T>, walk: Walk, form: (item: T) => F, last: F): F[] {
  const forms: F[] = [];
  for (const item of items) {
    if (walk.left <= 0) return [...forms, last];
    forms.push(form(item));
  }
  return forms;
}

function entriesForm(
  entries: Iterable<readonly [unknown, unknown]>,
  walk: Walk,
  form: (item: unknown) => unknown,
): object {
  const named = ([key, item]: readonly [unknown, unknown]): [string, unknown] => [
    String(key),
    form(item),
  ];
  return Object.fromEntries(each(entries, walk, named, [cut, cut]));
}

function elementForm(field: DescField, value: unknown, walk: Walk): unknown {
  walk.left--;
  if (field.message === undefined || field.unboxed) return plainForm(value, walk);
  return messageForm(field.message, field.mapping ? field.mapping.shown(value) : value, walk);
}

/** A scalar, a JSON value, or whatever stands where one belongs. */
function plainForm(value: unknown, walk: Walk): unknown {
  walk.left--;
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (typeof value === "function") return "[function]";
  if (typeof value !== "object") return String(value);
  return guarded(walk, value, () => {
    if (isBytes(value)) return base64(value);
    if (Array.isArray(value))
      return each<unknown, unknown>(value, walk, (item) => plainForm(item, walk), cut);
    return entriesForm(Object.entries(value), walk, (item) => plainForm(item, walk));
  });
}

function base64(bytes: Uint8Array): string {
  let binary = "";
  for (let i = 0; i < bytes.length; i += 0x8000) {
    binary += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  }
  return btoa(binary);
}
