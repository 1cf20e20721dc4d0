import { withMetadata } from "../client/request-fields.js";
import { userAgent } from "../client/user-agent.js";
import type { Codec } from "../codec.js";
import { acceptList } from "../compression/negotiate.js";
import type { HeaderFields } from "../metadata.js";
import type { RequestHead } from "../transport/client-stream.js";
import type { UnaryRequestInit } from "./client.js";
import { unaryContentType } from "./content-type.js";
import { formatTimeout } from "./timeout.js";

type RequestInit = Omit<UnaryRequestInit, "outcome">;

/** The fields that every unary request of a channel begins with. */
export function unaryFields(codec: Codec): readonly string[] {
  return [
    ...["content-type", unaryContentType(codec)],
    ...["connect-protocol-version", "1", "user-agent", userAgent],
  ];
}

/** The head of a POST, whose body may be compressed. */
export function requestHead(init: RequestInit, encoding?: string): RequestHead {
  const headers = requestFields(init, init.fields, encoding);
  const { path } = init.method;
  return { method: "POST", path, headers, isWhole: true, requiresHttp2: false };
}

/** The protocol's fields of one call, and its caller's. */
export function requestFields(
  { settings }: RequestInit,
  base: HeaderFields,
  encoding: string | undefined,
): HeaderFields {
  const { timeoutMs, headers, accept } = settings;
  if (timeoutMs === undefined && encoding === undefined && accept.length === 0) {
    return withMetadata(base, headers);
  }
  const fields = [...base];
  if (timeoutMs !== undefined) fields.push("connect-timeout-ms", formatTimeout(timeoutMs));
  if (encoding !== undefined) fields.push("content-encoding", encoding);
  if (accept.length > 0) fields.push("accept-encoding", acceptList(accept));
  return withMetadata(fields, headers);
}
