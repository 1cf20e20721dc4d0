import { reserved } from "./names.js";

/** `ListUsers` as `listUsers`; names that would make a client thenable or hide an object's own get a `$`. */
export function methodName(name: string): string {
  const local = name.charAt(0).toLowerCase() + name.slice(1);
  return local === "then" || reserved.has(local) ? `${local}$` : local;
}
