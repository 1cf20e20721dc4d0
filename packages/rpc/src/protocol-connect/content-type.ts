import type { Codec } from "../codec.js";

/** A `content-type` of the Connect protocol. */
export interface ConnectContentType {
  readonly stream: boolean;
  /** The codec's name: `proto`, `json`. */
  readonly codec: string;
}

const form =
  /^application\/(connect\+)?([a-z0-9][a-z0-9.-]*)[ \t]*(?:;[ \t]*charset[ \t]*=[ \t]*"?utf-8"?[ \t]*)?$/i;

/** Reads a `content-type`; `undefined` if it is not one of Connect's. The one parameter allowed is `charset=utf-8`. */
export function parseContentType(value: string | undefined): ConnectContentType | undefined {
  const match = value === undefined ? null : form.exec(value);
  if (match === null) return undefined;
  return { stream: match[1] !== undefined, codec: (match[2] as string).toLowerCase() };
}

/** The codec that a unary message with this `content-type` is in, `undefined` if there is none. */
export function unaryCodec(
  codecs: readonly Codec[],
  contentType: string | undefined,
): Codec | undefined {
  for (const codec of codecs) if (contentType === unaryContentType(codec)) return codec;
  return codecOf(codecs, contentType, false);
}

/** The codec of a `content-type`, of streams or of unary messages; `undefined` if there is none. */
export function codecOf(
  codecs: readonly Codec[],
  contentType: string | undefined,
  stream: boolean,
): Codec | undefined {
  const parsed = parseContentType(contentType);
  if (parsed === undefined || parsed.stream !== stream) return undefined;
  return codecs.find((codec) => codec.name === parsed.codec);
}

/** `application/proto`, `application/json`. */
export function unaryContentType({ name }: Codec): string {
  // Constants for the usual ones: every call compares with them.
  if (name === "proto") return "application/proto";
  if (name === "json") return "application/json";
  return `application/${name}`;
}
