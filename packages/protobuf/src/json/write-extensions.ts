import type { AnyMessage } from "../message/codec.js";
import { typeOfReadable, unknownSymbol } from "../message/codec.js";
import { tagAt } from "../message/decode-path.js";
import { holderSymbol } from "../message/extension.js";
import { cursor } from "../wire/cursor.js";
import { skip } from "../wire/unknown.js";
import { extensionPlan } from "./plan.js";
import { writeFields } from "./write-message.js";
import { writer } from "./write-value.js";

/** Writes the extensions that the registry knows; other unknown fields have no JSON form. */
export function writeExtensions(p: number, m: AnyMessage): number {
  const { registry } = writer.options;
  const extendee = typeOfReadable(m)?.typeName;
  if (registry === undefined || extendee === undefined) return p;
  const runs = m[unknownSymbol]!;
  for (const number of fieldNumbers(runs)) {
    const extension = registry.extensionByNumber(extendee, number);
    if (extension === undefined) continue;
    const holder = new extension[holderSymbol]();
    Object.assign(cursor, { memory: 32 << 20, unknown: 1e6, keepUnknown: true });
    for (const run of runs)
      extension[holderSymbol].read(run, 0, run.length, writer.depth, holder, -1);
    p = writeFields(p, [extensionPlan(extension)], holder);
  }
  return p;
}

/** The numbers of the fields in runs of wire bytes. */
function fieldNumbers(runs: readonly Uint8Array[]): Set<number> {
  const numbers = new Set<number>();
  for (const run of runs) {
    cursor.unknown = 1e6;
    for (let p = 0; p < run.length; ) {
      const t = tagAt(run, p);
      numbers.add(t >>> 3);
      p = skip(run, cursor.p, run.length, t, 100);
    }
  }
  return numbers;
}
