import type { Codec } from "../codec.js";
import type { Compression } from "../compression/compression.js";
import { chooseResponse } from "../compression/negotiate.js";
import { EnvelopeFlag } from "../envelope/flags.js";
import type { HeaderFields, ReadonlyMetadata } from "../metadata.js";
import type { RpcError } from "../rpc-error.js";
import type { EnvelopeWire } from "../server/envelope-wire.js";
import type { HandlerSettings } from "../server/options.js";
import type { ServerStream } from "../transport/server-stream.js";
import { encodeEndStream } from "./end-stream.js";
import { requestCompression } from "./headers.js";

/**
 * What Connect says of one streaming call: the status is 200, and the end comes as a last message.
 * @throws RpcError for a compression that is refused.
 */
export function createStreamWire(
  { headers }: ServerStream,
  codec: Codec,
  settings: HandlerSettings,
): EnvelopeWire {
  const { compressions } = settings;
  return {
    protocol: "connect",
    codec,
    requestCompression: requestCompression(compressions, headers, "connect-content-encoding"),
    responseCompression:
      compressions.length === 0
        ? undefined
        : chooseResponse(headers.get("connect-accept-encoding"), compressions),
    decodeCode: "invalid_argument",
    head: (compression) => head(codec, compression),
    finish,
  };
}

function head(codec: Codec, compression: Compression | undefined): string[] {
  const fields = ["content-type", `application/connect+${codec.name}`];
  if (compression !== undefined) fields.push("connect-content-encoding", compression.name);
  return fields;
}

function finish(
  stream: ServerStream,
  head: HeaderFields | undefined,
  error: RpcError | undefined,
  trailers: ReadonlyMetadata | undefined,
): boolean {
  const { body } = stream;
  body.openEnvelope(EnvelopeFlag.connectEnd);
  body.append(encodeEndStream(error, trailers));
  body.closeEnvelope();
  if (head === undefined) stream.end();
  else stream.respond(200, head);
  return true;
}
