/** Where a decompressor writes to. It refuses more than the limit: that is not the decompressor's choice. */
export interface DecompressedSink {
  /** How many bytes may still come; a decompressor that can be told a bound up front passes it on. */
  readonly remaining: number;
  /**
   * Takes a piece of what was decompressed. The sink keeps it; the decompressor does not write to it again.
   * @throws RpcError `resource_exhausted` past the limit; a decompressor lets it pass and stops.
   */
  append(bytes: Uint8Array): void;
}

/**
 * A compression of messages. Built into `@bowline/node`: gzip, deflate, br, zstd where the runtime has it. One of your own
 * implements this; the limit of decompressed messages holds for it as for those.
 */
export interface Compression {
  /** The name in `content-encoding`, `grpc-encoding` and their like: `gzip`. */
  readonly name: string;
  /** Compresses a whole message. Large ones may be given to another thread. The input is not written to afterwards. */
  compress(bytes: Uint8Array): Uint8Array | Promise<Uint8Array>;
  /**
   * Decompresses a whole message piece by piece.
   * @throws anything for data that is not in the format; the call fails with `internal` or `invalid_argument`.
   */
  decompress(bytes: Uint8Array, sink: DecompressedSink): void | Promise<void>;
}
