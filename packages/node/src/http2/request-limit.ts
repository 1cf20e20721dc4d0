import type { RequestHead, StreamFailure } from "@bowline/rpc/internal";

/** The largest header block that is sent at all: `node:http2` takes and sends no larger one, and says that the peer refused the stream. */
export const longestBlockBytes = 65_536;

/**
 * The largest header list that is sent to a peer which announces this limit (SETTINGS_MAX_HEADER_LIST_SIZE). Of a list
 * up to twice as large peers may still say what is wrong with it, by 431; a larger one may cost its stream or the
 * connection with everybody's calls.
 */
export function sendableHeaderBytes(announced: number): number {
  return announced * 2;
}

/** Why a request with headers past `limit` is not sent; `undefined` if it may be. */
export function oversizedRequest(
  head: RequestHead,
  origin: { readonly scheme: string; readonly authority: string },
  limit: number,
): StreamFailure | undefined {
  const { method, path, shared, own } = head;
  // As RFC 9113, section 6.5.2 counts: 32 bytes for each field beside its name and value.
  let size = ":method:scheme:path:authority".length + 4 * 32;
  size += method.length + path.length + origin.scheme.length + origin.authority.length;
  if (shared === undefined) size += sizeOf(head.headers);
  else size += sharedSize(shared) + (own === undefined ? 0 : sizeOf(own));
  if (size <= limit) return undefined;
  const message = `the request was not sent: its headers are ${size} bytes, and more than ${limit} are past what the server takes. Send less metadata`;
  return { kind: "limit", message };
}

/** The size of the fields that were asked for last: they are the same for many requests. */
let lastShared: readonly string[] | undefined;
let lastSharedSize = 0;

function sharedSize(shared: readonly string[]): number {
  if (shared !== lastShared) {
    lastShared = shared;
    lastSharedSize = sizeOf(shared);
  }
  return lastSharedSize;
}

function sizeOf(fields: readonly string[]): number {
  let size = 0;
  for (let i = 0; i < fields.length; i++) size += (fields[i] as string).length + 16;
  return size;
}
