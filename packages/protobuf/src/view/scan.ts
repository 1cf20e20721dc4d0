/** What the scan of a view calls: it finds where fields are, and reads none. */
import { cursor as c } from "../wire/cursor.js";
import { countUnknown, skip } from "../wire/unknown.js";
import { uncounted, type ViewContext } from "./context.js";
import { passed } from "./range.js";

/** Sets the budgets up. */
export function startScan(x: ViewContext): void {
  c.unknown = x.root.unknown;
}

/** Unknown fields count against the budget of a lazy view; a validated one's were counted. */
export function endScan(x: ViewContext): void {
  if (x.lazy) x.root.unknown = c.unknown;
}

/** The position behind an unknown field. */
export function scanUnknown(b: Uint8Array, p: number, e: number, t: number, d: number): number {
  const z = skip(b, p, e, t, d);
  countUnknown(p);
  return z;
}

/** The position behind a field that the schema knows: what is unknown in a group is counted when that is scanned. */
export function scanValue(x: ViewContext, p: number, e: number, t: number, d: number): number {
  const { unknown } = c;
  c.unknown = uncounted;
  const z = passed(x, p, e, t, d);
  c.unknown = unknown;
  return z;
}
