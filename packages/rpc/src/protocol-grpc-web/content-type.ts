import type { Codec } from "../codec.js";

/** A `content-type` of gRPC-Web. */
export interface GrpcWebContentType {
  /** The codec's name: `proto`, `json`. */
  readonly codec: string;
  /** Whether the body is in base64. */
  readonly text: boolean;
}

const form = /^application\/grpc-web(-text)?(?:\+([a-z0-9][a-z0-9.-]*))?[ \t]*(?:;.*)?$/i;

/**
 * Reads a `content-type`; `undefined` if it is not one of gRPC-Web's. Without a subtype the codec is `proto`; parameters
 * say nothing and are passed over.
 */
export function parseContentType(value: string | undefined): GrpcWebContentType | undefined {
  const match = value === undefined ? null : form.exec(value);
  if (match === null) return undefined;
  return { codec: match[2]?.toLowerCase() ?? "proto", text: match[1] !== undefined };
}

/** `application/grpc-web+proto`, `application/grpc-web-text+json`. */
export function contentType(codec: Codec, text: boolean): string {
  return `application/grpc-web${text ? "-text" : ""}+${codec.name}`;
}
