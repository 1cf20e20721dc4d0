import type { OutgoingHttpHeaders } from "node:http2";
import { type HeaderFields, Metadata, type ReadonlyMetadata } from "@bowline/rpc/internal";

/** A request's header block, taken apart. */
export interface RequestBlock {
  readonly method: string;
  readonly target: string;
  /** The regular fields in order, `:authority` as `host` before them. */
  readonly headers: ReadonlyMetadata;
  /** The request asks whether its body is wanted before it sends it. */
  readonly awaitsContinue: boolean;
}

/** Takes a header block apart that Node has checked: pseudo headers first, each at most once. */
export function parseBlock(raw: readonly string[]): RequestBlock {
  let method = "";
  let target = "";
  let authority: string | undefined;
  let awaitsContinue = false;
  const fields: string[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] as string;
    const value = raw[i + 1] as string;
    if (name === ":method") method = value;
    else if (name === ":path") target = value;
    else if (name === ":authority") authority = value;
    else if (name === "host" && authority !== undefined) continue;
    else if (!name.startsWith(":")) {
      if (name === "expect") awaitsContinue = value.toLowerCase() === "100-continue";
      fields.push(name, value);
    }
  }
  if (authority !== undefined) fields.unshift("host", authority);
  return { method, target, headers: Metadata.fromWire(fields), awaitsContinue };
}

/** What each field takes in a header list beside its bytes (RFC 9113, section 6.5.2). */
const fieldOverhead = 32;

/** What is wrong with the size of a header block; `undefined` if nothing is. */
export function oversizedBlock(
  raw: readonly string[],
  listBytes: number,
  fieldBytes: number,
): string | undefined {
  let size = 0;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] as string;
    const length = name.length + (raw[i + 1] as string).length;
    if (length > fieldBytes) {
      return `header ${name.slice(0, 40)} is past the limit of ${fieldBytes} bytes`;
    }
    size += length + fieldOverhead;
  }
  return size > listBytes ? `the headers are past the limit of ${listBytes} bytes` : undefined;
}

/**
 * Hands fields to Node. It refuses names that are defined to have one value, such as `etag` and `authorization`, where
 * they are there more often; then the values of each name are joined, which says the same (RFC 9110, section 5.3).
 */
export function sendFields(
  fields: HeaderFields,
  send: (headers: OutgoingHttpHeaders) => void,
): void {
  const headers = toNodeHeaders(fields);
  try {
    send(headers);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_HTTP2_HEADER_SINGLE_VALUE") throw error;
    for (const [name, value] of Object.entries(headers)) {
      if (Array.isArray(value) && name !== "set-cookie") headers[name] = value.join(", ");
    }
    send(headers);
  }
}

/** Fields as Node takes them; several values of one name stay several fields. */
function toNodeHeaders(fields: HeaderFields): OutgoingHttpHeaders {
  // Without a prototype, so that every name is just a name.
  const headers = Object.create(null) as Record<string, string | string[]>;
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const name = fields[i] as string;
    const value = fields[i + 1] as string;
    const before = headers[name];
    if (before === undefined) headers[name] = value;
    else if (typeof before === "string") headers[name] = [before, value];
    else before.push(value);
  }
  return headers;
}
