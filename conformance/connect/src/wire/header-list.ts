/** Metadata as the suite lists it: a name and all its values. */
import type { Metadata, ReadonlyMetadata } from "@bowline/rpc";
import type { Header, HeaderInit } from "../gen/connectrpc/conformance/v1/service.pb.js";

/** Adds what the suite wants to be sent. */
export function addHeaders(metadata: Metadata, headers: readonly Header[]): void {
  for (const { name, value } of headers) for (const each of value) metadata.append(name, each);
}

/** What was received, by name, in order. */
export function listHeaders(metadata: Iterable<readonly [string, string]>): HeaderInit[] {
  const byName = new Map<string, string[]>();
  for (const [name, value] of metadata) {
    const values = byName.get(name);
    if (values === undefined) byName.set(name, [value]);
    else values.push(value);
  }
  return [...byName].map(([name, value]) => ({ name, value }));
}

/** The same; nothing was received where there is no metadata. */
export function listReceived(metadata: ReadonlyMetadata | undefined): HeaderInit[] {
  return metadata === undefined ? [] : listHeaders(metadata);
}
