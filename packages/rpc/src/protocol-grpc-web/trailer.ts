import { type HeaderFields, Metadata } from "../metadata.js";
import { RpcError } from "../rpc-error.js";

const unsafe = /[\0\r\n]/g;
const fieldName = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const fieldValue = /^[^\0\r\n]*$/;

/**
 * Writes trailers as the last message of a gRPC-Web response carries them: lines of HTTP/1, each with its end. What would
 * break out of a line becomes a space.
 */
export function encodeTrailers(fields: HeaderFields): Uint8Array {
  let block = "";
  for (let i = 0; i + 1 < fields.length; i += 2) {
    block += `${`${fields[i]}: ${fields[i + 1]}`.replace(unsafe, " ")}\r\n`;
  }
  return new TextEncoder().encode(block);
}

/**
 * Reads such a block from `bytes[start, end)`. Names may have any case; the end of the last line may be missing, and
 * blank lines may follow it.
 * @throws RpcError `internal` for anything else that is not a block of header lines.
 */
export function decodeTrailers(bytes: Uint8Array, start: number, end: number): Metadata {
  const lines = new TextDecoder("utf-8", { ignoreBOM: true })
    .decode(bytes.subarray(start, end))
    .split("\r\n");
  while (lines.at(-1) === "") lines.pop();
  const fields: string[] = [];
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(colon, 0));
    const value = line.slice(colon + 1).trim();
    if (!fieldName.test(name) || !fieldValue.test(value)) throw malformed(name);
    fields.push(name, value);
  }
  return Metadata.fromWire(fields);
}

/** The value stays out of it: it may be a credential. */
function malformed(name: string): RpcError {
  const which =
    name === "" ? "one has no name" : `one begins with ${JSON.stringify(name.slice(0, 40))}`;
  return new RpcError(
    "internal",
    `the trailers of the response must be lines of a name, a colon and a value, each ended by CRLF; ${which}`,
    { reason: "BOWLINE_MALFORMED" },
  );
}
