import { decodeBase64, encodeBase64 } from "../base64.js";
import { RpcError } from "../rpc-error.js";

/** What the query of a Connect GET is made from. */
export interface GetRequest {
  /** The codec's name. */
  readonly codec: string;
  /** The encoded message, compressed if `compression` says so. */
  readonly message: Uint8Array;
  /** The name of the compression; absent for none. */
  readonly compression?: string | undefined;
}

/** What the query of a Connect GET says. */
export interface GetQuery {
  /** The codec's name. */
  readonly encoding: string;
  readonly message: Uint8Array;
  /** The name of the compression; `undefined` if there is none. */
  readonly compression: string | undefined;
  /** What `connect` says: `v1`; `undefined` if it is not there. */
  readonly version: string | undefined;
}

/**
 * Writes the query of a Connect GET, from its question mark on. The keys are always in one order, so that equal requests
 * have equal URLs for caches. JSON that is not compressed stays readable; all else is in base64 for URLs.
 */
export function formatGetQuery({ codec, message, compression }: GetRequest): string {
  const query = `?connect=v1&encoding=${encodeURIComponent(codec)}`;
  if (compression !== undefined) {
    return `${query}&compression=${encodeURIComponent(compression)}&base64=1&message=${urlBase64(message)}`;
  }
  const text = codec === "json" ? textOf(message) : undefined;
  if (text !== undefined) return `${query}&message=${encodeURIComponent(text)}`;
  return `${query}&base64=1&message=${urlBase64(message)}`;
}

/**
 * Reads such a query, with or without its question mark. Base64 may be padded or not, and in either alphabet; of a key
 * that is there twice, the first counts; keys that are not Connect's are passed over.
 * @throws RpcError `invalid_argument` if `message` or `encoding` is missing, or for malformed escapes or base64.
 */
export function parseGetQuery(search: string): GetQuery {
  const start = search.startsWith("?") ? 1 : 0;
  const raw = new Map<string, string>();
  for (const pair of search.slice(start).split("&")) {
    const equals = pair.indexOf("=");
    const name = equals === -1 ? pair : pair.slice(0, equals);
    if (!raw.has(name)) raw.set(name, equals === -1 ? "" : pair.slice(equals + 1));
  }
  const compression = textParameter(raw, "compression");
  return {
    encoding: textParameter(raw, "encoding") ?? missing("encoding"),
    message: messageOf(raw),
    compression: compression === "" ? undefined : compression,
    version: textParameter(raw, "connect"),
  };
}

function messageOf(raw: ReadonlyMap<string, string>): Uint8Array {
  const value = raw.get("message") ?? missing("message");
  const inBase64 = textParameter(raw, "base64") === "1";
  if (inBase64 && !value.includes("%")) return messageInBase64(value);
  const bytes = decodePercent(value) ?? malformed("message", "its percent escapes are malformed");
  // A plus that was sent as it is is no space here.
  return inBase64 ? messageInBase64(latin1(bytes).replaceAll(" ", "+")) : bytes;
}

function messageInBase64(text: string): Uint8Array {
  const bytes = decodeBase64(text.replaceAll("-", "+").replaceAll("_", "/"));
  return bytes ?? malformed("message", "it is not base64, as base64=1 says");
}

function textParameter(raw: ReadonlyMap<string, string>, name: string): string | undefined {
  const value = raw.get(name);
  if (value === undefined || !/[%+]/.test(value)) return value;
  const bytes = decodePercent(value);
  if (bytes !== undefined) {
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {}
  }
  return malformed(name, "its percent escapes are malformed");
}

/** The bytes of a value; a plus is a space, as forms and URL libraries write it. */
function decodePercent(value: string): Uint8Array | undefined {
  const bytes = new TextEncoder().encode(value);
  let length = 0;
  for (let i = 0; i < bytes.length; i++) {
    let byte = bytes[i] as number;
    if (byte === 0x2b) byte = 0x20;
    else if (byte === 0x25) {
      const high = hexDigit(bytes[i + 1]);
      const low = hexDigit(bytes[i + 2]);
      if (high === -1 || low === -1) return undefined;
      byte = high * 16 + low;
      i += 2;
    }
    bytes[length++] = byte;
  }
  return bytes.subarray(0, length);
}

function hexDigit(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

function urlBase64(bytes: Uint8Array): string {
  return encodeBase64(bytes).replaceAll("+", "-").replaceAll("/", "_");
}

function latin1(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 4096) {
    text += String.fromCharCode(...bytes.subarray(i, i + 4096));
  }
  return text;
}

function textOf(message: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(message);
  } catch {
    return undefined;
  }
}

function missing(name: string): never {
  throw new RpcError(
    "invalid_argument",
    `a GET needs the query parameters encoding and message; ${name} is missing`,
    { reason: "BOWLINE_MALFORMED" },
  );
}

function malformed(name: string, what: string): never {
  throw new RpcError("invalid_argument", `the query parameter ${name} is not readable: ${what}`, {
    reason: "BOWLINE_MALFORMED",
  });
}
