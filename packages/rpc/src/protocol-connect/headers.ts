import { isSendable, Metadata, type ReadonlyMetadata } from "../metadata.js";
import { RpcError } from "../rpc-error.js";

/** The encodings of message bodies that are accepted. */
export const acceptedEncodings: readonly string[] = ["identity"];

/**
 * Checks the version header of a request, where there is one.
 * @throws RpcError `invalid_argument` for another version than 1.
 */
export function checkProtocolVersion(headers: ReadonlyMetadata): void {
  const version = headers.get("connect-protocol-version");
  if (version === undefined || version === "1") return;
  throw new RpcError(
    "invalid_argument",
    `connect-protocol-version must be "1"; it is ${JSON.stringify(version.slice(0, 40))}`,
    { reason: "BOWLINE_PROTOCOL_VERSION" },
  );
}

/**
 * Checks the encoding of a request's body.
 * @throws RpcError `unimplemented` naming what is accepted.
 */
export function checkContentEncoding(headers: ReadonlyMetadata): void {
  const encoding = headers.get("content-encoding");
  if (encoding === undefined || acceptedEncodings.includes(encoding)) return;
  throw new RpcError(
    "unimplemented",
    `content-encoding ${JSON.stringify(encoding.slice(0, 40))} is not supported; accepted: ${acceptedEncodings.join(", ")}`,
    { reason: "BOWLINE_CONTENT_ENCODING" },
  );
}

/** Adds what a handler or caller set to the fields that are sent. */
export function appendMetadata(fields: string[], metadata: ReadonlyMetadata | undefined): void {
  if (metadata === undefined) return;
  for (const [name, value] of metadata) fields.push(name, value);
}

/** The part of an error's metadata that can be sent on: it may be what came with a request or a response. */
export function sendable(metadata: ReadonlyMetadata | undefined): ReadonlyMetadata | undefined {
  if (metadata === undefined) return undefined;
  const kept = new Metadata();
  for (const [name, value] of metadata) if (isSendable(name, value)) kept.append(name, value);
  return kept;
}
