import { brokenEnd, statusMessage } from "../client/call-failure.js";
import type { EnvelopedProtocol } from "../client/enveloped-protocol.js";
import { userAgent } from "../client/user-agent.js";
import { parseContentType } from "./content-type.js";
import { decodeEndStream } from "./end-stream.js";
import { codeFromStatus } from "./http-status.js";
import { formatTimeout } from "./timeout.js";

/** Connect's calls with streams: enveloped messages, the last of which says how the call ended. */
export const connectStreams: EnvelopedProtocol = {
  name: "connect",
  requiresHttp2: false,
  timeoutField: "connect-timeout-ms",
  formatTimeout,
  encodingField: "connect-content-encoding",
  acceptField: "connect-accept-encoding",
  endFlag: 2,
  fields: (codec) => [
    ...["content-type", `application/connect+${codec.name}`],
    ...["connect-protocol-version", "1", "user-agent", userAgent],
  ],
  saysEnd: () => false,
  refuse(status, headers, codec) {
    if (status !== 200)
      return { code: codeFromStatus(status), message: statusMessage(status, headers) };
    const contentType = headers.get("content-type");
    const parsed = parseContentType(contentType);
    if (parsed?.stream && parsed.codec === codec.name) return undefined;
    const got = contentType === undefined ? "no content-type" : JSON.stringify(contentType);
    const message = `answered with ${got} instead of application/connect+${codec.name}`;
    return { code: parsed?.stream ? "internal" : "unknown", message };
  },
  readEnd({ end }, call) {
    if (end !== undefined) return decodeEndStream(end, call.place());
    throw brokenEnd("the response ended without saying how the call ended", call.place());
  },
};
