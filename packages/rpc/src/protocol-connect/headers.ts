import type { Compression } from "../compression/compression.js";
import { acceptList, findCompression } from "../compression/negotiate.js";
import type { ReadonlyMetadata } from "../metadata.js";
import { RpcError } from "../rpc-error.js";

/**
 * Checks the version header of a request.
 * @throws RpcError `invalid_argument` for another version than 1, and for none where it is required.
 */
export function checkProtocolVersion(headers: ReadonlyMetadata, isRequired: boolean): void {
  const version = headers.get("connect-protocol-version");
  if (version === "1" || (version === undefined && !isRequired)) return;
  const got = version === undefined ? "missing" : JSON.stringify(version.slice(0, 40));
  throw new RpcError("invalid_argument", `connect-protocol-version must be "1"; it is ${got}`, {
    reason: "BOWLINE_PROTOCOL_VERSION",
  });
}

/**
 * The compression that a request is in, by one of its headers; `undefined` if it is not compressed.
 * @throws RpcError `unimplemented` naming what is accepted.
 */
export function requestCompression(
  compressions: readonly Compression[],
  headers: ReadonlyMetadata,
  name: string,
): Compression | undefined {
  const encoding = headers.get(name);
  if (encoding === undefined || encoding === "identity" || encoding === "") return undefined;
  const found = findCompression(compressions, encoding);
  if (found !== undefined) return found;
  throw unknownCompression(name, encoding, compressions);
}

/** The refusal of a compression that is not there. */
export function unknownCompression(
  name: string,
  encoding: string,
  compressions: readonly Compression[],
): RpcError {
  const accepted = compressions.length === 0 ? "identity" : `${acceptList(compressions)}, identity`;
  return new RpcError(
    "unimplemented",
    `${name} ${JSON.stringify(encoding.slice(0, 40))} is not supported; accepted: ${accepted}`,
    { reason: "BOWLINE_CONTENT_ENCODING" },
  );
}

/** Adds what a handler or caller set to the fields that are sent. */
export function appendMetadata(fields: string[], metadata: ReadonlyMetadata | undefined): void {
  if (metadata === undefined) return;
  for (const [name, value] of metadata) fields.push(name, value);
}
