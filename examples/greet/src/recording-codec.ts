import type { Codec } from "@bowline/rpc";

/** The bodies of the last exchange, as they were on the wire. */
export interface Recording {
  request: Uint8Array;
  response: Uint8Array;
}

/** A codec that keeps the bytes that pass through it. */
export function recordingCodec(codec: Codec, recording: Recording): Codec {
  return {
    name: codec.name,
    encode(type, message, sink) {
      codec.encode(type, message, {
        append(bytes) {
          recording.request = bytes.slice();
          sink.append(bytes);
        },
      });
    },
    decode(type, bytes, start, end) {
      recording.response = bytes.slice(start, end);
      return codec.decode(type, bytes, start, end);
    },
  };
}
