import { decodeBase64, encodeBase64 } from "../base64.js";
import { type Code, isCode } from "../code.js";
import type { ErrorDetail } from "../error-detail.js";
import { RpcError, type RpcErrorOptions } from "../rpc-error.js";

/** An error as Connect writes it: `{"code": "not_found", "message": "…", "details": […]}`, in UTF-8. */
export function encodeError(error: RpcError): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(errorToJson(error)));
}

/** The same as a value that `JSON.stringify` takes. */
export function errorToJson(error: RpcError): ErrorJson {
  const details = error.rawDetails.map((each) => ({
    type: each.typeName,
    value: encodeBase64(each.value),
  }));
  return {
    code: error.code,
    message: error.rawMessage === "" ? undefined : error.rawMessage,
    details: details.length === 0 ? undefined : details,
  };
}

/**
 * Reads an error that a peer wrote. What is not one becomes an error with `fallback` as its code; a code that is
 * unknown or missing is replaced by it, details that are malformed are left out.
 */
export function decodeError(
  bytes: Uint8Array,
  fallback: { readonly code: Code; readonly message: string },
  options: Pick<RpcErrorOptions, "headers" | "trailers" | "peer" | "method">,
): RpcError {
  return errorFromJson(parseObject(bytes), fallback, options);
}

/** The same for JSON that is parsed already, or that was not JSON. */
export function errorFromJson(
  value: unknown,
  fallback: { readonly code: Code; readonly message: string },
  options: Pick<RpcErrorOptions, "headers" | "trailers" | "peer" | "method">,
): RpcError {
  const json = asObject(value) as ErrorJson | undefined;
  const code = isCode(json?.code) ? json.code : fallback.code;
  const message = typeof json?.message === "string" ? json.message : undefined;
  return new RpcError(code, message ?? (isCode(json?.code) ? "" : fallback.message), {
    ...options,
    origin: "wire",
    details: decodeDetails(json?.details),
  });
}

interface ErrorJson {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly details?: unknown;
}

/** The JSON object in these bytes, `undefined` if there is none. */
export function parseObject(bytes: Uint8Array): object | undefined {
  try {
    return asObject(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)));
  } catch {
    return undefined;
  }
}

/** The value if it is an object, and no list. */
export function asObject(value: unknown): object | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
}

function decodeDetails(details: unknown): ErrorDetail[] {
  if (!Array.isArray(details)) return [];
  const decoded: ErrorDetail[] = [];
  for (const each of details as { type?: unknown; value?: unknown }[]) {
    if (typeof each?.type !== "string" || typeof each.value !== "string") continue;
    const value = decodeBase64(each.value);
    if (value !== undefined) decoded.push({ typeName: each.type, value });
  }
  return decoded;
}
