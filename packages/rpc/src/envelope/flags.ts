/** The flags of an envelope's first byte. */
export const EnvelopeFlag = {
  /** The message is compressed with the stream's encoding. All protocols. */
  compressed: 1,
  /** Connect: the message is the end of the stream, as JSON. */
  connectEnd: 2,
  /** gRPC-Web: the message is the trailers. */
  grpcWebTrailers: 128,
} as const;
