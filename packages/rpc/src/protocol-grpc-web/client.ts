import { brokenEnd } from "../client/call-failure.js";
import type { EnvelopedProtocol } from "../client/enveloped-protocol.js";
import { userAgent } from "../client/user-agent.js";
import { readStatusEnd, refuseHead } from "../protocol-grpc/client.js";
import { formatTimeout } from "../protocol-grpc/timeout.js";
import { contentType, parseContentType } from "./content-type.js";
import { decodeTrailers } from "./trailer.js";

/** gRPC-Web: gRPC over any HTTP version, with the trailers in the last message of the body. */
export const grpcWeb: EnvelopedProtocol = {
  name: "grpc-web",
  requiresHttp2: false,
  timeoutField: "grpc-timeout",
  formatTimeout,
  encodingField: "grpc-encoding",
  acceptField: "grpc-accept-encoding",
  endFlag: 0x80,
  fields: (codec) => [
    ...["content-type", contentType(codec, false), "x-grpc-web", "1"],
    ...["user-agent", userAgent, "x-user-agent", userAgent],
  ],
  saysEnd: (headers) => headers.has("grpc-status"),
  refuse(status, headers, codec) {
    const parsed = parseContentType(headers.get("content-type"));
    const got = parsed === undefined || parsed.text ? undefined : parsed.codec;
    return refuseHead(status, headers, got, codec.name);
  },
  readEnd({ headers, end, isTrailersOnly }, call) {
    if (isTrailersOnly) return readStatusEnd(headers, call);
    if (end === undefined)
      throw brokenEnd("the response ended without trailers in its body", call.place());
    return readStatusEnd(decodeTrailers(end, 0, end.length), call);
  },
};
