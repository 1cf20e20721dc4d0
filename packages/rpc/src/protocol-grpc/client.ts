import { brokenEnd, type Placer, statusMessage } from "../client/call-failure.js";
import type { EnvelopedProtocol, Refusal, ResponseEnd } from "../client/enveloped-protocol.js";
import { userAgent } from "../client/user-agent.js";
import type { ReadonlyMetadata } from "../metadata.js";
import { contentType, parseContentType } from "./content-type.js";
import { codeFromStatus } from "./http-status.js";
import { formatTimeout } from "./timeout.js";
import { readStatus, withoutStatus } from "./trailer.js";

/** gRPC: enveloped messages over HTTP/2, whose trailers say how the call ended. */
export const grpc: EnvelopedProtocol = {
  name: "grpc",
  requiresHttp2: true,
  timeoutField: "grpc-timeout",
  formatTimeout,
  encodingField: "grpc-encoding",
  acceptField: "grpc-accept-encoding",
  endFlag: 0,
  fields: (codec) => [
    ...["te", "trailers", "content-type", contentType(codec), "user-agent", userAgent],
  ],
  saysEnd: (headers) => headers.has("grpc-status"),
  refuse: (status, headers, codec) =>
    refuseHead(status, headers, parseContentType(headers.get("content-type"))?.codec, codec.name),
  readEnd: ({ headers, trailers, isTrailersOnly }, call) =>
    readStatusEnd(isTrailersOnly ? headers : trailers, call),
};

/** Why a response is not read; what gRPC and gRPC-Web have in common. */
export function refuseHead(
  status: number,
  headers: ReadonlyMetadata,
  codec: string | undefined,
  expected: string,
): Refusal | undefined {
  if (status !== 200 && !headers.has("grpc-status")) {
    return { code: codeFromStatus(status), message: statusMessage(status, headers) };
  }
  if (codec === expected) return undefined;
  const type = headers.get("content-type");
  const got = type === undefined ? "no content-type" : JSON.stringify(type);
  const code = codec === undefined ? "unknown" : "internal";
  return { code, message: `answered with ${got} instead of gRPC with the codec ${expected}` };
}

/**
 * Reads how the call ended from the fields that say so.
 * @throws RpcError `internal` if they do not.
 */
export function readStatusEnd(fields: ReadonlyMetadata, call: Placer): ResponseEnd {
  const trailers = withoutStatus(fields);
  if (fields.get("grpc-status") === "0") return { trailers, error: undefined };
  const status = readStatus(fields, call.place());
  if (status === "ok") return { trailers, error: undefined };
  if (status !== undefined) return { trailers, error: status };
  throw brokenEnd("the response ended without grpc-status", { ...call.place(), trailers });
}
