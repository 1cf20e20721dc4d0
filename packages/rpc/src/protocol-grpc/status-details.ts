import { codeNumber } from "../code.js";
import type { ErrorDetail } from "../error-detail.js";
import type { RpcError } from "../rpc-error.js";
import { WireReader } from "./wire-reader.js";

/** What a `google.rpc.Status` says. */
export interface Status {
  /** 0 for success, else the number of a code, or of none. */
  readonly code: number;
  readonly message: string;
  readonly details: ErrorDetail[];
}

const typeUrlPrefix = "type.googleapis.com/";
/** Far beyond what a server means to send, and little memory: empty details are a few bytes on the wire each. */
const mostDetails = 1000;

/** An error as `google.rpc.Status` in the binary format, `message` in place of its own text where one is given. */
export function encodeStatus(error: RpcError, message: string = error.rawMessage): Uint8Array {
  const parts: Uint8Array[] = [Uint8Array.of(0x08, codeNumber(error.code))];
  const text = new TextEncoder();
  if (message !== "") appendField(parts, 0x12, [text.encode(message)]);
  for (const { typeName, value } of error.rawDetails) {
    const any: Uint8Array[] = [];
    appendField(any, 0x0a, [text.encode(typeUrlPrefix + typeName)]);
    if (value.length > 0) appendField(any, 0x12, [value]);
    appendField(parts, 0x1a, any);
  }
  return concat(parts);
}

/**
 * Reads a `google.rpc.Status` in the binary format; `undefined` for bytes that are not one, and for more details than
 * anyone sends (1,000). Details without the name of a type are left out.
 */
export function decodeStatus(bytes: Uint8Array): Status | undefined {
  const reader = new WireReader(bytes);
  let code = 0;
  let message = "";
  const details: ErrorDetail[] = [];
  while (reader.next()) {
    if (reader.tag === 0x08) code = reader.int32();
    else if (reader.tag === 0x12) message = reader.text();
    else if (reader.tag === 0x1a) {
      if (details.length === mostDetails) return undefined;
      const detail = decodeAny(reader);
      if (detail !== undefined) details.push(detail);
    } else reader.skip();
  }
  return reader.failed ? undefined : { code, message, details };
}

function decodeAny(status: WireReader): ErrorDetail | undefined {
  const reader = new WireReader(status.bytes());
  let typeUrl = "";
  let value = new Uint8Array();
  while (reader.next()) {
    if (reader.tag === 0x0a) typeUrl = reader.text();
    else if (reader.tag === 0x12) value = reader.bytes().slice();
    else reader.skip();
  }
  if (reader.failed) status.fail();
  const typeName = typeUrl.slice(typeUrl.lastIndexOf("/") + 1);
  return typeName === "" ? undefined : { typeName, value };
}

/** Adds a length-delimited field. */
function appendField(parts: Uint8Array[], tag: number, content: readonly Uint8Array[]): void {
  const head = [tag];
  let length = lengthOf(content);
  for (; length > 0x7f; length = Math.floor(length / 128)) head.push((length % 128) | 0x80);
  head.push(length);
  parts.push(Uint8Array.from(head), ...content);
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(lengthOf(parts));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function lengthOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((length, part) => length + part.length, 0);
}
