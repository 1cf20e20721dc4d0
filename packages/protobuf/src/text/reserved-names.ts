import type { DescMessage } from "../descriptor/model.js";
import { Raw } from "../descriptor/raw.js";

const none: ReadonlySet<string> = new Set();
const known = /*@__PURE__*/ new WeakMap<DescMessage, ReadonlySet<string>>();

/** The names that a message declares `reserved`. Only text has a use for them, so they are not in descriptors. */
export function reservedNames(desc: DescMessage): ReadonlySet<string> {
  let names = known.get(desc);
  if (names === undefined) {
    const raw = find(new Raw(desc.file.bytes).messages(4), path(desc), 0);
    names = raw === undefined ? none : new Set(raw.strings(10));
    known.set(desc, names);
  }
  return names;
}

/** The names of a message and of those around it, the outermost first. */
function path(desc: DescMessage): string[] {
  return desc.parent === undefined ? [desc.name] : [...path(desc.parent), desc.name];
}

function find(all: readonly Raw[], names: readonly string[], i: number): Raw | undefined {
  const raw = all.find((candidate) => candidate.string(1) === names[i]);
  return raw === undefined || i === names.length - 1 ? raw : find(raw.messages(3), names, i + 1);
}
