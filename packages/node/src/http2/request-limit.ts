import type { RequestHead, StreamFailure } from "@bowline/rpc/internal";

/** The largest header block that `node:http2` sends; of a larger one it says that the peer refused the stream. */
export const longestBlockBytes = 65_536;

/**
 * Why a request with these headers is not sent: the peer said how much it takes (SETTINGS_MAX_HEADER_LIST_SIZE), and ends
 * the stream, or the connection with everybody's calls, for more. `undefined` if it may be sent.
 */
export function oversizedRequest(
  { method, path, headers }: RequestHead,
  origin: { readonly scheme: string; readonly authority: string },
  limit: number,
): StreamFailure | undefined {
  // As RFC 9113, section 6.5.2 counts: 32 bytes for each field beside its name and value.
  let size = ":method:scheme:path:authority".length + 4 * 32;
  size += method.length + path.length + origin.scheme.length + origin.authority.length;
  for (const each of headers) size += each.length + 16;
  if (size <= limit) return undefined;
  const message = `the request was not sent: its headers are ${size} bytes, and the server takes ${limit}. Send less metadata`;
  return { kind: "limit", message };
}
