import { decodeBase64, encodeBase64 } from "../base64.js";
import { codeFromNumber, codeNumber } from "../code.js";
import { Metadata, type ReadonlyMetadata } from "../metadata.js";
import { RpcError, type RpcErrorOptions } from "../rpc-error.js";
import { cutMessage, decodeMessage, encodeMessage } from "./percent.js";
import { decodeStatus, encodeStatus, type Status } from "./status-details.js";

const statusName = "grpc-status";
const messageName = "grpc-message";
const detailsName = "grpc-status-details-bin";
const form = /^[0-9]{1,9}$/;

/** What each field of a list counts beside name and value. RFC 9113, section 6.5.2. */
const fieldOverhead = 32;

/**
 * Adds the outcome of a call to its trailers: `grpc-status` and, of an error, `grpc-message` and `grpc-status-details-bin`
 * where there is something in them.
 *
 * No field counts more than `limitBytes` (name, value and 32): a longer message is cut, and details that do not fit are
 * left out. Returns whether all fitted.
 */
export function appendStatus(
  fields: string[],
  error: RpcError | undefined,
  limitBytes: number,
): boolean {
  if (error === undefined) {
    fields.push(statusName, "0");
    return true;
  }
  fields.push(statusName, String(codeNumber(error.code)));
  const most = Math.max(room(messageName, limitBytes), 0);
  // No character is shorter encoded: what is behind would be cut, and need not be encoded first.
  const encoded = encodeMessage(error.rawMessage.slice(0, most + 1));
  const message = cutMessage(encoded, most);
  if (message !== "") fields.push(messageName, message);
  const whole = message === encoded;
  if (error.rawDetails.length === 0) return whole;
  // The two places have to say the same.
  const status = encodeStatus(error, whole ? error.rawMessage : decodeMessage(message));
  if (Math.ceil((status.length * 4) / 3) > room(detailsName, limitBytes)) return false;
  fields.push(detailsName, encodeBase64(status));
  return whole;
}

function room(name: string, limitBytes: number): number {
  return limitBytes - fieldOverhead - name.length;
}

/**
 * Reads the outcome of a call from its trailers, or from the headers of a response that has nothing else; `undefined` if
 * they do not say. A status that is malformed, or that no code has, is `unknown`. Details are taken where their code is
 * that of `grpc-status`, and their message is then the error's. Unless given in `options`, the error's trailers are all
 * but gRPC's own fields.
 */
export function readStatus(
  trailers: ReadonlyMetadata,
  options: Pick<RpcErrorOptions, "headers" | "trailers" | "peer" | "method">,
): RpcError | "ok" | undefined {
  const value = trailers.get(statusName);
  if (value === undefined) return undefined;
  if (value === "0") return "ok";
  const number = form.test(value) ? Number(value) : undefined;
  if (number === 0) return "ok";
  const code = number === undefined ? undefined : codeFromNumber(number);
  const status = number === undefined ? undefined : readDetails(trailers, number);
  const message = status?.message || decodeMessage(trailers.get(messageName) ?? "");
  const unknown = `the peer ended the call with grpc-status ${JSON.stringify(value.slice(0, 40))}, which no code has`;
  return new RpcError(code ?? "unknown", message || (code === undefined ? unknown : ""), {
    ...options,
    trailers: options.trailers ?? withoutStatus(trailers),
    origin: "wire",
    details: status?.details ?? [],
  });
}

function readDetails(trailers: ReadonlyMetadata, number: number): Status | undefined {
  const value = trailers.getAll(detailsName)[0];
  if (value === undefined) return undefined;
  const bytes = decodeBase64(value);
  const status = bytes === undefined ? undefined : decodeStatus(bytes);
  return status?.code === number ? status : undefined;
}

/** The trailers that are the user's: those without the fields that {@link appendStatus} writes. */
export function withoutStatus(trailers: ReadonlyMetadata): ReadonlyMetadata {
  // Most calls have nothing else.
  if (trailers.size === 1 && trailers.has(statusName)) return new Metadata();
  const kept: string[] = [];
  for (const [name, value] of trailers) {
    if (name !== statusName && name !== messageName && name !== detailsName) kept.push(name, value);
  }
  return Metadata.fromWire(kept);
}
