import type { OutgoingHttpHeaders } from "node:http";
import type { HeaderFields } from "@bowline/rpc/internal";

/** Fields whose values of middleware and of the call belong together; of all others the call's replace them. */
export const joinedFields: ReadonlySet<string> = new Set(["set-cookie", "vary"]);

/** What says how a body is, or how it travels: that is the call's own. */
export const bodyFields: readonly string[] = [
  "content-type",
  "content-length",
  "content-encoding",
  "transfer-encoding",
];

/** What middleware put on a response, without what is the call's own. */
export function middlewareFields(headers: OutgoingHttpHeaders): string[] {
  const fields: string[] = [];
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || bodyFields.includes(name)) continue;
    for (const each of [value].flat()) fields.push(name, String(each));
  }
  return fields;
}

/** The headers of a response: the call's, and in front of them those of middleware that the call does not set. */
export function joinFields(middleware: HeaderFields, call: HeaderFields): HeaderFields {
  const own = new Set<string>();
  for (let i = 0; i < call.length; i += 2) own.add((call[i] as string).toLowerCase());
  const fields: string[] = [];
  for (let i = 0; i + 1 < middleware.length; i += 2) {
    const [name, value] = [middleware[i] as string, middleware[i + 1] as string];
    if (!own.has(name) || joinedFields.has(name)) fields.push(name, value);
  }
  return [...fields, ...call];
}
