import type { Codec } from "../codec.js";

/** A `content-type` of gRPC. */
export interface GrpcContentType {
  /** The codec's name: `proto`, `json`. */
  readonly codec: string;
}

const form = /^application\/grpc(?:\+([a-z0-9][a-z0-9.-]*))?[ \t]*(?:;.*)?$/i;
const proto: GrpcContentType = { codec: "proto" };

/**
 * Reads a `content-type`; `undefined` if it is not one of gRPC's (gRPC-Web's are others). Without a subtype the codec is
 * `proto`; parameters say nothing and are passed over.
 */
export function parseContentType(value: string | undefined): GrpcContentType | undefined {
  if (value === undefined) return undefined;
  if (value === "application/grpc" || value === "application/grpc+proto") return proto;
  const match = form.exec(value);
  if (match === null) return undefined;
  return { codec: match[1]?.toLowerCase() ?? "proto" };
}

/** `application/grpc+proto`, `application/grpc+json`. */
export function contentType(codec: Codec): string {
  return `application/grpc+${codec.name}`;
}
