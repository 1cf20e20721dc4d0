import { type Compression, type DecompressedSink, RpcError } from "@bowline/rpc";

/**
 * gzip (RFC 1952) by the platform's `CompressionStream`, at the platform's level.
 * @throws RpcError `failed_precondition` on platforms that have none.
 */
export function gzip(): Compression {
  return streamCompression("gzip");
}

/**
 * deflate, which in HTTP is zlib's format (RFC 1950). Otherwise as {@link gzip}.
 * @throws RpcError `failed_precondition` on platforms that have no `CompressionStream`.
 */
export function deflate(): Compression {
  return streamCompression("deflate");
}

/** What a handler takes and offers unless it is told otherwise: nothing on platforms without `CompressionStream`. */
export function builtinCompressions(): readonly Compression[] {
  return typeof CompressionStream === "function" ? [gzip(), deflate()] : [];
}

function streamCompression(name: "gzip" | "deflate"): Compression {
  if (typeof CompressionStream !== "function") {
    throw new RpcError(
      "failed_precondition",
      `this platform has no CompressionStream for ${name}`,
      {
        reason: "BOWLINE_COMPRESSION",
      },
    );
  }
  return {
    name,
    async compress(bytes) {
      const pieces: Uint8Array[] = [];
      let length = 0;
      await transform(new CompressionStream(name), bytes, (piece) => {
        pieces.push(piece);
        length += piece.length;
      });
      const whole = new Uint8Array(length);
      let at = 0;
      for (const piece of pieces) {
        whole.set(piece, at);
        at += piece.length;
      }
      return whole;
    },
    decompress: (bytes: Uint8Array, sink: DecompressedSink) =>
      transform(new DecompressionStream(name), bytes, (piece) => sink.append(piece)),
  };
}

/** Runs bytes through a stream. What `take` throws ends it: nothing more is made of the bytes. */
async function transform(
  { readable, writable }: GenericTransformStream,
  bytes: Uint8Array,
  take: (piece: Uint8Array) => void,
): Promise<void> {
  const writer = writable.getWriter();
  const written = Promise.all([writer.write(bytes), writer.close()]);
  // Told to the reader as well, who is asked first.
  written.catch(() => {});
  writer.closed.catch(() => {});
  const reader = readable.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) take(next.value);
    await written;
  } catch (error) {
    reader.cancel(error).catch(() => {});
    throw error;
  }
}
